package io.atalaya.exposition;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What an installation is called, and where its metrics go by themselves. Immutable.
 *
 * @param environment its name for people and in labels
 * @param historyInterval how often the history gets a line; zero never
 * @param historyMaxBytes most bytes of the history
 * @param historyMaxAge how long its lines are kept
 * @param otlpEndpoint where metrics are sent by OTLP over HTTP; empty sends none
 * @param otlpInterval how often
 */
public record ExpositionConfig(
        String environment,
        Duration historyInterval,
        long historyMaxBytes,
        Duration historyMaxAge,
        Optional<URI> otlpEndpoint,
        Duration otlpInterval) {}

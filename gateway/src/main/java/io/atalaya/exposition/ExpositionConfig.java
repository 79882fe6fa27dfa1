package io.atalaya.exposition;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where metrics go by themselves. Immutable.
 *
 * @param historyInterval how often the history gets a line; zero never
 * @param historyMaxBytes most bytes of the history
 * @param historyMaxAge how long its lines are kept
 * @param otlpEndpoint where metrics are sent by OTLP over HTTP; empty sends none
 * @param otlpInterval how often
 */
public record ExpositionConfig(
        Duration historyInterval,
        long historyMaxBytes,
        Duration historyMaxAge,
        Optional<URI> otlpEndpoint,
        Duration otlpInterval) {}

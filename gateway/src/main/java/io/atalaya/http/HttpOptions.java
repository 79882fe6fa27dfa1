package io.atalaya.http;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * Limits of an HTTP port. Immutable.
 *
 * @param maxRequestLineBytes longest request line; tokens travel in the query (1 … 65536)
 * @param maxHeaderBytes most bytes of all header fields together (1 … 1048576)
 * @param maxPipelined requests of one connection read but not yet answered; more are left unread (1 … 1024)
 * @param maxBufferedBodyBytes bytes of request bodies held at once, over all connections of the port
 * @param headTimeout from the accept to the end of the first request head
 * @param idleTimeout from an answer to the end of the next request head
 * @param bodyTimeout from the end of a head to the end of its body, extended by {@code minBodyBytesPerSecond}
 * @param minBodyBytesPerSecond each so many body bytes received extend the body's time by a second
 * @param responseTimeout from the end of a request to its answer; then 503
 * @param lingerTimeout how long a connection that is closed in the middle of a request is still read, so that the
 *     client can read its answer before the reset (RFC 9112 section 9.6)
 */
public record HttpOptions(
        int maxRequestLineBytes,
        int maxHeaderBytes,
        int maxPipelined,
        long maxBufferedBodyBytes,
        Duration headTimeout,
        Duration idleTimeout,
        Duration bodyTimeout,
        int minBodyBytesPerSecond,
        Duration responseTimeout,
        Duration lingerTimeout) {

    public HttpOptions {
        require("max-request-line-bytes", maxRequestLineBytes, 1, 65_536);
        require("max-header-bytes", maxHeaderBytes, 1, 1_048_576);
        require("max-pipelined", maxPipelined, 1, 1024);
        require("max-buffered-body-bytes", maxBufferedBodyBytes, 1, Long.MAX_VALUE);
        require("min-body-bytes-per-second", minBodyBytesPerSecond, 1, Integer.MAX_VALUE);
        requirePositive("head-timeout", headTimeout);
        requirePositive("idle-timeout", idleTimeout);
        requirePositive("body-timeout", bodyTimeout);
        requirePositive("response-timeout", responseTimeout);
        requirePositive("linger-timeout", lingerTimeout);
    }

    /** The limits that a port has when nothing is configured. */
    public static HttpOptions defaults() {
        return new HttpOptions(
                8192,
                16 * 1024,
                16,
                256L << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                16 * 1024,
                Duration.ofSeconds(30),
                Duration.ofSeconds(1));
    }

    /** How often a connection looks at its deadline: a time-out may be late by so much. */
    Duration checkInterval() {
        return Stream.of(headTimeout, idleTimeout, bodyTimeout, responseTimeout)
                .min(Duration::compareTo)
                .orElseThrow()
                .dividedBy(4);
    }

    private static void require(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: %d … %d)".formatted(key, value, min, max));
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s: %s (expected: more than zero)".formatted(key, value));
        }
    }
}

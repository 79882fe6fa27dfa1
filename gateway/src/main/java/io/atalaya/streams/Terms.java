package io.atalaya.streams;

import io.atalaya.log.LogConfig;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The bounds of one partition, its share of the log's. Immutable. Scripts take them as arguments.
 *
 * @param partitions how many share the log's bounds
 */
record Terms(LogConfig log, int partitions, Optional<InstantSource> clock) {
    long events() {
        return Math.ceilDiv(log.maxEvents(), partitions);
    }

    long bytes() {
        return Math.ceilDiv(log.maxBytes(), partitions);
    }

    long ids() {
        return Math.ceilDiv(log.maxRememberedIds(), partitions);
    }

    long windowMillis() {
        return log.dedupeWindow().toMillis();
    }

    long ageMillis() {
        return log.maxAge().toMillis();
    }

    /** The script's argument: whether an archive takes the events. */
    byte[] archived() {
        return EntryCodec.bytes(log.archived() ? "1" : "0");
    }

    /** The script's argument: the time, or nothing where Redis is to tell it. */
    byte[] now() {
        return EntryCodec.bytes(clock.map(from -> Long.toString(from.millis())).orElse(""));
    }
}

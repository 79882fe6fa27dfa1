package io.atalaya.ack;

import io.atalaya.metrics.Histogram;

/**
 * How acknowledgements go. Immutable.
 *
 * @param book of the store
 * @param repeated acknowledgements of what was acknowledged already
 * @param late acknowledgements of what had expired
 * @param unknown acknowledgements of what was never sent to that recipient, or long ago
 * @param unregistered deliveries and acknowledgements that the desk could not take, because the store is far behind
 * @param failures attempts to write that the store refused; each is repeated
 * @param latency from the first delivery to the acknowledgement
 */
public record AckReport(
        AckStore.Totals book,
        long repeated,
        long late,
        long unknown,
        long unregistered,
        long failures,
        Histogram.Snapshot latency) {

    public static final AckReport EMPTY =
            new AckReport(AckStore.Totals.EMPTY, 0, 0, 0, 0, 0, Histogram.Snapshot.empty());
}

package io.atalaya.ack;

import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Series;

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

    /** Adds its metrics. */
    public void addTo(Families families) {
        families.counter(
                        "atalaya_acks_wanted_total",
                        "Pairs of event and recipient whose acknowledgement is wanted.",
                        book.wanted())
                .counter(
                        "atalaya_acks_total",
                        "Those pairs by what became of them.",
                        Series.labelled("state")
                                .add(book.acknowledged(), "acknowledged")
                                .add(book.expired(), "expired"))
                .gauge("atalaya_acks_awaiting", "Pairs not yet acknowledged.", book.awaiting())
                .counter(
                        "atalaya_acks_ignored_total",
                        "Acknowledgements that changed nothing.",
                        Series.labelled("reason")
                                .add(repeated, "repeated")
                                .add(late, "late")
                                .add(unknown, "unknown"))
                .counter(
                        "atalaya_acks_unregistered_total",
                        "Deliveries and acknowledgements that could not be taken, because the store is far behind.",
                        unregistered)
                .counter(
                        "atalaya_acks_store_failures_total",
                        "Attempts that the store refused; each is repeated.",
                        failures)
                .histogram("atalaya_ack_latency_seconds", "From the first delivery to the acknowledgement.", latency);
    }
}

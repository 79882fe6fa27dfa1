package io.atalaya.ack;

import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Series;
import java.util.Locale;
import java.util.Map;

/**
 * How acknowledgements go. Immutable.
 *
 * @param book of the store
 * @param givenUp what the store gave up before its time, by whose share was full
 * @param ignored acknowledgements that changed nothing
 * @param unregistered deliveries and acknowledgements that the desk could not take, because the store is far behind
 * @param failures attempts to write that the store refused; each is repeated
 * @param latency from the first delivery to the acknowledgement
 */
public record AckReport(
        AckStore.Totals book,
        Map<GivenUp.Bound, Long> givenUp,
        Ignored ignored,
        long unregistered,
        long failures,
        Histogram.Snapshot latency) {

    public static final AckReport EMPTY =
            new AckReport(AckStore.Totals.EMPTY, Map.of(), new Ignored(0, 0, 0), 0, 0, Histogram.Snapshot.empty());

    public AckReport {
        givenUp = Map.copyOf(givenUp);
    }

    /**
     * Acknowledgements that changed nothing. Immutable.
     *
     * @param repeated of what was acknowledged already
     * @param late of what had expired
     * @param unknown of what was never sent to that recipient, or long ago
     */
    public record Ignored(long repeated, long late, long unknown) {}

    /** Adds its metrics. */
    public void addTo(Families families) {
        var early = Series.labelled("reason");
        for (GivenUp.Bound bound : GivenUp.Bound.values()) {
            early.add(givenUp.getOrDefault(bound, 0L), bound.name().toLowerCase(Locale.ROOT));
        }
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
                                .add(ignored.repeated(), "repeated")
                                .add(ignored.late(), "late")
                                .add(ignored.unknown(), "unknown"))
                .counter(
                        "atalaya_acks_given_up_total",
                        "Pairs given up before their time, because a principal, a tenant or the store had too many; those"
                                + " not acknowledged count as expired.",
                        early)
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

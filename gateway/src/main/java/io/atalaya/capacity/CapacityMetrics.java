package io.atalaya.capacity;

import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** Capacity as metrics. A pure function of a report; what nobody knows has no series. */
public final class CapacityMetrics {
    private static final String FIGURE = "figure";
    private static final String STORE = "store";
    private static final String KIND = "kind";
    private static final String PART = "part";

    private CapacityMetrics() {}

    /** The families of a report. */
    public static MetricSnapshots of(CapacityReport report) {
        var proved = Series.labelled(FIGURE);
        var use = Series.labelled(FIGURE);
        var headroom = Series.labelled(FIGURE);
        for (Resource resource : Resource.values()) {
            report.proved()
                    .map(known -> known.figures().get(resource))
                    .ifPresent(figure -> proved.add(figure.value(), resource.word()));
            if (report.use().containsKey(resource)) {
                use.add(report.use().get(resource), resource.word());
            }
            report.headroom(resource).ifPresent(ratio -> headroom.add(ratio, resource.word()));
        }
        var at = Series.labelled();
        report.proved().ifPresent(known -> at.add(known.at().toEpochMilli() / 1e3));
        var families = new Families()
                .gauge("atalaya_capacity_proved", "What a load has proved to be borne.", proved)
                .gauge("atalaya_capacity_used", "What is in use; rates over the last minute.", use)
                .gauge("atalaya_capacity_headroom_ratio", "Proved, divided by what is in use.", headroom)
                .gauge("atalaya_capacity_proved_timestamp_seconds", "When it was proved, as a Unix time.", at);
        return storage(families, report).build();
    }

    private static Families storage(Families families, CapacityReport report) {
        var used = Series.labelled(STORE);
        var limit = Series.labelled(STORE);
        var growth = Series.labelled(STORE);
        var left = Series.labelled(STORE);
        var part = Series.labelled(STORE, KIND, PART);
        var partGrowth = Series.labelled(STORE, KIND, PART);
        for (StorageForecast forecast : report.storage()) {
            used.add(forecast.usedBytes(), forecast.store());
            forecast.limitBytes().ifPresent(bytes -> limit.add(bytes, forecast.store()));
            for (StorageForecast.Part one : forecast.parts()) {
                String[] labels = {
                    forecast.store(), one.size().kind(), one.size().name()
                };
                part.add(one.size().bytes(), labels);
                one.bytesPerDay().ifPresent(bytes -> partGrowth.add(bytes, labels));
            }
            forecast.bytesPerDay().ifPresent(bytes -> growth.add(bytes, forecast.store()));
            forecast.secondsLeft().ifPresent(seconds -> left.add(seconds, forecast.store()));
        }
        return families.gauge("atalaya_storage_used_bytes", "What a store holds.", used)
                .gauge("atalaya_storage_limit_bytes", "What a store may hold.", limit)
                .gauge("atalaya_storage_growth_bytes_per_day", "How fast a store grows, from the last day.", growth)
                .gauge("atalaya_storage_part_bytes", "What a table or an index of a store holds.", part)
                .gauge("atalaya_storage_part_growth_bytes_per_day", "How fast it grows, from the last day.", partGrowth)
                .gauge("atalaya_storage_time_left_seconds", "Until a store is full, if it goes on so.", left);
    }
}

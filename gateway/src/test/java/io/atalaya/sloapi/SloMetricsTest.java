package io.atalaya.sloapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.budget.Measurements.Series;
import io.atalaya.budget.SloEngine;
import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.slo.ShippedObjectives;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What scrapers see goes into the engine, and what it counts comes out for scrapers. */
class SloMetricsTest {
    private static final Instant START = Instant.parse("2030-05-01T00:00:00Z");

    private static ScrapedMeasurements scrape(long sent, long closed, long slow) {
        var histogram = new Histogram(Bounds.LATENCIES);
        histogram.record(100_000_000, sent - slow);
        histogram.record(300_000_000, slow);
        return new ScrapedMeasurements(new Families()
                .counter(
                        "atalaya_deliveries_total",
                        "x",
                        io.atalaya.metrics.Series.labelled("state")
                                .add(sent, "sent")
                                .add(closed, "closed"))
                .gauge(
                        "atalaya_health",
                        "x",
                        io.atalaya.metrics.Series.labelled("state")
                                .add(1, "healthy")
                                .add(0, "draining"))
                .histogram("atalaya_delivery_latency_seconds", "x", histogram.snapshot())
                .build());
    }

    @Test
    void aScrapeIsReadSeriesBySeries() {
        var scrape = scrape(10, 2, 1);

        assertThat(scrape.series("atalaya_deliveries_total"))
                .containsExactlyInAnyOrder(
                        Series.of(Map.of("state", "sent"), 10), Series.of(Map.of("state", "closed"), 2));
        Series latency = scrape.series("atalaya_delivery_latency_seconds").getFirst();
        assertThat(latency.value()).isEqualTo(10);
        assertThat(latency.buckets().atMost(0.2)).isEqualTo(9);
        assertThat(latency.buckets().atMost(0.5)).isEqualTo(10);
        assertThat(scrape.series("nobody_total")).isEmpty();
    }

    @Test
    void theEnginesCountersAreExposedAsItCountsThem() {
        var engine = new SloEngine(ShippedObjectives.read().file(), START);
        engine.tick(START.plusSeconds(10), scrape(1000, 0, 100));
        engine.tick(START.plusSeconds(20), scrape(3000, 5, 100));

        var exposed = new ScrapedMeasurements(SloMetrics.of(engine.report()));

        assertThat(value(exposed, "atalaya_slo_events_total", "websocket-send-errors"))
                .isEqualTo(3005);
        assertThat(value(exposed, "atalaya_slo_bad_total", "websocket-send-errors"))
                .isEqualTo(5);
        assertThat(value(exposed, "atalaya_slo_events_total", "websocket-latency-p95"))
                .isEqualTo(3000);
        assertThat(value(exposed, "atalaya_slo_bad_total", "websocket-latency-p95"))
                .isEqualTo(100);
        assertThat(value(exposed, "atalaya_slo_bad_total", "websocket-notification-p95"))
                .isZero();
        assertThat(value(exposed, "atalaya_slo_events_total", "websocket-uptime"))
                .isEqualTo(20);
        assertThat(value(exposed, "atalaya_slo_objective_ratio", "websocket-uptime"))
                .isEqualTo(0.9999);
    }

    @Test
    void whatIsNotMeasuredIsNotExposed() {
        var engine = new SloEngine(ShippedObjectives.read().file(), START);

        List<Series> series =
                new ScrapedMeasurements(SloMetrics.of(engine.report())).series("atalaya_slo_events_total");

        assertThat(series)
                .extracting(one -> one.labels().get("slo"))
                .contains("websocket-uptime")
                .doesNotContain("bot-availability", "proxy-latency-p95");
    }

    private static double value(ScrapedMeasurements scrape, String metric, String slo) {
        return scrape.series(metric).stream()
                .filter(series -> slo.equals(series.labels().get("slo")))
                .findFirst()
                .orElseThrow()
                .value();
    }
}

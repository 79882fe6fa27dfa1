package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.atalaya.management.MetricsPages.Vocabulary;
import io.atalaya.metrics.ExpositionFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names, types and values of what scrapers see. */
final class VocabularyTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/atalaya/management");

    /** A changed name is a changed contract: the golden file is to be edited by hand, knowingly. */
    @ParameterizedTest
    @EnumSource
    void exposesExactlyTheGoldenText(Vocabulary vocabulary) throws IOException {
        var expected = Files.readString(GOLDEN.resolve(vocabulary.word() + ".prom"));

        var text = text(vocabulary, Samples.withRedis(false));

        assertThat(text).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void isReadByAStrictReader(Vocabulary vocabulary) {
        var exposition = Exposition.parse(text(vocabulary, Samples.busy()));

        assertThat(exposition.types()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void hasTheSameSeriesBeforeAnythingHasHappened(Vocabulary vocabulary) {
        var later = Exposition.parse(text(vocabulary, Samples.busy())).values().keySet();

        var first = Exposition.parse(text(vocabulary, Samples.fresh())).values();

        assertThat(first.keySet()).containsExactlyInAnyOrderElementsOf(later);
        assertThat(first.entrySet().stream()
                        .filter(series -> series.getKey().contains("_total{")
                                || series.getKey().endsWith("_total"))
                        .filter(series -> !series.getKey().startsWith("process_"))
                        .filter(series -> !series.getKey().startsWith("atalaya_http_"))
                        .filter(series -> series.getValue() != 0))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void openMetricsEndsInItsMark(Vocabulary vocabulary) {
        var bytes = ExpositionFormat.OPEN_METRICS.write(vocabulary.of(Samples.busy()));

        assertThat(new String(bytes, StandardCharsets.UTF_8)).endsWith("# EOF\n");
    }

    @Test
    void theRestaurantGatewaysNamesHaveTheirTypesAndValues() {
        var exposition = Exposition.parse(text(Vocabulary.WSGATEWAY, Samples.withRedis(false)));

        assertThat(exposition.types())
                .contains(
                        entry("wsgateway_connections_total", "gauge"),
                        entry("wsgateway_connections_by_endpoint", "gauge"),
                        entry("wsgateway_connections_rejected_total", "counter"),
                        entry("wsgateway_broadcasts_total", "counter"),
                        entry("wsgateway_broadcasts_failed_total", "counter"),
                        entry("wsgateway_broadcast_duration_seconds", "histogram"),
                        entry("wsgateway_events_processed_total", "counter"),
                        entry("wsgateway_events_dropped_total", "counter"),
                        entry("wsgateway_circuit_breaker_state", "gauge"));
        assertThat(exposition.values())
                .contains(
                        entry("wsgateway_connections_total", 42.0),
                        entry("wsgateway_connections_by_endpoint{endpoint=\"waiter\"}", 20.0),
                        entry("wsgateway_connections_rejected_total{reason=\"auth\"}", 5.0),
                        entry("wsgateway_connections_rejected_total{reason=\"rate_limit\"}", 2.0),
                        entry("wsgateway_connections_rejected_total{reason=\"limit\"}", 0.0),
                        entry("wsgateway_connections_rejected_total{reason=\"origin\"}", 3.0),
                        entry("wsgateway_connections_rejected_total{reason=\"role\"}", 0.0),
                        entry("wsgateway_broadcasts_total", 1234.0),
                        entry("wsgateway_broadcasts_failed_total", 12.0),
                        entry("wsgateway_broadcast_duration_seconds_sum", 45.201),
                        entry("wsgateway_events_processed_total", 5678.0),
                        entry("wsgateway_events_dropped_total", 23.0),
                        entry("wsgateway_circuit_breaker_state{name=\"redis\"}", 1.0));
    }

    @Test
    void withoutRedisItsBreakerIsClosed() {
        var exposition = Exposition.parse(text(Vocabulary.WSGATEWAY, Samples.busy()));

        assertThat(exposition.values()).containsEntry("wsgateway_circuit_breaker_state{name=\"redis\"}", 0.0);
    }

    @Test
    void theCanonicalBooksAddUp() {
        var values = Exposition.parse(text(Vocabulary.ATALAYA, Samples.busy())).values();

        double intake = sum(values, "atalaya_intake_events_total");
        double deliveries = sum(values, "atalaya_deliveries_total");

        assertThat(intake + sum(values, "atalaya_intake_in_flight_events"))
                .isEqualTo(sum(values, "atalaya_intake_received_events_total"));
        assertThat(deliveries + sum(values, "atalaya_deliveries_pending"))
                .isEqualTo(sum(values, "atalaya_deliveries_matched_total"));
    }

    @Test
    void noFamilyHasTwoMeanings() {
        Set<String> canonical = Exposition.parse(text(Vocabulary.ATALAYA, Samples.withRedis(true)))
                .types()
                .keySet();
        Set<String> other = Exposition.parse(text(Vocabulary.WSGATEWAY, Samples.withRedis(true)))
                .types()
                .keySet();

        assertThat(canonical).doesNotContainAnyElementsOf(other);
    }

    private static double sum(java.util.Map<String, Double> values, String family) {
        return values.entrySet().stream()
                .filter(series ->
                        series.getKey().equals(family) || series.getKey().startsWith(family + "{"))
                .mapToDouble(java.util.Map.Entry::getValue)
                .sum();
    }

    private static String text(Vocabulary vocabulary, Sample sample) {
        return new String(ExpositionFormat.TEXT.write(vocabulary.of(sample)), StandardCharsets.UTF_8);
    }
}

package io.atalaya.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.offset;

import io.atalaya.management.Exposition;
import io.atalaya.management.Sample;
import io.atalaya.management.Samples;
import io.atalaya.metrics.ExpositionFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Names, types and values of what scrapers see. */
final class VocabularyTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/atalaya/exposition");

    /** A changed name is a changed contract: the golden file is to be changed knowingly, line by line. */
    @ParameterizedTest
    @EnumSource
    void exposesExactlyTheGoldenText(Vocabulary vocabulary) throws IOException {
        Path golden = GOLDEN.resolve(vocabulary.word() + ".prom");

        var text = text(vocabulary, Samples.withRedis(false));

        Path fresh = Files.createDirectories(Path.of("target/vocabularies")).resolve(golden.getFileName());
        Files.writeString(fresh, text);
        assertThat(text).as("%s; a fresh one is at gateway/%s", golden, fresh).isEqualTo(Files.readString(golden));
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

        // tenants and services are known only when they come
        assertThat(first.keySet())
                .containsExactlyInAnyOrderElementsOf(later.stream()
                        .filter(series -> !series.contains("tenant=\"") || series.contains("_other"))
                        .filter(series -> !series.contains("service=\"") || series.contains("_other"))
                        .toList());
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

    /** Number, type and labels as the designs have them. */
    @ParameterizedTest
    @CsvSource({"GGRT, ggrt_, 9", "WEBSOCKET, websocket_, 10", "INGEST, '', 24"})
    void theOtherDesignsHaveAllTheirNames(Vocabulary vocabulary, String prefix, int families) {
        var types = Exposition.parse(text(vocabulary, Samples.busy())).types();

        assertThat(types).hasSize(families);
        assertThat(types.keySet()).allMatch(name -> name.startsWith(prefix));
    }

    @Test
    void everySeriesOfTheOperationsCentreSaysItsEnvironment() {
        var values = Exposition.parse(text(Vocabulary.GGRT, Samples.busy())).values();

        assertThat(values.keySet()).allMatch(series -> series.contains("env=\"test\""));
        assertThat(values)
                .containsEntry("ggrt_messages_sent_total{env=\"test\"}", 9_900.0)
                .containsEntry("ggrt_role_connections{env=\"test\",role=\"WAITER\"}", 20.0)
                .containsEntry("ggrt_heartbeat_last_timestamp{env=\"test\"}", 1.90654560025E9);
    }

    @Test
    void oneRecordingHasManyNamesAndUnits() {
        var canonical =
                Exposition.parse(text(Vocabulary.ATALAYA, Samples.busy())).values();
        var centre = Exposition.parse(text(Vocabulary.GGRT, Samples.busy())).values();
        var agents =
                Exposition.parse(text(Vocabulary.WEBSOCKET, Samples.busy())).values();

        assertThat(canonical.get("atalaya_delivery_latency_seconds_count"))
                .isEqualTo(centre.get("ggrt_message_latency_seconds_count{env=\"test\"}"))
                .isEqualTo(sum(agents, "websocket_event_latency_milliseconds_count"));
        assertThat(1e3 * canonical.getOrDefault("atalaya_delivery_latency_seconds_sum", 0.0))
                .isEqualTo(sum(agents, "websocket_event_latency_milliseconds_sum"), offset(1e-6));
    }

    @Test
    void aSlowDeliveryIsAnExampleThatCanBeLookedUp() {
        var bytes = ExpositionFormat.OPEN_METRICS.write(Vocabulary.ATALAYA.of(Samples.busy()));

        assertThat(new String(bytes, StandardCharsets.UTF_8).lines())
                .filteredOn(line -> line.contains("event_id"))
                .singleElement()
                .asString()
                .startsWith("atalaya_delivery_latency_seconds_bucket{le=\"0.5\"} 9900 # {event_id=\"e-slow\"} 0.3 ");
        assertThat(text(Vocabulary.ATALAYA, Samples.busy())).doesNotContain("event_id");
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
        var seen = new java.util.HashSet<String>();
        for (Vocabulary vocabulary : Vocabulary.values()) {
            for (String name : Exposition.parse(text(vocabulary, Samples.withRedis(true)))
                    .types()
                    .keySet()) {
                assertThat(seen.add(name)).as(name).isTrue();
            }
        }
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

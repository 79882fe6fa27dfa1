package io.atalaya.management;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.exposition.Vocabulary;
import io.atalaya.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets which format and which names. */
final class MetricsPagesTest {
    private static final String PROMETHEUS_ACCEPT = "application/openmetrics-text;version=1.0.0;q=0.5,"
            + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private final MetricsPages pages =
            new MetricsPages(() -> completedFuture(Samples.busy()), Vocabulary.views(MetricSnapshots::new));
    private final List<Route> routes = List.of(
            Route.get("/metrics", pages::onMetrics),
            Route.get("/metrics/prometheus", pages::onPrometheus),
            Route.get("/ws/metrics", pages::onPublicMetrics));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */*                                            | text/plain; version=0.0.4
            text/plain                                     | text/plain; version=0.0.4
            text/html,application/xhtml+xml,*/*;q=0.8      | text/plain; version=0.0.4
            application/json                               | application/json
            application/json, text/plain;q=0.5             | application/json
            application/json, text/plain                   | text/plain; version=0.0.4
            application/json;q=0.5, */*;q=0.8              | text/plain; version=0.0.4
            application/json, text/plain;q=0, */*;q=0.1    | application/json
            application/json;q=0                           | text/plain; version=0.0.4
            application/json;q=x                           | text/plain; version=0.0.4
            application/openmetrics-text                   | application/openmetrics-text; version=1.0.0
            application/openmetrics-text; version=1.0.0    | application/openmetrics-text; version=1.0.0
            application/openmetrics-text; version=0.0.1    | text/plain; version=0.0.4
            image/png                                      | text/plain; version=0.0.4
            """)
    void metricsComeInTheFormatThatAcceptRanksFirst(String accept, String contentType) {
        var answer = Exchange.of(routes, "/metrics").with("accept", accept).answer();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("content-type")).startsWith(contentType);
    }

    @Test
    void prometheusGetsOpenMetrics() {
        var answer = Exchange.of(routes, "/metrics")
                .with("accept", PROMETHEUS_ACCEPT)
                .answer();

        assertThat(answer.headers().get("content-type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(answer.headers()).containsEntry("vary", "accept").containsEntry("cache-control", "no-store");
    }

    @Test
    void aClientWithoutAcceptGetsText() {
        var answer = Exchange.of(routes, "/metrics").answer();

        assertThat(answer.headers().get("content-type")).startsWith("text/plain; version=0.0.4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics/prometheus", "/ws/metrics"})
    void theOtherPathsNeverAnswerInJson(String path) {
        var answer =
                Exchange.of(routes, path).with("accept", "application/json").answer();

        assertThat(answer.headers().get("content-type")).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void jsonHasEveryFamilyWithItsValues() {
        var answer = Exchange.of(routes, "/metrics?format=json").answer().json();

        assertThat(answer.at("/wsgateway_connections_total/series/0/value").asInt())
                .isEqualTo(42);
        assertThat(answer.at("/wsgateway_broadcasts_total/series/0/value").asInt())
                .isEqualTo(1234);
        assertThat(answer.at("/atalaya_delivery_latency_seconds/series/0/count").asInt())
                .isEqualTo(9_900);
    }

    @Test
    void aViewPicksVocabularies() {
        var one = Exchange.of(routes, "/metrics?view=wsgateway").answer().body();
        var some = Exchange.of(routes, "/metrics?view=ggrt,websocket").answer().body();
        var all = Exchange.of(routes, "/metrics?view=ingest,wsgateway,ggrt,atalaya,websocket")
                .answer()
                .body();
        var usual = Exchange.of(routes, "/metrics").answer().body();
        var open = Exchange.of(routes, "/ws/metrics").answer().body();

        assertThat(Exposition.parse(one).types().keySet()).allMatch(name -> name.startsWith("wsgateway_"));
        assertThat(Exposition.parse(some).types().keySet())
                .allMatch(name -> name.startsWith("ggrt_") || name.startsWith("websocket_"))
                .hasSize(19);
        assertThat(all).isEqualTo(usual);
        assertThat(open).isEqualTo(one);
        assertThat(Exposition.parse(usual).types())
                .containsKeys("wsgateway_connections_total", "atalaya_uptime_seconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics?view=wsgateway,nonsense", "/metrics?view=", "/metrics?format=xml"})
    void whatIsNotKnownIsRefused(String target) {
        var gated = List.of(new Route(
                HttpMethod.GET,
                "/metrics",
                0,
                ManagementFixture.gate(new ManagementConfig("127.0.0.1", 0, Optional.empty(), Set.of()))
                        .operators(ManagementRoutes.answering(pages::onMetrics))));

        var answer = Exchange.of(gated, target).answer();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(answer.json().path("detail").asString()).contains("unknown (expected: ");
    }

    @Test
    void shardsThatDoNotAnswerAreA503() {
        var stuck =
                new MetricsPages(() -> failedFuture(new TimeoutException()), Vocabulary.views(MetricSnapshots::new));

        var answer = Exchange.of(List.of(Route.get("/metrics", stuck::onMetrics)), "/metrics")
                .answer();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsKey("retry-after");
    }
}

package io.atalaya.management;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Route;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.management.DependencyStatus.Disabled;
import io.atalaya.management.DependencyStatus.Probe;
import io.atalaya.management.Exchange.Answer;
import io.atalaya.management.Sample.Phase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What health says of gateways in all states. */
final class HealthPagesTest {

    @Test
    void livenessNeedsNothingButTheLoop() {
        var pages = new HealthPages(() -> failedFuture(new TimeoutException()), () -> completedFuture(List.of()));

        var answer = Exchange.of(List.of(Route.get("/health/live", pages::onLive)), "/health/live")
                .answer();

        assertThat(answer.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "STARTING, true,  503, starting",
        "SERVING,  true,  200, ready",
        "SERVING,  false, 503, log_closed",
        "DRAINING, true,  503, draining",
    })
    void readinessFollowsTheLifeOfTheProcessAndTheLog(Phase phase, boolean logOpen, int status, String word) {
        var answer = ready(Samples.with(phase, logOpen, new Disabled()));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("status").asString()).isEqualTo(word);
        assertThat(answer.json().at("/checks/log").asString()).isEqualTo(logOpen ? "open" : "closed");
        assertThat(answer.json().at("/checks/redis").asString()).isEqualTo("disabled");
    }

    @Test
    void aLostRedisDegradesButDoesNotSendClientsAway() {
        var answer = ready(Samples.withRedis(false));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("degraded");
        assertThat(answer.json().at("/checks/redis").asString()).isEqualTo("not_subscribed");
    }

    @ParameterizedTest
    @CsvSource({"LOG_FAILED, failing", "LOG_FULL, full"})
    void anOpenLogThatStoresNothingIsToldButDoesNotSendClientsAway(Refusal why, String word) {
        var answer = ready(Samples.withLogThatRefuses(why));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("degraded");
        assertThat(answer.json().at("/checks/log").asString()).isEqualTo(word);
    }

    @Test
    void loopsThatDoNotAnswerAreNotReady() {
        var pages = new HealthPages(() -> failedFuture(new TimeoutException()), () -> completedFuture(List.of()));

        var answer = Exchange.of(List.of(Route.get("/health/ready", pages::onReady)), "/health/ready")
                .answer();

        assertThat(answer.status()).isEqualTo(503);
    }

    @Test
    void theShortDocumentHasBothShapes() {
        var pages = new HealthPages(() -> completedFuture(Samples.busy()), () -> completedFuture(List.of()));

        var answer = Exchange.of(List.of(Route.get("/ws/health", pages::onBasic)), "/ws/health")
                .answer();

        var json = answer.json();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(json.path("status").asString()).isEqualTo("healthy");
        assertThat(json.at("/connections/total").asInt()).isEqualTo(42);
        assertThat(json.at("/connections/by_endpoint").toString())
                .isEqualTo("{\"admin\":2,\"diner\":15,\"kitchen\":5,\"waiter\":20}");
        assertThat(json.propertyNames())
                .contains(
                        "service",
                        "version",
                        "environment",
                        "total_connections",
                        "max_connections",
                        "utilization_percent",
                        "users_connected",
                        "branches_with_connections",
                        "sectors_with_connections",
                        "sessions_with_connections",
                        "admin_connections",
                        "rate_limiter_tracked",
                        "branch_locks_count",
                        "user_locks_count",
                        "metrics");
        assertThat(json.path("utilization_percent").asDouble()).isEqualTo(4.2);
        assertThat(json.at("/metrics/connections_rejected").asInt()).isEqualTo(12);
    }

    @Test
    void withoutRedisTheLongDocumentSaysDisabledAndHealthy() {
        var answer = detailed(Samples.busy(), List.of());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("healthy");
        assertThat(answer.json().at("/redis_async/status").asString()).isEqualTo("disabled");
        assertThat(answer.json().at("/redis_sync/status").asString()).isEqualTo("disabled");
        assertThat(answer.json().at("/circuit_breaker/state").asString()).isEqualTo("CLOSED");
    }

    @Test
    void theLongDocumentHasTheMembersThatItsReadersKnow() {
        var answer = detailed(Samples.withRedis(true), Samples.probes(true));

        var json = answer.json();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(json.at("/redis_async").toString()).isEqualTo("{\"status\":\"connected\",\"pool_size\":50}");
        assertThat(json.at("/circuit_breaker").toString()).isEqualTo("{\"state\":\"CLOSED\",\"failures\":0}");
        assertThat(json.at("/rate_limiter/tracked_connections").asInt()).isEqualTo(42);
        assertThat(json.at("/connections/by_endpoint/waiter").asInt()).isEqualTo(20);
        assertThat(json.at("/connections/heartbeat_stats/oldest_heartbeat_age").asDouble())
                .isEqualTo(42.5);
        assertThat(json.at("/connections/heartbeat_stats/newest_heartbeat_age").asDouble())
                .isEqualTo(0.25);
        assertThat(json.at("/connections/heartbeat_stats/average_heartbeat_age").asDouble())
                .isEqualTo(10);
        assertThat(json.at("/subscriber_metrics/max_tracked_types").asInt()).isEqualTo(102);
        assertThat(json.at("/dependencies/redis_async/latency_ms").asDouble()).isEqualTo(0.42);
        assertThat(json.at("/dependencies/redis_sync/details/max_connections").asInt())
                .isEqualTo(50);
        assertThat(json.at("/subscriber_metrics/unknown_event_types_seen").toString())
                .isEqualTo("[\"CUSTOM_TYPE\"]");
        assertThat(json.at("/subscriber_metrics/type_counts").toString())
                .isEqualTo("{\"CUSTOM_TYPE\":50,\"ROUND_SUBMITTED\":5600}");
        assertThat(json.at("/subscriber_metrics/circuit_breaker/total_calls").asInt())
                .isEqualTo(29);
        assertThat(json.at("/subscriber_metrics/circuit_breaker/time_since_last_failure")
                        .asDouble())
                .isEqualTo(1.5);
        assertThat(json.at("/subscriber_metrics/drop_rate/window_drop_rate_percent")
                        .asDouble())
                .isEqualTo(6.25);
    }

    @Test
    void aLostSubscriptionIsSeenThoughRedisAnswersPing() {
        var answer = detailed(Samples.withRedis(false), Samples.probes(true));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().path("status").asString()).isEqualTo("degraded");
        assertThat(answer.json().at("/redis_async/status").asString()).isEqualTo("connected");
        assertThat(answer.json().at("/subscriber_metrics/status").asString()).isEqualTo("not_subscribed");
        assertThat(answer.json().at("/circuit_breaker/state").asString()).isEqualTo("OPEN");
    }

    @Test
    void aRedisThatDoesNotAnswerPingIsSeenThoughTheSubscriptionStands() {
        var unhealthy = detailed(Samples.withRedis(true), Samples.probes(false));
        var silent = detailed(Samples.withRedis(true), List.of());

        assertThat(unhealthy.status()).isEqualTo(503);
        assertThat(unhealthy.json().path("status").asString()).isEqualTo("degraded");
        assertThat(unhealthy.json().at("/dependencies/redis_async/error").asString())
                .isEqualTo("timed out");
        assertThat(silent.status()).isEqualTo(503);
        assertThat(silent.json().at("/redis_sync/status").asString()).isEqualTo("disconnected");
    }

    private static Answer ready(Sample sample) {
        var pages = new HealthPages(() -> completedFuture(sample), () -> completedFuture(List.of()));
        return Exchange.of(List.of(Route.get("/health/ready", pages::onReady)), "/health/ready")
                .answer();
    }

    private static Answer detailed(Sample sample, List<Probe> probes) {
        var pages = new HealthPages(() -> completedFuture(sample), () -> completedFuture(probes));
        return Exchange.of(List.of(Route.get("/ws/health/detailed", pages::onDetailed)), "/ws/health/detailed")
                .answer();
    }

    @ParameterizedTest
    @CsvSource({
        "HEALTHY, true, 200, healthy",
        "WARNING, true, 200, warning",
        "CRITICAL, true, 503, critical",
        "HEALTHY, false, 503, warning"
    })
    void theWholeDocumentSaysTheWorst(HealthPages.Stores.Condition stores, boolean redis, int status, String word) {
        var pages = new HealthPages(
                () -> completedFuture(Samples.withRedis(redis)), () -> completedFuture(Samples.probes(true)));
        var handler = pages.whole(
                () -> completedFuture(new HealthPages.Stores(stores, Map.of("database", Map.of("status", "x")))),
                () -> 0);

        var answer = Exchange.of(List.of(Route.get("/health/detailed", handler)), "/health/detailed")
                .answer();

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("status").asString()).isEqualTo(word);
        assertThat(answer.json().at("/database/status").asString()).isEqualTo("x");
        assertThat(answer.json().at("/server/message").asString()).isEqualTo("SERVER_IS_READY");
        assertThat(answer.json().propertyNames()).contains("redis_async", "connections", "books", "memory", "uptime");
    }
}

package io.atalaya.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.log.LogConfig;
import io.atalaya.query.HttpRig.Answer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The collector's clients post what they know, over real sockets. */
@Timeout(120)
class CollectorIT {
    private static final String RANGE = "&from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z";

    @Test
    void anEventIsAcceptedCommittedAndFound() {
        try (var collector = CollectorRig.open()) {
            Answer posted = collector.post("""
                    {"timestamp":"2026-05-01T10:30:00+02:00","service":"user-service","message":"hi <b>there</b>",
                     "metadata":{"user":"17","tags":["<i>x</i>"]}}""");

            assertThat(posted.status()).isEqualTo(202);
            assertThat(posted.json().propertyNames()).containsExactly("status", "event_id", "queued_at");
            assertThat(posted.json().path("status").asString()).isEqualTo("accepted");
            assertThat(posted.json().path("event_id").asString()).matches("evt_[0-9a-f]{24}");
            assertThat(posted.json().path("queued_at").asString()).isEqualTo(CollectorRig.NOW_TEXT);
            assertThat(collector.log.totals().logged()).isEqualTo(1);
            JsonNode found =
                    collector.get("/events?service=user-service" + RANGE).json();
            assertThat(found.propertyNames())
                    .containsExactly("page", "pageSize", "sortField", "sortOrder", "total", "items");
            JsonNode item = found.path("items").get(0);
            assertThat(item.propertyNames())
                    .containsExactly(
                            "id", "eventId", "timestamp", "service", "message", "metadata", "ingestedAt", "createdAt");
            assertThat(item.path("eventId").asString())
                    .isEqualTo(posted.json().path("event_id").asString());
            assertThat(item.path("timestamp").asString()).isEqualTo("2026-05-01T10:30:00+02:00");
            assertThat(item.path("message").asString()).isEqualTo("hi there");
            assertThat(item.path("metadata").toString()).isEqualTo("{\"user\":\"17\",\"tags\":[\"x\"]}");
            assertThat(item.path("ingestedAt").asString()).isEqualTo(CollectorRig.NOW_TEXT);
        }
    }

    @Test
    void anInvalidBodyIsAnsweredInTheShapeThatClientsKnow() {
        try (var collector = CollectorRig.open()) {
            Answer answer = collector.post("{\"service\":\"\",\"message\":7,\"timestamp\":\"x\",\"level\":\"info\"}");

            JsonNode json = answer.json();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(json.path("status").asString()).isEqualTo("error");
            assertThat(json.path("message").asString()).isEqualTo("Invalid event schema");
            assertThat(json.path("errorCode").asString()).isEqualTo("INVALID_EVENT");
            assertThat(json.path("errors"))
                    .extracting(error -> error.path("field").asString())
                    .containsExactlyInAnyOrder("service", "message", "timestamp", "level");
            assertThat(json.path("errors"))
                    .allMatch(error -> error.path("constraints").size() > 0);
            assertThat(collector.log.totals().logged()).isZero();
        }
    }

    @Test
    void theWrongContentTypeAndATooLongBodyAreRefused() {
        try (var collector = CollectorRig.open()) {
            String good = CollectorRig.body("2026-05-01", "s", "m");
            Answer text = collector.send("POST", "/events", good, "Content-Type", "text/plain");
            Answer none = collector.send("POST", "/events", good);
            Answer large = collector.post(good + " ".repeat(100 * 1024));
            Answer fits = collector.post(good + " ".repeat(100 * 1024 - good.length()));

            assertThat(text.status()).isEqualTo(415);
            assertThat(none.status()).isEqualTo(415);
            assertThat(large.status()).isEqualTo(413);
            assertThat(large.json().path("errorCode").asString()).isEqualTo("PAYLOAD_TOO_LARGE");
            assertThat(fits.status()).isEqualTo(202);
        }
    }

    @Test
    void aFullBufferIs429WithRetryAfterInBodyAndHeader() {
        try (var collector = new CollectorRig(new CollectorConfig(false, true), CollectorRig.tiny())) {
            int last = 202;
            Answer answer = collector.post(CollectorRig.body("2026-05-01", "s", "m"));
            for (int i = 0; i < 10 && last == 202; i++) {
                answer = collector.post(CollectorRig.body("2026-05-01", "s", "m"));
                last = answer.status();
            }

            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.json().path("status").asString()).isEqualTo("rate_limited");
            assertThat(answer.json().path("errorCode").asString()).isEqualTo("BUFFER_SATURATED");
            assertThat(answer.json().path("retry_after").asInt()).isEqualTo(5);
            assertThat(answer.header("retry-after")).isEqualTo("5");
            Answer buffer = collector.get("/health/buffer");
            assertThat(buffer.status()).isEqualTo(503);
            assertThat(buffer.json().path("status").asString()).isEqualTo("critical");
        }
    }

    @Test
    void aLogThatCannotStoreIs503() {
        try (var collector = CollectorRig.open()) {
            collector.log.close();

            Answer answer = collector.post(CollectorRig.body("2026-05-01", "s", "m"));

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.json().path("status").asString()).isEqualTo("service_unavailable");
            assertThat(answer.json().path("errorCode").asString()).isEqualTo("SERVICE_UNAVAILABLE");
            assertThat(answer.header("retry-after")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"POST, /events", "GET, /events", "GET, /dlq", "GET, /health", "GET, /live", "GET, /metrics"})
    void everyAnswerCarriesTheCorrelationIdOrANewOne(String method, String path) {
        try (var collector = CollectorRig.open()) {
            String body = method.equals("POST") ? "{}" : "";

            assertThat(collector
                            .send(method, path, body, "X-Correlation-Id", "abc-1")
                            .header("x-correlation-id"))
                    .isEqualTo("abc-1");
            assertThat(collector.send(method, path, body).header("x-correlation-id"))
                    .matches("[0-9a-f-]{36}");
        }
    }

    @Test
    void withoutKeysNothingIsOpenButLivenessAndReadiness() {
        try (var collector = CollectorRig.closed()) {
            Answer refused = collector.post(CollectorRig.body("2026-05-01", "s", "m"));

            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.json().path("errorCode").asString()).isEqualTo("UNAUTHORIZED");
            assertThat(refused.header("x-correlation-id")).isNotEmpty();
            assertThat(collector.get("/events?service=s" + RANGE).status()).isEqualTo(401);
            assertThat(collector.get("/dlq").status()).isEqualTo(401);
            assertThat(collector
                            .get("/dlq", "Authorization", "Bearer publish-a")
                            .status())
                    .isEqualTo(401);
            assertThat(collector
                            .post(CollectorRig.body("2026-05-01", "s", "m"), "Authorization", "Bearer query-a")
                            .status())
                    .isEqualTo(401);
            assertThat(collector.get("/metrics").status()).isEqualTo(403);
            assertThat(collector.get("/health").body()).isEqualTo("{\"message\":\"SERVER_IS_READY\"}");
            assertThat(collector.get("/ready").body()).isEqualTo("{\"message\":\"SERVER_IS_READY\"}");
            assertThat(collector.get("/live").body()).isEqualTo("{\"message\":\"SERVER_IS_NOT_SHUTTING_DOWN\"}");
        }
    }

    @Test
    void thisMachineMayBeLetInAloneAndWithAKeyOnlyAsItsTenant() {
        var here = new CollectorConfig(true, false);
        try (var collector = new CollectorRig(here, LogConfig.defaults())) {
            String body = CollectorRig.body("2026-05-01T10:00:00Z", "s", "m");

            assertThat(collector.post(body).status()).isEqualTo(202);
            assertThat(collector.post(body, "X-Forwarded-For", "203.0.113.9").status())
                    .isEqualTo(401);
            assertThat(collector.post(body, "Authorization", "Bearer wrong").status())
                    .isEqualTo(401);
            assertThat(collector.post(body, "Authorization", "Bearer publish-a").status())
                    .isEqualTo(202);
            assertThat(total(collector, "s", "Authorization", "Bearer query-a")).isEqualTo(1);
            assertThat(total(collector, "s")).isEqualTo(1);
            assertThat(collector.archive.entries())
                    .extracting(entry -> entry.event().tenant().value())
                    .containsExactly("default", "a");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 12})
    void nobodyFindsWhatIsAnotherTenants(long seed) {
        var random = new Random(seed);
        try (var collector = CollectorRig.closed()) {
            var expected = new HashMap<String, Integer>();
            for (int i = 0; i < 120; i++) {
                String tenant = random.nextBoolean() ? "a" : "b";
                String service = "s" + random.nextInt(3);
                collector.post(
                        CollectorRig.body("2026-05-01T10:00:00Z", service, tenant),
                        "Authorization",
                        "Bearer publish-" + tenant);
                expected.merge(tenant + service, 1, Integer::sum);
            }
            for (String tenant : List.of("a", "b")) {
                for (String service : List.of("s0", "s1", "s2")) {
                    JsonNode found = collector
                            .get(
                                    "/events?pageSize=1000&service=" + service + RANGE,
                                    "Authorization",
                                    "Bearer query-" + tenant)
                            .json();
                    assertThat(found.path("total").asInt())
                            .as("seed %d", seed)
                            .isEqualTo(expected.getOrDefault(tenant + service, 0));
                    assertThat(found.path("items"))
                            .allMatch(item -> item.path("message").asString().equals(tenant));
                }
            }
        }
    }

    @Test
    void metricsAreJsonForItsClientsAndTextForScrapers() {
        try (var collector = CollectorRig.open()) {
            collector.post(CollectorRig.body("2026-05-01", "s", "m"));

            JsonNode json = collector.get("/metrics").json();

            assertThat(json.propertyNames())
                    .containsExactly(
                            "status",
                            "buffer_size",
                            "buffer_capacity",
                            "buffer_utilization_percent",
                            "metrics",
                            "uptime_seconds",
                            "time_since_last_enqueue_seconds",
                            "time_since_last_drain_seconds");
            assertThat(json.path("buffer_capacity").asInt()).isEqualTo(100);
            assertThat(json.path("buffer_utilization_percent").asString()).isEqualTo("0.00");
            assertThat(json.at("/metrics/total_enqueued").asInt()).isEqualTo(1);
            assertThat(json.at("/metrics/drop_rate_percent").asString()).isEqualTo("0.00");
            String axios = "application/json, text/plain, */*";
            assertThat(collector.get("/metrics", "Accept", axios).body()).startsWith("{");
            String scraper =
                    "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
            assertThat(collector.get("/metrics", "Accept", scraper).body()).startsWith("# prometheus");
            assertThat(collector.get("/metrics?format=prometheus").body()).startsWith("# prometheus");
            assertThat(collector
                            .get("/metrics?format=json", "Accept", "text/plain")
                            .body())
                    .startsWith("{");
            assertThat(collector.get("/metrics/prometheus").body()).startsWith("# prometheus");
        }
    }

    @Test
    void healthIsInTheMembersThatDashboardsRead() {
        try (var collector = CollectorRig.open()) {
            collector.post(CollectorRig.body("2026-05-01", "s1", "m"));
            collector.post(CollectorRig.body("2026-05-01", "s1", "m"));
            collector.post(CollectorRig.body("2026-05-01", "s2", "m"));

            JsonNode business = collector.get("/health/business").json();
            JsonNode database = collector.get("/health/database").json();
            JsonNode buffer = collector.get("/health/buffer").json();

            assertThat(business.path("totalEvents").asInt()).isEqualTo(3);
            assertThat(business.path("eventsByService").toString()).isEqualTo("{\"s1\":2,\"s2\":1}");
            assertThat(business.path("eventsLastHour").asInt()).isEqualTo(3);
            assertThat(business.path("eventsLast24Hours").asInt()).isEqualTo(3);
            assertThat(business.path("topServices").get(0).toString()).isEqualTo("{\"service\":\"s1\",\"count\":2}");
            assertThat(business.path("eventsByHour").toString())
                    .isEqualTo("[{\"hour\":\"2026-05-01 12:00\",\"count\":3}]");
            assertThat(database.path("status").asString()).isEqualTo("healthy");
            assertThat(database.path("database").asString()).isEqualTo("connected");
            assertThat(database.path("connectionPool").propertyNames()).containsExactly("active", "idle", "waiting");
            assertThat(database.path("circuitBreaker").toString())
                    .isEqualTo("{\"state\":\"CLOSED\",\"failureCount\":1,\"successCount\":2,\"lastFailureTime\":\""
                            + CollectorRig.NOW + "\"}");
            assertThat(buffer.path("status").asString()).isEqualTo("healthy");
            assertThat(buffer.path("metrics").propertyNames())
                    .containsExactly(
                            "total_enqueued", "total_dropped", "drop_rate_percent", "throughput_events_per_second");
        }
    }

    @Test
    void idsAreNeverGivenTwice() {
        try (var collector = CollectorRig.open()) {
            var ids = new HashSet<String>();
            for (int i = 0; i < 200; i++) {
                ids.add(collector
                        .post(CollectorRig.body("2026-05-01", "s", "m"))
                        .json()
                        .path("event_id")
                        .asString());
            }
            assertThat(ids).hasSize(200);
        }
    }

    private static int total(CollectorRig collector, String service, String... headers) {
        return collector
                .get("/events?service=" + service + RANGE, headers)
                .json()
                .path("total")
                .asInt();
    }
}

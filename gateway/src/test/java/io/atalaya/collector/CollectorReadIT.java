package io.atalaya.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.query.HttpRig.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The collector's clients find what they know, over real sockets. */
@Timeout(120)
class CollectorReadIT {
    private static final String RANGE = "&from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from=2026-05-01&to=2026-05-02|service",
                "service=&from=2026-05-01&to=2026-05-02|service",
                "service=s&to=2026-05-02|from",
                "service=s&from=2026-05-01|to",
                "service=s&from=x&to=2026-05-02|from",
                "service=s&from=2026-05-02&to=2026-05-01|to",
                "service=s&from=2026-05-01&to=2026-05-01|to",
                "service=s&from=2026-05-01&to=2026-06-01|to",
                "service=s&from=2026-05-01&to=2026-05-02&page=0|page",
                "service=s&from=2026-05-01&to=2026-05-02&page=10001|page",
                "service=s&from=2026-05-01&to=2026-05-02&page=1.5|page",
                "service=s&from=2026-05-01&to=2026-05-02&pageSize=0|pageSize",
                "service=s&from=2026-05-01&to=2026-05-02&pageSize=1001|pageSize",
                "service=s&from=2026-05-01&to=2026-05-02&sortField=id%3BDROP%20TABLE|sortField",
                "service=s&from=2026-05-01&to=2026-05-02&sortOrder=up|sortOrder",
                "service=s&from=2026-05-01&to=2026-05-02&colour=red|colour"
            })
    void aQueryThatCannotBeAnsweredIsRefused(String query, String field) {
        try (var collector = CollectorRig.open()) {
            Answer answer = collector.get("/events?" + query);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("status").asString()).isEqualTo("error");
            assertThat(answer.json().path("errors"))
                    .extracting(error -> error.path("field").asString())
                    .containsExactly(field);
        }
    }

    @Test
    void exactlyThirtyDaysAreARange() {
        try (var collector = CollectorRig.open()) {
            assertThat(collector
                            .get("/events?service=s&from=2026-05-01&to=2026-05-31")
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "timestamp, ASC",
        "timestamp, desc",
        "message, ASC",
        "message, DESC",
        "ingestedAt, ASC",
        "createdAt, DESC",
        "service, DESC"
    })
    void everySortShowsEveryEventOnceInItsOrder(String field, String order) {
        try (var collector = CollectorRig.open()) {
            var random = new Random(4);
            IntStream.range(0, 57)
                    .forEach(i -> collector.post(CollectorRig.body(
                            Instant.parse("2026-05-01T00:00:00Z")
                                    .plusSeconds(random.nextInt(86_400))
                                    .toString(),
                            "s",
                            "m" + random.nextInt(20))));
            var shown = new ArrayList<JsonNode>();
            for (int page = 1; page <= 6; page++) {
                JsonNode found = collector
                        .get("/events?service=s&pageSize=10&page=%d&sortField=%s&sortOrder=%s%s"
                                .formatted(page, field, order, RANGE))
                        .json();
                assertThat(found.path("total").asInt()).isEqualTo(57);
                assertThat(found.path("items")).hasSize(page == 6 ? 7 : 10);
                found.path("items").forEach(shown::add);
            }

            assertThat(shown)
                    .extracting(item -> item.path("eventId").asString())
                    .doesNotHaveDuplicates();
            Comparator<JsonNode> by = Comparator.comparing(item ->
                    item.path(field.equals("service") ? "timestamp" : field).asString());
            assertThat(shown).isSortedAccordingTo(order.equalsIgnoreCase("ASC") ? by : by.reversed());
        }
    }

    @Test
    void boundsAreInclusive() {
        try (var collector = CollectorRig.open()) {
            collector.post(CollectorRig.body("2026-05-01T10:00:00Z", "s", "first"));
            collector.post(CollectorRig.body("2026-05-01T11:00:00Z", "s", "last"));

            assertThat(collector
                            .get("/events?service=s&from=2026-05-01T10:00:00Z&to=2026-05-01T11:00:00Z")
                            .json()
                            .path("total")
                            .asInt())
                    .isEqualTo(2);
            assertThat(collector
                            .get("/events?service=s&from=2026-05-01T10:00:01Z&to=2026-05-01T10:59:59Z")
                            .json()
                            .path("total")
                            .asInt())
                    .isZero();
        }
    }

    @Test
    void anArchiveThatIsDownIs503OnEveryReadAndNoneOnWrite() {
        try (var collector = CollectorRig.open()) {
            collector.archive.down(true);

            assertThat(collector.get("/events?service=s" + RANGE).status()).isEqualTo(503);
            assertThat(collector
                            .get("/events?service=s" + RANGE)
                            .json()
                            .path("status")
                            .asString())
                    .isEqualTo("service_unavailable");
            assertThat(collector.get("/dlq").status()).isEqualTo(503);
            Answer database = collector.get("/health/database");
            assertThat(database.status()).isEqualTo(503);
            assertThat(database.json().path("status").asString()).isEqualTo("unhealthy");
            assertThat(database.json().path("database").asString()).isEqualTo("disconnected");
            assertThat(collector.get("/health/business").status()).isEqualTo(503);
        }
    }

    @Test
    void deadLettersAreListedReprocessedAndDeleted() {
        try (var collector = CollectorRig.closed()) {
            collector.archive.refuse("SERVICE_EVENT");
            String[] a = {"Authorization", "Bearer publish-a"};
            collector.post(CollectorRig.body("2026-05-01T10:00:00Z", "s1", "one"), a);
            collector.post(CollectorRig.body("2026-05-01T10:00:00Z", "s2", "two"), a);
            collector.post(
                    CollectorRig.body("2026-05-01T10:00:00Z", "s1", "other"), "Authorization", "Bearer publish-b");

            JsonNode list =
                    collector.get("/dlq", "Authorization", "Bearer query-a").json();
            assertThat(list.propertyNames()).containsExactly("events", "total", "limit", "offset");
            assertThat(list.path("total").asInt()).isEqualTo(2);
            assertThat(list.path("events").get(0).propertyNames())
                    .containsExactly(
                            "id",
                            "eventId",
                            "service",
                            "failureReason",
                            "retryCount",
                            "lastAttemptAt",
                            "reprocessed",
                            "createdAt");
            JsonNode narrowed = collector
                    .get("/dlq?service=s2&reprocessed=false", "Authorization", "Bearer query-a")
                    .json();
            String id = narrowed.path("events").get(0).path("id").asString();
            assertThat(narrowed.path("total").asInt()).isEqualTo(1);
            assertThat(collector
                            .get("/dlq?reprocessed=true", "Authorization", "Bearer query-a")
                            .json()
                            .path("total")
                            .asInt())
                    .isZero();
            JsonNode statistics = collector
                    .get("/dlq/statistics", "Authorization", "Bearer query-a")
                    .json();
            assertThat(statistics.path("byService").toString()).isEqualTo("{\"s1\":1,\"s2\":1}");
            assertThat(statistics.path("pending").asInt()).isEqualTo(2);
            assertThat(collector
                            .get("/dlq/" + id, "Authorization", "Bearer query-a")
                            .json()
                            .at("/originalEvent/message")
                            .asString())
                    .isEqualTo("two");

            assertThat(collector
                            .get("/dlq/" + id, "Authorization", "Bearer query-b")
                            .status())
                    .isEqualTo(404);
            assertThat(collector
                            .send("PATCH", "/dlq/" + id + "/reprocess", "", "Authorization", "Bearer publish-b")
                            .status())
                    .isEqualTo(404);
            assertThat(collector
                            .send("DELETE", "/dlq/" + id, "", "Authorization", "Bearer publish-b")
                            .status())
                    .isEqualTo(404);

            assertThat(collector
                            .send("PATCH", "/dlq/" + id + "/reprocess", "", a)
                            .status())
                    .isEqualTo(409);
            collector.archive.acceptAll();
            Answer done = collector.send("PATCH", "/dlq/" + id + "/reprocess", "", a);
            assertThat(done.status()).isEqualTo(200);
            assertThat(done.json().path("message").asString()).isEqualTo("Event reprocessed successfully");
            assertThat(total(collector, "s2", "Authorization", "Bearer query-a"))
                    .isEqualTo(1);
            assertThat(collector
                            .send("PATCH", "/dlq/" + id + "/reprocess", "", a)
                            .status())
                    .isEqualTo(404);
            String other = collector
                    .get("/dlq", "Authorization", "Bearer query-a")
                    .json()
                    .path("events")
                    .get(0)
                    .path("id")
                    .asString();
            assertThat(collector.send("DELETE", "/dlq/" + other, "", a).status())
                    .isEqualTo(204);
            assertThat(collector.send("DELETE", "/dlq/" + other, "", a).status())
                    .isEqualTo(404);
            assertThat(collector
                            .get("/dlq/nonsense", "Authorization", "Bearer query-a")
                            .status())
                    .isEqualTo(404);
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

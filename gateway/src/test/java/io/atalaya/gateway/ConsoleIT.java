package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.gateway.RawHttp.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The console's server side over real sockets. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ConsoleIT {
    private static final String TOKEN = "7d2f9b4e6a1c8035f9e2d7b4a6c1e8f30b5d9a2c";
    private static final String EVENT =
            "{\"type\":\"ROUND_SUBMITTED\",\"tenant_id\":1,\"branch_id\":3,\"table_id\":4,\"id\":\"evt-1\"}";
    private static final List<String> READS = List.of(
            "/metrics",
            "/metrics/prometheus",
            "/health/detailed",
            "/health/buffer",
            "/health/business",
            "/health/database",
            "/api/v1/assignments",
            "/api/v1/books",
            "/api/v1/catalogue",
            "/api/v1/config",
            "/api/v1/dead-letters",
            "/api/v1/events",
            "/api/v1/events/live",
            "/api/v1/explain",
            "/api/v1/flights/1/x",
            "/api/v1/live",
            "/api/v1/live/history",
            "/api/v1/quarantine",
            "/api/v1/sessions",
            "/api/v1/sessions/1",
            "/api/v1/slo",
            "/api/v1/slo/gate");
    private static final List<String> CHANGES = List.of(
            "/api/v1/publish", "/api/v1/revocations", "/api/v1/sessions/disconnect", "/api/v1/dead-letters/redrive");

    private static Map<String, String> fields(String... namesAndValues) {
        var fields = new HashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    private static int status(GatewayTester gateway, String method, String path, String... fields) {
        String body = method.equals("POST") ? "{}" : "";
        try (var client = new RawHttp(gateway.gateway().managementPort())) {
            client.send(method, path, fields(fields), body);
            return client.head().status();
        }
    }

    private static Answer ask(GatewayTester gateway, String method, String path, String body, String... fields) {
        return RawHttp.ask(gateway.gateway().managementPort(), method, path, fields(fields), body);
    }

    private static String cookie(GatewayTester gateway) {
        Answer login = ask(gateway, "POST", "/api/v1/login", "{\"token\":\"" + TOKEN + "\"}", "x-atalaya-console", "1");
        assertThat(login.status()).as(login.body()).isEqualTo(200);
        return login.headers().getOrDefault("set-cookie", "").split(";", 2)[0];
    }

    @Test
    void withATokenNothingIsShownToStrangersAndEverythingToOperators() {
        try (GatewayTester gateway = GatewayTester.start("management-token", TOKEN)) {
            String cookie = cookie(gateway);
            for (String path : READS) {
                assertThat(status(gateway, "GET", path)).as(path).isEqualTo(401);
                assertThat(status(gateway, "GET", path, "cookie", "atalaya_web=x"))
                        .as(path)
                        .isEqualTo(401);
                assertThat(status(gateway, "GET", path, "cookie", cookie))
                        .as(path)
                        .isNotIn(401, 403);
                assertThat(status(gateway, "GET", path, "authorization", "Bearer " + TOKEN))
                        .as(path)
                        .isNotIn(401, 403);
                assertThat(status(gateway, "GET", path, "authorization", "Bearer " + TOKEN + "x"))
                        .as(path)
                        .isEqualTo(401);
            }
            for (String path : CHANGES) {
                assertThat(status(gateway, "POST", path)).as(path).isEqualTo(401);
                assertThat(status(gateway, "POST", path, "cookie", cookie))
                        .as(path + " without the mark")
                        .isEqualTo(403);
                assertThat(status(
                                gateway,
                                "POST",
                                path,
                                "cookie",
                                cookie,
                                "x-atalaya-console",
                                "1",
                                "origin",
                                "https://evil.example"))
                        .as(path + " of another site")
                        .isEqualTo(403);
                assertThat(status(gateway, "POST", path, "cookie", cookie, "x-atalaya-console", "1"))
                        .as(path)
                        .isNotIn(401, 403);
            }
            assertThat(status(gateway, "GET", "/health/live")).isEqualTo(200);
            assertThat(status(gateway, "GET", "/health/ready")).isEqualTo(200);
            assertThat(status(gateway, "GET", "/")).isIn(200, 404);
            assertThat(ask(gateway, "GET", "/api/v1/whoami", "").body())
                    .isEqualTo("{\"authenticated\":false,\"login_required\":true}");
        }
    }

    @Test
    void onLoopbackWithoutATokenEverythingIsOpenAsItWas() {
        try (GatewayTester gateway = GatewayTester.start()) {
            for (String path : READS) {
                assertThat(status(gateway, "GET", path)).as(path).isNotIn(401, 403);
            }
            for (String path : CHANGES) {
                assertThat(status(gateway, "POST", path)).as(path).isNotIn(401, 403);
                assertThat(status(gateway, "POST", path, "origin", "http://localhost:3000"))
                        .as(path + " of another site")
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void underAForeignNameNothingIsServed() {
        try (GatewayTester gateway = GatewayTester.start()) {
            for (String path : List.of("/", "/console/app.js", "/health/live", "/api/v1/whoami", "/metrics")) {
                Answer answer = ask(gateway, "GET", path, "", "host", "rebound.evil.example");
                assertThat(answer.status()).as(path).isEqualTo(403);
                assertThat(answer.body()).contains("host: another name");
            }
            assertThat(status(gateway, "POST", "/api/v1/login", "host", "rebound.evil.example"))
                    .isEqualTo(403);
        }
        try (GatewayTester gateway =
                GatewayTester.start("management-token", TOKEN, "management-hosts", "ops.example.com")) {
            String bearer = "Bearer " + TOKEN;
            assertThat(status(gateway, "GET", "/metrics", "host", "ops.example.com", "authorization", bearer))
                    .isEqualTo(200);
            assertThat(status(gateway, "GET", "/metrics", "host", "gateway:8002", "authorization", bearer))
                    .isEqualTo(200);
            assertThat(status(gateway, "GET", "/health/live", "host", "ops.example.com"))
                    .isEqualTo(200);
            assertThat(status(gateway, "GET", "/health/live", "host", "evil.example"))
                    .isEqualTo(403);
        }
    }

    @Test
    void noPathLeadsOutOfTheConsole() {
        try (GatewayTester gateway = GatewayTester.start()) {
            for (String path : List.of(
                    "/console/../../../../etc/passwd",
                    "/console/..%2f..%2f..%2fetc/passwd",
                    "/console/%2e%2e/ConsoleFiles.class",
                    "/console/ConsoleFiles.class",
                    "/console//etc/passwd",
                    "/console/\\..\\x")) {
                assertThat(status(gateway, "GET", path)).as(path).isIn(400, 404);
            }
        }
    }

    @Test
    void everyAnswerIsMarkedForBrowsers() {
        try (GatewayTester gateway = GatewayTester.start()) {
            for (String path : List.of("/", "/console/nothing.js", "/api/v1/books", "/api/v1/whoami", "/health/live")) {
                Answer answer = ask(gateway, "GET", path, "");
                assertThat(answer.headers())
                        .as(path)
                        .containsEntry("x-content-type-options", "nosniff")
                        .containsEntry("referrer-policy", "no-referrer");
                assertThat(answer.headers().get("content-security-policy"))
                        .as(path)
                        .startsWith("default-src 'none'")
                        .contains("frame-ancestors 'none'");
            }
        }
    }

    @Test
    void theStreamTellsWhatHappensAndTheHistoryKeepsIt() {
        try (GatewayTester gateway = GatewayTester.start()) {
            int port = gateway.gateway().managementPort();
            try (var viewer = new RawHttp(port)) {
                viewer.send("GET", "/api/v1/live", Map.of(), "");
                assertThat(viewer.head().fields()).containsEntry("content-type", "text/event-stream; charset=utf-8");
                assertThat(viewer.event("hello")).contains("\"profile\":\"restaurant\"");
                WireClient admin = gateway.staff("admin", 1, 7, 3, "ADMIN");
                gateway.awaitSessions(1);
                gateway.publish(EVENT);
                admin.readText();

                JsonNode tick = GatewayTester.json(viewer.event("tick"));
                while (tick.at("/totals/deliveries").asLong() == 0) {
                    tick = GatewayTester.json(viewer.event("tick"));
                }
                assertThat(tick.path("connections").asInt()).isEqualTo(1);
                assertThat(tick.at("/totals/events_in").asLong()).isEqualTo(1);
                assertThat(tick.at("/endpoints/0/name").asString()).isEqualTo("admin");
                assertThat(tick.at("/breakers/0/name").asString()).isEqualTo("database");
                JsonNode books = GatewayTester.json(viewer.event("books"));
                while (books.at("/intake/received").asLong() == 0) {
                    books = GatewayTester.json(viewer.event("books"));
                }
                for (JsonNode sum : books.path("sums")) {
                    assertThat(sum.path("balanced").asBoolean())
                            .as(sum.toString())
                            .isTrue();
                    assertThat(sum.path("difference").asLong())
                            .as(sum.toString())
                            .isZero();
                }
            }
            JsonNode history = gateway.management("/api/v1/live/history?seconds=60");
            JsonNode deliveries = history.at("/series/deliveries");
            double sum = 0;
            for (JsonNode rate : deliveries) {
                sum += rate.asDouble(0);
            }
            assertThat(sum).isBetween(0.5, 2.5);
            assertThat(history.path("count").asInt()).isEqualTo(deliveries.size());
        }
    }

    @Test
    void aViewerWhoDoesNotReadCostsNobodyAnything() {
        try (GatewayTester gateway = GatewayTester.start()) {
            int port = gateway.gateway().managementPort();
            try (var stuck = new RawHttp(port);
                    var reader = new RawHttp(port)) {
                stuck.send("GET", "/api/v1/events/live?max_per_second=200", Map.of(), "");
                reader.send("GET", "/api/v1/live", Map.of(), "");
                reader.event("hello");
                WireClient admin = gateway.staff("admin", 1, 7, 3, "ADMIN");
                gateway.awaitSessions(1);
                String note = "x".repeat(7_000);
                for (int i = 0; i < 400; i++) {
                    gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":3,\"note\":\"%s\"}"
                            .formatted(note));
                    admin.readText();
                }
                JsonNode tick = GatewayTester.json(reader.event("tick"));
                while (tick.at("/totals/deliveries").asLong() < 400) {
                    tick = GatewayTester.json(reader.event("tick"));
                }
                gateway.assertBooksBalance();
            }
        }
    }

    @Test
    void aStreamEndsWithTheLoginThatOpenedIt() {
        try (GatewayTester gateway = GatewayTester.start("management-token", TOKEN)) {
            String cookie = cookie(gateway);
            try (var viewer = new RawHttp(gateway.gateway().managementPort())) {
                viewer.send("GET", "/api/v1/live", Map.of("cookie", cookie), "");
                viewer.event("tick");

                ask(gateway, "POST", "/api/v1/logout", "{}", "cookie", cookie, "x-atalaya-console", "1");

                assertThat(viewer.ends()).isTrue();
            }
        }
    }

    @Test
    void anEventPublishedByHandIsSeenAndItsFlightFollowed() {
        try (GatewayTester gateway = GatewayTester.start()) {
            WireClient admin = gateway.staff("admin", 1, 7, 3, "ADMIN");
            gateway.awaitSessions(1);
            try (var viewer = new RawHttp(gateway.gateway().managementPort())) {
                viewer.send("GET", "/api/v1/events/live?tenant=1", Map.of(), "");
                viewer.event("ready");

                Answer published = ask(gateway, "POST", "/api/v1/publish", EVENT);

                assertThat(published.status()).as(published.body()).isEqualTo(202);
                assertThat(admin.readText()).contains("evt-1");
                assertThat(GatewayTester.json(viewer.event("event"))
                                .at("/event/table_id")
                                .asInt())
                        .isEqualTo(4);
            }
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                JsonNode flight = gateway.management("/api/v1/flights/1/evt-1");
                assertThat(flight.at("/stages/2/state").asString()).isEqualTo("done");
                assertThat(flight.at("/stages/3/rule").asString()).isEqualTo("catalogue");
                assertThat(flight.at("/stages/3/subscribers").asInt()).isEqualTo(1);
                assertThat(flight.at("/event/table_id").asInt()).isEqualTo(4);
            });
            JsonNode session = gateway.management("/api/v1/sessions").at("/sessions/0");
            assertThat(session.path("sent").asInt()).isEqualTo(1);
            assertThat(session.path("remote").asString()).startsWith("127.0.0.1:");
            assertThat(gateway.management("/api/v1/books")
                            .at("/sources/console")
                            .asInt())
                    .isEqualTo(1);
            assertThat(gateway.management("/api/v1/events?tenant=1")
                            .at("/events/0/id")
                            .asString())
                    .isEqualTo("evt-1");
        }
    }

    @Test
    void anInvalidEventIsRefusedAsForEveryPublisher() {
        try (GatewayTester gateway = GatewayTester.start()) {
            Answer invalid = ask(gateway, "POST", "/api/v1/publish", "{\"type\":\"ROUND_READY\"}");
            Answer other = ask(gateway, "POST", "/api/v1/publish?tenant=2", EVENT);

            assertThat(invalid.status()).isEqualTo(400);
            assertThat(invalid.body()).contains("tenant_id");
            assertThat(other.status()).isEqualTo(403);
            assertThat(gateway.management("/api/v1/books")
                            .at("/intake/refused/forbidden")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void whatIsNotThereIsNotFramedOrGuessedEither() {
        try (GatewayTester gateway = GatewayTester.start()) {
            for (String path : List.of("/", "/api/v1/books", "/nothing", "/console/nothing.js", "/api/v1/nothing")) {
                for (String method : List.of("GET", "DELETE")) {
                    Answer answer = ask(gateway, method, path, "");
                    assertThat(answer.headers())
                            .as("%s %s: %d", method, path, answer.status())
                            .containsEntry("x-content-type-options", "nosniff")
                            .containsEntry("referrer-policy", "no-referrer")
                            .containsKey("content-security-policy");
                }
            }
        }
    }
}

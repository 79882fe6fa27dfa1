package io.atalaya.demo.incident;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the gateway tells operators of itself, read from its management port. Confined to one thread. */
final class Accounts implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;

    Accounts(int port) {
        this.port = port;
    }

    /**
     * The deliveries' book. Immutable.
     *
     * @param closed given up with their session
     */
    record Deliveries(long matched, long sent, long closed, long pending, boolean balanced) {
        static Deliveries parse(JsonNode book) {
            long matched = 0;
            for (JsonNode kind : book.path("matched")) {
                matched += kind.asLong(0);
            }
            return new Deliveries(
                    matched,
                    book.path("sent").asLong(0),
                    book.path("closed").asLong(0),
                    book.path("pending").asLong(0),
                    book.path("balanced").asBoolean(false));
        }

        String words() {
            return String.format(
                    Locale.ROOT,
                    "matched %,d = sent %,d + closed %,d + pending %,d%s",
                    matched,
                    sent,
                    closed,
                    pending,
                    balanced ? "  balanced" : "  NOT BALANCED");
        }
    }

    /**
     * One objective that the gateway measures. Immutable.
     *
     * @param alerts tiers whose alert is not at rest, with how far it is
     */
    record Objective(String id, String title, String state, long bad, long total, double left, List<String> alerts) {
        private static final String LITTLE = "low_traffic";

        static Objective parse(JsonNode json) {
            var alerts = new ArrayList<String>();
            for (JsonNode tier : json.path("tiers")) {
                String phase = tier.path("alert").asString("");
                if (phase.equals("pending") || phase.equals("firing")) {
                    alerts.add(tier.path("severity").asString("") + " " + phase);
                }
            }
            return new Objective(
                    json.path("id").asString(""),
                    json.path("title").asString(""),
                    json.path("state").asString(""),
                    json.path("bad").asLong(0),
                    json.path("total").asLong(0),
                    json.path("budget_remaining").asDouble(Double.NaN),
                    alerts.stream().distinct().toList());
        }

        String words() {
            String alert = alerts.isEmpty() ? "" : "; alert: " + String.join(", ", alerts);
            return String.format(
                    Locale.ROOT,
                    "%-32s %s: %,d bad of %,d, %s%s",
                    id,
                    state.replace('_', ' '),
                    bad,
                    total,
                    budget(),
                    alert);
        }

        private String budget() {
            if (state.equals(LITTLE)) {
                return "too few to judge";
            }
            if (Double.isNaN(left)) {
                return "budget not known yet";
            }
            return left < 0
                    ? String.format(Locale.ROOT, "%.1f times the budget used", 1 - left)
                    : String.format(Locale.ROOT, "%.1f%% of the budget left", 100 * left);
        }
    }

    Deliveries deliveries() throws IOException, InterruptedException {
        return Deliveries.parse(get("/api/v1/books").path("deliveries"));
    }

    /** Whether events from the intake are all in their state too. */
    boolean intakeBalanced() throws IOException, InterruptedException {
        return get("/api/v1/books").path("intake").path("balanced").asBoolean(false);
    }

    /** How the gateway gets on with Redis: {@code subscribed}, {@code not_subscribed} or {@code disabled}. */
    String redis() throws IOException, InterruptedException {
        return get("/health/ready").path("checks").path("redis").asString("");
    }

    /** Objectives that have something to count. */
    List<Objective> objectives() throws IOException, InterruptedException {
        var measured = new ArrayList<Objective>();
        for (JsonNode objective : get("/api/v1/slo").path("objectives")) {
            if (objective.path("total").asLong(0) > 0) {
                measured.add(Objective.parse(objective));
            }
        }
        return measured;
    }

    /** Alerts that fire, by name and service: those of the objectives, and those of the gateway's own list where it has one. */
    List<String> firing() throws IOException, InterruptedException {
        var firing = new ArrayList<String>();
        for (JsonNode objective : get("/api/v1/slo").path("objectives")) {
            Objective read = Objective.parse(objective);
            read.alerts().stream()
                    .filter(alert -> alert.endsWith("firing"))
                    .forEach(alert -> firing.add(read.id() + " " + alert));
        }
        for (JsonNode alert : get("/api/v1/alerts").path("firing")) {
            firing.add(alert.path("alert").asString(""));
        }
        return firing.stream().distinct().toList();
    }

    /** Whether releases would be allowed now, in words. */
    String gate() throws IOException, InterruptedException {
        JsonNode gate = get("/api/v1/slo/gate");
        var spent = new ArrayList<String>();
        gate.path("spent").forEach(objective -> spent.add(objective.path("id").asString("")));
        return gate.path("allowed").asBoolean(false)
                ? "open: operations may go on"
                : "closed: spent is the budget of " + String.join(", ", spent);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException _) {
            throw new IOException("%s: HTTP %d without JSON (expected: JSON)".formatted(path, answer.statusCode()));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.atalaya.generate.Generator;
import io.atalaya.proof.ServerProcess;
import io.atalaya.redis.RedisServer;
import io.atalaya.slo.SloFolder;
import io.atalaya.slo.SloOutcome;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The engine of a running gateway and a real Prometheus that scrapes it and evaluates the generated rules: under the same
 * faults the same alerts fire and end, at nearly the same time, and budgets and burn rates are the same.
 */
@Timeout(600)
class SloAgreementIT {
    /** Short windows, but of two looks of the engine at least: between two looks the counters stand still. */
    private static final String OBJECTIVES = """
            slo: drill
            window: 10m
            tiers:
              fast: {budget: 10, long: 40s, short: 20s, severity: critical}
              slow: {budget: 12, long: 1m, short: 30s, for: 10s, severity: warning}
            services:
              api: {title: API, owner: me}
              redis: {title: Redis, owner: me}
            objectives:
              answers:
                service: api
                title: requests that are let in
                objective: 90
                events:
                  bad: {metric: atalaya_http_answers_total, labels: {port: public, status: [4*]}}
                  valid: {metric: atalaya_http_answers_total, labels: {port: public}}
              redis-link:
                service: redis
                title: time in which events from Redis arrive
                objective: 90
                uptime: {up: {metric: atalaya_dependency_up, labels: {name: redis}}}
            """;

    /** One look of the engine, one scrape, one evaluation, and how often this test looks at both. */
    private static final Duration BOUND = Duration.ofSeconds(10 + 1 + 1 + 1);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** When an alert began to fire, or ceased, as one side saw it. */
    private final Map<String, Instant> byEngine = new LinkedHashMap<>();

    private final Map<String, Instant> byPrometheus = new LinkedHashMap<>();
    private final Set<String> firingInEngine = new HashSet<>();
    private final Set<String> firingInPrometheus = new HashSet<>();
    private int round;
    private long sent;
    private long refused;
    private int compared;
    private int burning;
    private int touched;

    @Test
    void refusedRequests() throws IOException, InterruptedException {
        String port = Integer.toString(ServerProcess.freePort());
        try (var prometheus = ServerProcess.prometheus(configuration(port), directory);
                var gateway = GatewayTester.start("slo-files", files().toString(), "management-port", port)) {
            load(gateway, prometheus, Duration.ofSeconds(10), false);
            round = 1;
            load(gateway, prometheus, Duration.ofSeconds(21), true);
            load(gateway, prometheus, Duration.ofSeconds(42), false);
            assertBudgetMovedByWhatWasDone(gateway);
        }
        assertSameTransitions(List.of("answers"));
    }

    @Test
    @Tag("long")
    void refusedRequestsAndOutagesOfRedisAgainAndAgain() throws IOException, InterruptedException {
        String port = Integer.toString(ServerProcess.freePort());
        try (var redis = RedisServer.start();
                var prometheus = ServerProcess.prometheus(configuration(port), directory);
                var gateway = GatewayTester.start(
                        "slo-files",
                        files().toString(),
                        "management-port",
                        port,
                        "redis-url",
                        redis.url().toString())) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> SloView.objective(gateway, "redis-link")
                                    .path("total")
                                    .asLong()
                            > 0);
            load(gateway, prometheus, Duration.ofSeconds(15), false);
            for (round = 1; round <= 4; round++) {
                redis.stop();
                load(gateway, prometheus, Duration.ofSeconds(24), true);
                redis.restart();
                load(gateway, prometheus, Duration.ofSeconds(90), false);
            }
            round = 4;
            assertBudgetMovedByWhatWasDone(gateway);
        }
        assertSameTransitions(List.of("answers", "redis-link"));
    }

    private Path files() throws IOException {
        Path files = Files.createDirectories(directory.resolve("slo"));
        Files.writeString(files.resolve("atalaya.yaml"), OBJECTIVES);
        return files;
    }

    /** Prometheus is there first: what a counter has when it is first seen is no increase to it. */
    private Path configuration(String port) throws IOException {
        var valid = (SloOutcome.Valid) SloFolder.of(files()).read();
        var problems = new Problems();
        var input = new Generator.Input(valid.file(), valid.catalogue(), "docs/runbooks/", false);
        Generator generator = Generator.read(
                        input, mapping("alerts: {}", problems), mapping("dashboards: {}", problems), problems)
                .orElseThrow(() -> new AssertionError(problems.list()));
        for (Generator.Artefact artefact : generator.artefacts()) {
            if (artefact.path().endsWith("rules/slo.yml")) {
                Files.writeString(directory.resolve("slo.yml"), artefact.text());
            }
        }
        return Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [slo.yml]
                scrape_configs:
                  - {job_name: api, static_configs: [{targets: ["127.0.0.1:%s"]}]}
                """.formatted(port));
    }

    private static Node.Mapping mapping(String text, Problems problems) {
        return YamlReader.read("nothing.yaml", text, problems).orElseThrow();
    }

    /** Requests go on, some of them without a key; meanwhile both sides are looked at. */
    private void load(GatewayTester gateway, ServerProcess prometheus, Duration time, boolean faulty)
            throws InterruptedException {
        awaitFirstSample(prometheus);
        Instant end = Instant.now().plus(time);
        Instant lastCompared = Instant.EPOCH;
        while (Instant.now().isBefore(end)) {
            for (int i = 0; i < 5; i++) {
                gateway.send(HttpRequest.newBuilder(gateway.publicUri("/ws/health")));
                sent++;
                if (faulty) {
                    gateway.post("no-such-key", "{}");
                    sent++;
                    refused++;
                }
            }
            JsonNode slo = gateway.management("/api/v1/slo");
            watch(firingInEngine, engineAlerts(slo), byEngine);
            watch(firingInPrometheus, prometheusAlerts(prometheus), byPrometheus);
            Instant at = Instant.parse(slo.path("at").asString());
            boolean scraped =
                    Instant.now().isAfter(at.plusSeconds(6)) && Instant.now().isBefore(at.plusSeconds(9));
            if (scraped && at.isAfter(lastCompared)) {
                lastCompared = at;
                compare(prometheus, slo, at);
            }
            Thread.sleep(200);
        }
    }

    private static void awaitFirstSample(ServerProcess prometheus) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Double.isFinite(value(prometheus, Instant.now(), "count(atalaya_slo_events_total)")));
    }

    /** Where the figures cross the threshold, who looks oftener sees it oftener: within the bound it is one crossing. */
    private void watch(Set<String> before, Set<String> now, Map<String, Instant> transitions) {
        Instant at = Instant.now();
        for (String alert : now) {
            if (before.add(alert)) {
                String end = round + " " + alert + " ends";
                if (at.minus(BOUND).isBefore(transitions.getOrDefault(end, Instant.EPOCH))) {
                    transitions.remove(end);
                } else {
                    note(transitions, round + " " + alert + " fires", at);
                }
            }
        }
        for (String alert : List.copyOf(before)) {
            if (!now.contains(alert)) {
                before.remove(alert);
                note(transitions, round + " " + alert + " ends", at);
            }
        }
    }

    /** A second time is another transition, which the other side must have seen too. */
    private static void note(Map<String, Instant> transitions, String transition, Instant at) {
        String name = transition;
        while (transitions.containsKey(name)) {
            name += " again";
        }
        transitions.put(name, at);
    }

    private static Set<String> engineAlerts(JsonNode slo) {
        var alerts = new HashSet<String>();
        for (JsonNode objective : slo.path("objectives")) {
            for (JsonNode tier : objective.path("tiers")) {
                if (tier.path("alert").asString("").equals("firing")) {
                    alerts.add(objective.path("id").asString() + "/"
                            + tier.path("tier").asString());
                }
            }
        }
        return alerts;
    }

    private static Set<String> prometheusAlerts(ServerProcess prometheus) {
        var alerts = new HashSet<String>();
        for (JsonNode alert : prometheus.json("/api/v1/alerts").at("/data/alerts")) {
            boolean burn = alert.at("/labels/alertname").asString("").equals("SLOErrorBudgetBurn");
            if (burn && alert.path("state").asString("").equals("firing")) {
                alerts.add(alert.at("/labels/slo").asString() + "/"
                        + alert.at("/labels/burnrate_tier").asString());
            }
        }
        return alerts;
    }

    private void assertSameTransitions(List<String> objectives) {
        assertThat(byEngine.keySet()).containsExactlyInAnyOrderElementsOf(byPrometheus.keySet());
        var wanted = new ArrayList<String>();
        for (int i = 1; i <= round; i++) {
            for (String objective : objectives) {
                for (String alert : List.of("/fast fires", "/fast ends", "/slow fires", "/slow ends")) {
                    wanted.add(i + " " + objective + alert);
                }
            }
        }
        assertThat(byEngine.keySet()).containsExactlyInAnyOrderElementsOf(wanted);
        byEngine.forEach((transition, at) -> assertThat(
                        Duration.between(at, byPrometheus.getOrDefault(transition, Instant.EPOCH))
                                .abs())
                .as("%s: %s here, %s there", transition, at, byPrometheus.getOrDefault(transition, Instant.EPOCH))
                .isLessThanOrEqualTo(BOUND));
        assertThat(compared).as("figures compared").isGreaterThan(8);
        assertThat(burning).as("of them, burn rates above zero").isGreaterThan(2);
        assertThat(touched).as("budgets compared that were not whole").isGreaterThan(3);
    }

    private void assertBudgetMovedByWhatWasDone(GatewayTester gateway) {
        await().atMost(Duration.ofSeconds(25))
                .until(() -> SloView.objective(gateway, "answers").path("total").asLong() == sent);
        JsonNode answers = SloView.objective(gateway, "answers");
        assertThat(answers.path("bad").asLong()).isEqualTo(refused);
        assertThat(answers.path("budget_remaining").doubleValue()).isCloseTo(1 - refused / (sent * 0.1), within(1e-9));
    }

    /**
     * Both at a moment between two looks of the engine. A counter that has just left zero is extrapolated less than the other:
     * that is worth a scrape interval and a tenth.
     */
    private void compare(ServerProcess prometheus, JsonNode slo, Instant at) {
        for (JsonNode objective : slo.path("objectives")) {
            String id = objective.path("id").asString();
            double budget = 1 - objective.path("objective_percent").doubleValue() / 100;
            for (JsonNode tier : objective.path("tiers")) {
                compare(
                        prometheus,
                        at,
                        id,
                        tier.path("long").asString(),
                        tier.path("long_burn_rate").doubleValue(Double.NaN) * budget);
                compare(
                        prometheus,
                        at,
                        id,
                        tier.path("short").asString(),
                        tier.path("short_burn_rate").doubleValue(Double.NaN) * budget);
            }
            compareBudget(prometheus, at, objective);
        }
    }

    /**
     * What the generated rules have recorded of what is left. Where nothing cancels the extrapolation, because time is a share
     * of the whole window, it counts at both ends.
     */
    private void compareBudget(ServerProcess prometheus, Instant at, JsonNode objective) {
        String id = objective.path("id").asString();
        double here = objective.path("budget_remaining").doubleValue(Double.NaN);
        double there = value(prometheus, at.plusSeconds(5), "slo:error_budget_remaining:ratio{slo=\"" + id + "\"}");
        if (Double.isFinite(here) && Double.isFinite(there)) {
            double known = Math.min(600, objective.path("history_seconds").doubleValue());
            double ends = objective.path("counts").asString("").equals("milliseconds") ? 2 : 1;
            double spent = Math.max(1 - here, 1 - there);
            assertThat(here)
                    .as("what is left of %s at %s", id, at)
                    .isCloseTo(there, within(1e-9 + spent * ends * 1.1 / known));
            touched += here < 1 ? 1 : 0;
        }
    }

    /** The one number that an expression had; not a number when it had none. */
    private static double value(ServerProcess prometheus, Instant at, String expression) {
        JsonNode value = prometheus
                .json("/api/v1/query?time=%d&query=%s"
                        .formatted(at.getEpochSecond(), URLEncoder.encode(expression, StandardCharsets.UTF_8)))
                .at("/data/result/0/value/1");
        return value.isMissingNode() ? Double.NaN : Double.parseDouble(value.asString());
    }

    private void compare(ServerProcess prometheus, Instant at, String id, String window, double ratio) {
        String query =
                "increase(atalaya_slo_bad_total{slo=\"%1$s\"}[%2$s]) / increase(atalaya_slo_events_total{slo=\"%1$s\"}[%2$s])"
                        .formatted(id, window);
        double there = value(prometheus, at.plusSeconds(2), query);
        if (!Double.isFinite(there) || !Double.isFinite(ratio)) {
            return;
        }
        Duration span = io.atalaya.slo.Spans.parse(window).orElseThrow();
        assertThat(ratio)
                .as("%s over %s at %s", id, window, at)
                .isCloseTo(there, within(1e-9 + Math.max(ratio, there) * 1.1 / span.toSeconds()));
        compared++;
        burning += ratio > 0 ? 1 : 0;
    }
}

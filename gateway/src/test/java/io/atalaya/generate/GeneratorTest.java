package io.atalaya.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.generate.Dashboard.Panel;
import io.atalaya.generate.Generator.Artefact;
import io.atalaya.slo.ShippedObjectives;
import io.atalaya.slo.SloOutcome;
import io.atalaya.slo.SloReader;
import io.atalaya.slo.SloReader.Source;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problem;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is made is complete, up to date, and names nothing that does not exist. */
class GeneratorTest {
    private static final Path DEPLOY = Path.of("../deploy");
    private static final Path ROOT = Path.of("..");

    static Generator generator(boolean withPending) {
        return generator(ShippedObjectives.read(), withPending);
    }

    private static Generator generator(SloOutcome.Valid valid, boolean withPending) {
        var problems = new Problems();
        var input = new Generator.Input(valid.file(), valid.catalogue(), "docs/runbooks/", withPending);
        return Generator.read(input, mapping("alerts.yaml", problems), mapping("dashboards.yaml", problems), problems)
                .orElseThrow(() -> new AssertionError(problems.list()));
    }

    private static Node.Mapping mapping(String name, Problems problems) {
        Source source = ShippedObjectives.source(name);
        return YamlReader.read(source.file(), source.text(), problems).orElseThrow();
    }

    private static List<Problem> problemsWith(String alerts, String dashboards) {
        SloOutcome.Valid valid = ShippedObjectives.read();
        var problems = new Problems();
        var input = new Generator.Input(valid.file(), valid.catalogue(), "", false);
        Generator.read(
                input,
                YamlReader.read("alerts.yaml", alerts, problems).orElseThrow(),
                YamlReader.read("dashboards.yaml", dashboards, problems).orElseThrow(),
                problems);
        return problems.list();
    }

    @Test
    void theFolderIsUpToDate() throws IOException {
        Map<String, String> made = new TreeMap<>();
        generator(false).artefacts().forEach(artefact -> made.put(artefact.path(), artefact.text()));
        Map<String, String> found = new TreeMap<>();
        for (String path : made.keySet()) {
            Path file = DEPLOY.resolve(path);
            found.put(path, Files.exists(file) ? Files.readString(file) : "");
        }

        assertThat(found).as("make it again: ./atalaya slo generate").isEqualTo(made);
        try (Stream<Path> dashboards = Files.walk(DEPLOY.resolve("grafana/dashboards"))) {
            assertThat(dashboards
                            .filter(Files::isRegularFile)
                            .map(DEPLOY::relativize)
                            .map(Path::toString))
                    .as("dashboards that nobody makes any more")
                    .allMatch(made::containsKey);
        }
    }

    @Test
    void whatIsMadeIsTheSameEveryTime() {
        assertThat(generator(true).artefacts()).isEqualTo(generator(true).artefacts());
    }

    @ParameterizedTest
    @CsvSource({
        "HighLatencyP95, http_request_duration_seconds, 0.5, 5m, WARNING",
        "CriticalLatencyP99, http_request_duration_seconds, 2, 2m, CRITICAL",
        "APIDown, up, 0, 1m, CRITICAL",
        "HighErrorRate, atalaya_http_answers_total, 0.01, 5m, CRITICAL",
        "HighWebSocketLatency, atalaya_delivery_latency_seconds, 0.2, 5m, WARNING",
        "HighWebSocketBroadcastErrors, atalaya_fanouts_failed_total, 10, 5m, WARNING",
        "HighBotLatency, bot_response_latency_seconds, 2, 5m, WARNING",
        "BotDown, up, 0, 1m, CRITICAL",
        "SlowQueries, atalaya_db_query_duration_seconds, 1, 5m, WARNING",
        "PostgreSQLDown, pg_up, 0, 1m, CRITICAL",
        "RedisDown, redis_up, 0, 1m, CRITICAL",
        "RedisHighEvictionRate, redis_evicted_keys_total, 100, 5m, WARNING",
        "HighProxyLatency, caddy_http_response_duration_seconds, 0.1, 5m, WARNING",
        "ProxyDown, up, 0, 1m, CRITICAL",
        "TargetDown, up, 0, 5m, WARNING",
        "WebSocketHighErrorRate, websocket_event_errors_total, 0.1, 2m, WARNING",
        "WebSocketHighLatency, websocket_event_latency_milliseconds, 500, 5m, WARNING",
        "WebSocketConnectionDrop, websocket_disconnections_total, 1.5, 3m, CRITICAL",
        "WebSocketSlowInitialState, websocket_initial_state_latency_milliseconds, 1000, 5m, WARNING",
        "BufferSaturated, atalaya_intake_in_flight_events, 0.8, 2m, WARNING",
        "HighDropRate, atalaya_intake_events_total, 0.05, 2m, CRITICAL",
        "DatabaseSlow, batch_insert_time_ms, 500, 5m, WARNING",
        "CircuitBreakerOpen, atalaya_circuit_breaker_state, 1, 1m, CRITICAL",
        "HighCPUUsage, node_cpu_seconds_total, 0.8, 10m, WARNING",
        "HighMemoryUsage, node_memory_MemAvailable_bytes, 0.85, 10m, WARNING",
        "FileDescriptorsNearLimit, process_open_fds, 0.8, 5m, WARNING",
    })
    void everyAlertOfTheDesignsIsThere(String name, String metric, String threshold, String hold, String severity) {
        AlertRule alert = generator(true).alerts().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow();

        assertThat(alert.expression()).contains(metric).containsPattern("\\b" + threshold + "\\b");
        assertThat(io.atalaya.slo.Spans.text(alert.hold())).isEqualTo(hold);
        assertThat(alert.severity()).hasToString(severity);
    }

    @Test
    void everyPanelOfTheDesignsIsThere() {
        Set<String> origins = generator(true).dashboards().stream()
                .flatMap(dashboard -> dashboard.panels().stream())
                .map(Panel::origin)
                .collect(Collectors.toSet());

        assertThat(origins)
                .containsAll(
                        IntStream.rangeClosed(1, 16).mapToObj(i -> "003-P" + i).toList())
                .containsAll(
                        IntStream.rangeClosed(1, 6).mapToObj(i -> "002-P" + i).toList())
                .containsAll(
                        IntStream.rangeClosed(1, 7).mapToObj(i -> "001-T4." + i).toList());
    }

    @Test
    void everyAlertHasARunbookThatSaysWhatToDo() throws IOException {
        Set<String> names = new HashSet<>(Set.of(SloRules.BURN, SloRules.SPENT));
        generator(true).alerts().forEach(alert -> names.add(alert.name()));
        for (String name : names) {
            Path runbook = ROOT.resolve("docs/runbooks/" + name + ".md");

            assertThat(runbook).exists();
            assertThat(Files.readString(runbook))
                    .as(name)
                    .startsWith("# " + name + "\n")
                    .contains("**Meaning.**", "**Impact.**", "**First look.**", "**Fix.**");
        }
        try (Stream<Path> runbooks = Files.list(ROOT.resolve("docs/runbooks"))) {
            assertThat(runbooks.map(path -> path.getFileName().toString().replace(".md", "")))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @Test
    void aPendingMetricIsInNoRuleAndNoPanelAndEveryoneWhoWaitsIsListed() {
        String state = "atalaya_kpi_state: {type: gauge, labels: [kpi, state]";
        Source catalogue = ShippedObjectives.source("catalogue.yaml");
        assertThat(catalogue.text()).contains(state + "}");
        var pending = new Source(catalogue.file(), catalogue.text().replace(state, state + ", pending: true"));

        List<Artefact> artefacts = generator(
                        (SloOutcome.Valid) SloReader.read(ShippedObjectives.source("atalaya.yaml"), pending), false)
                .artefacts();

        for (Artefact artefact : artefacts) {
            if (!artefact.path().endsWith(".md")) {
                assertThat(artefact.text()).as(artefact.path()).doesNotContain("atalaya_kpi_state");
            }
        }
        assertThat(artefacts)
                .filteredOn(artefact -> artefact.path().equals("PENDING.md"))
                .singleElement()
                .satisfies(list -> assertThat(list.text())
                        .contains("| panel Executive scorecard: KPI states | `atalaya_kpi_state` |"));
    }

    @Test
    void aSeriesThatNobodyExposesIsAProblem() {
        String alerts = """
                alerts:
                  api:
                    Orphan:
                      expr: rate(atalaya_deliverys_total[5m]) > 0
                      severity: warning
                      origin: x
                      summary: x
                      description: x
                      fires: {a: 0}
                      quiet: {a: 0}
                """;
        String dashboards = """
                dashboards:
                  one:
                    title: One
                    folder: f
                    description: x
                    rows:
                      R:
                        P: {kind: stat, unit: none, description: x, show: {a: 'sum(atalaya_deliveries_total{stat="x"})'}}
                """;

        assertThat(problemsWith(alerts, dashboards))
                .extracting(Problem::found)
                .containsExactly(
                        "atalaya_deliverys_total, which nobody exposes",
                        "atalaya_deliveries_total by stat, which it does not have");
    }

    @Test
    void coloursOutOfOrderAreAProblem() {
        String dashboards = """
                dashboards:
                  one:
                    title: One
                    folder: f
                    description: x
                    rows:
                      R:
                        P: {kind: gauge, unit: percent, description: x, show: {a: up}, colours: {90: red, 70: yellow}}
                """;

        assertThat(problemsWith("alerts: {}", dashboards))
                .extracting(Problem::expected)
                .containsExactly("more than 90: colours ascend");
    }

    static List<Artefact> dashboards() {
        return generator(true).artefacts().stream()
                .filter(artefact -> artefact.path().endsWith(".json"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource
    void dashboards(Artefact artefact) {
        JsonNode dashboard = JsonMapper.shared().readTree(artefact.text());

        assertThat(dashboard.path("schemaVersion").asInt()).isEqualTo(39);
        assertThat(dashboard.path("uid").asString().length()).isBetween(1, 40);
        assertThat(dashboard.path("editable").asBoolean()).isFalse();
        assertThat(dashboard.path("templating").path("list").get(0).path("type").asString())
                .isEqualTo("datasource");
        var ids = new HashSet<Integer>();
        var cells = new HashSet<String>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
            assertNoOverlap(panel.path("gridPos"), cells);
            if (!panel.path("type").asString().equals("row")) {
                assertPanel(panel);
            }
        }
    }

    private static void assertNoOverlap(JsonNode position, Set<String> cells) {
        int x = position.path("x").asInt();
        int y = position.path("y").asInt();
        assertThat(x + position.path("w").asInt()).isLessThanOrEqualTo(24);
        for (int column = x; column < x + position.path("w").asInt(); column++) {
            for (int line = y; line < y + position.path("h").asInt(); line++) {
                assertThat(cells.add(column + "/" + line)).isTrue();
            }
        }
    }

    private static void assertPanel(JsonNode panel) {
        assertThat(panel.path("title").asString()).isNotBlank();
        assertThat(panel.path("description").asString()).isNotBlank();
        assertThat(panel.path("type").asString()).isIn("timeseries", "stat", "gauge", "bargauge", "table");
        assertThat(panel.path("fieldConfig").path("defaults").path("unit").asString())
                .isNotBlank();
        assertThat(panel.path("datasource").path("uid").asString()).isEqualTo("${datasource}");
        assertThat(panel.path("targets").size()).isPositive();
        var values = new ArrayList<Double>();
        for (JsonNode step :
                panel.path("fieldConfig").path("defaults").path("thresholds").path("steps")) {
            if (!step.path("value").isNull()) {
                values.add(step.path("value").asDouble());
            }
        }
        assertThat(values).isSorted();
        for (JsonNode target : panel.path("targets")) {
            assertCountersAreRates(target.path("expr").asString());
        }
    }

    /** The plain value of a counter says how old a process is. */
    private static void assertCountersAreRates(String expression) {
        for (PromqlNames.Use use : PromqlNames.in(expression)) {
            if (use.name().endsWith("_total")) {
                assertThat(expression).containsPattern("(rate|increase)\\(" + use.name());
            }
        }
    }
}

package io.atalaya.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.budget.SloEngine;
import io.atalaya.management.Samples;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Catalogue.Metric;
import io.atalaya.slo.ShippedObjectives;
import io.atalaya.sloapi.SloMetrics;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The reference of metrics says what the program exposes, in the words that it exposes it with. */
final class MetricsReferenceTest {
    private static final Path REFERENCE = Path.of("../docs/metrics.md");
    private static final Path FRESH = Path.of("target/metrics.md");
    private static final String MARK = "<!-- What follows is held against the program by a test. -->\n";

    private final Catalogue catalogue = ShippedObjectives.read().catalogue();

    @Test
    void theReferenceIsUpToDate() throws IOException {
        String reference = Files.readString(REFERENCE);
        String prose = reference.substring(0, reference.indexOf(MARK) + MARK.length());
        String fresh = prose + tables();
        Files.createDirectories(FRESH.getParent());
        Files.writeString(FRESH, fresh);

        assertThat(reference)
                .as("docs/metrics.md; a fresh one is at gateway/%s", FRESH)
                .isEqualTo(fresh);
    }

    private String tables() {
        var text = new StringBuilder();
        var engine = new SloEngine(ShippedObjectives.read().file(), Instant.parse("2030-05-01T00:00:00Z"));
        for (Vocabulary vocabulary : Vocabulary.values()) {
            text.append("\n## `").append(vocabulary.word()).append("`\n\n");
            table(text, withoutProcess(vocabulary.of(Samples.withRedis(true))));
        }
        text.append("\n## Budgets, with `atalaya`\n\n");
        table(text, List.copyOf(SloMetrics.of(engine.report()).stream().toList()));
        text.append("\n## Process, with `atalaya`\n\n");
        table(
                text,
                new ProcessProbe(Path.of("/proc/self"))
                        .sample().families().stream()
                                .filter(family -> catalogue.families().containsKey(nameOf(family)))
                                .toList());
        return text.toString();
    }

    private static List<MetricSnapshot> withoutProcess(MetricSnapshots families) {
        return families.stream()
                .filter(family -> !family.getMetadata().getName().startsWith("jvm_"))
                .filter(family -> !family.getMetadata().getName().startsWith("process_")
                        || family.getMetadata().getName().contains("usage"))
                .toList();
    }

    private void table(StringBuilder text, List<MetricSnapshot> families) {
        text.append("| name | type | unit | labels | what |\n|---|---|---|---|---|\n");
        Map<String, String> rows = new TreeMap<>();
        for (MetricSnapshot family : families) {
            String name = nameOf(family);
            Metric metric =
                    catalogue.family(name).orElseThrow(() -> new AssertionError(name + ": not in the catalogue"));
            var labels = new ArrayList<String>();
            metric.labels().stream().sorted().forEach(label -> labels.add("`" + label + "`"));
            rows.put(
                    name,
                    "| `%s` | %s | %s | %s | %s |\n"
                            .formatted(
                                    name,
                                    metric.type().name().toLowerCase(Locale.ROOT),
                                    unitOf(name),
                                    String.join(", ", labels),
                                    String.valueOf(family.getMetadata().getHelp())
                                            .replace("|", "\\|")));
        }
        rows.values().forEach(text::append);
    }

    private static String nameOf(MetricSnapshot family) {
        return family.getMetadata().getName() + (family instanceof CounterSnapshot ? "_total" : "");
    }

    private static String unitOf(String name) {
        if (name.contains("timestamp")) {
            return "s since 1970";
        }
        if (name.endsWith("_milliseconds") || name.endsWith("_ms")) {
            return "ms";
        }
        if (name.contains("_seconds")) {
            return "s";
        }
        if (name.endsWith("_bytes")) {
            return "bytes";
        }
        return name.endsWith("_percent") ? "%" : name.endsWith("_ratio") ? "ratio" : "";
    }
}

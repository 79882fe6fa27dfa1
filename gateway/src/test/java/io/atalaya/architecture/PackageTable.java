package io.atalaya.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The map of the product: a row a package, in the order of the layers, with the packages and libraries that it may
 * use. Everything not listed is forbidden. Immutable.
 */
final class PackageTable {
    /** Libraries by their packages. What is in none of them may be used nowhere. */
    static final Map<String, List<String>> LIBRARIES = Map.ofEntries(
            Map.entry("jdk", List.of("java.", "javax.crypto.", "javax.net.", "javax.security.", "javax.sql.")),
            Map.entry("jdk-measures", List.of("com.sun.management.")),
            Map.entry("jdk-sockets", List.of("jdk.net.")),
            Map.entry("annotations", List.of("org.jspecify.annotations.")),
            Map.entry("slf4j", List.of("org.slf4j.")),
            Map.entry("logback", List.of("ch.qos.logback.")),
            Map.entry("netty", List.of("io.netty.")),
            Map.entry("jackson", List.of("tools.jackson.", "com.fasterxml.jackson.annotation.")),
            Map.entry("lettuce", List.of("io.lettuce.", "reactor.core.", "org.reactivestreams.")),
            Map.entry("nimbus", List.of("com.nimbusds.")),
            Map.entry("caffeine", List.of("com.github.benmanes.caffeine.")),
            Map.entry("resilience4j", List.of("io.github.resilience4j.")),
            Map.entry("sqlite", List.of("org.sqlite.")),
            Map.entry("postgresql", List.of("org.postgresql.")),
            Map.entry("hikari", List.of("com.zaxxer.hikari.")),
            Map.entry("flyway", List.of("org.flywaydb.")),
            Map.entry("prometheus", List.of("io.prometheus.")),
            Map.entry("opentelemetry", List.of("io.opentelemetry.")),
            Map.entry("hdrhistogram", List.of("org.HdrHistogram.")),
            Map.entry("picocli", List.of("picocli.")));

    private static final Set<String> EVERYWHERE = Set.of("jdk", "annotations");

    private static final Set<String> READS_SETTINGS = Set.of("config", "cli");

    private static final Map<String, Row> ROWS = Map.copyOf(rows());

    private PackageTable() {}

    /** @param packages packages of ours that it may use */
    record Row(Set<String> packages, Set<String> libraries) {
        Row {
            packages = Set.copyOf(packages);
            libraries = Set.copyOf(libraries);
        }
    }

    private static Map<String, Row> rows() {
        var rows = new TreeMap<String, Row>();
        row(rows, "event", "", "");
        row(rows, "rate", "", "");
        row(rows, "logging", "", "slf4j logback");
        row(rows, "yaml", "", "slf4j jackson");
        row(rows, "slo", "yaml", "");
        row(rows, "budget", "slo", "slf4j");
        row(rows, "generate", "slo yaml", "jackson");
        row(rows, "openslo", "slo yaml", "");
        row(rows, "http", "", "slf4j netty jackson");
        row(rows, "operator", "http", "slf4j netty jackson");
        row(rows, "metrics", "event", "slf4j prometheus hdrhistogram jdk-measures");
        row(rows, "protocol", "event", "slf4j netty jackson");
        row(rows, "profile", "event yaml", "slf4j jackson");
        row(rows, "auth", "event profile", "slf4j jackson nimbus caffeine");
        row(rows, "auth.journal", "event auth", "slf4j jackson");
        row(rows, "assignment", "event yaml", "slf4j jackson caffeine");
        row(rows, "log", "event metrics", "slf4j");
        row(rows, "breaker", "", "slf4j resilience4j");
        row(rows, "os", "", "slf4j jdk-sockets");
        row(rows, "archive", "event metrics log breaker os", "slf4j");
        row(rows, "sqlite.pack", "event", "");
        row(rows, "sqlite", "event log archive os sqlite.pack", "slf4j sqlite");
        row(rows, "sqlite.log", "event log sqlite sqlite.pack", "slf4j sqlite");
        row(rows, "sqlite.acks", "event log ack sqlite sqlite.pack", "slf4j sqlite");
        row(rows, "sqlite.segment", "event log archive sqlite", "");
        row(rows, "sqlite.archive", "event log archive sqlite sqlite.log sqlite.segment", "slf4j sqlite");
        row(rows, "postgres.bucket", "event log archive", "");
        row(
                rows,
                "postgres",
                "event assignment log archive os postgres.bucket",
                "slf4j jackson postgresql hikari flyway");
        row(rows, "routing", "event profile auth assignment", "slf4j");
        row(rows, "ingest", "event metrics profile log routing", "slf4j jackson");
        row(rows, "slow", "event protocol", "netty");
        row(rows, "progress", "event auth", "");
        row(
                rows,
                "hub",
                "event protocol metrics profile auth assignment log rate routing slow progress",
                "slf4j netty");
        row(rows, "ack", "event metrics log", "slf4j");
        row(rows, "retained", "event profile log routing", "");
        row(rows, "recovery", "event protocol metrics profile auth log routing hub ack retained", "slf4j netty");
        row(rows, "command", "event profile auth ingest", "jackson");
        row(
                rows,
                "redis",
                "event metrics profile auth assignment log routing ingest breaker",
                "slf4j jackson lettuce caffeine");
        row(rows, "streams", "event metrics log breaker redis", "slf4j lettuce");
        row(rows, "streams.acks", "event log ack breaker redis streams", "lettuce");
        var ports =
                "event rate protocol metrics profile auth assignment log breaker archive http routing ingest command hub ack recovery redis";
        row(rows, "edge", ports, "slf4j netty jackson");
        row(rows, "edge.websocket", ports + " edge", "slf4j netty");
        row(rows, "edge.sse", ports + " edge", "slf4j netty");
        row(rows, "query", ports + " edge", "slf4j netty jackson");
        row(rows, "reach", ports + " progress query", "netty jackson");
        row(rows, "collector", ports + " edge query", "slf4j netty jackson");
        row(rows, "management", ports + " operator", "slf4j netty jackson prometheus jdk-measures");
        row(rows, "live", ports + " management slo budget", "slf4j netty jackson");
        row(rows, "console", ports + " edge query management operator live", "slf4j netty jackson");
        row(rows, "timed", "event metrics log archive", "");
        row(rows, "exposition", ports + " management timed", "slf4j netty jackson prometheus opentelemetry");
        row(rows, "sloapi", "slo budget http metrics", "slf4j netty jackson prometheus");
        row(rows, "kpi", "yaml slo budget", "jackson");
        row(rows, "kpiapi", "event metrics log archive http slo budget kpi", "slf4j netty jackson prometheus");
        row(rows, "alerting", "metrics http slo budget", "slf4j netty jackson prometheus");
        row(rows, "canary", "event metrics profile auth", "slf4j jackson prometheus");
        row(rows, "capacity", "http metrics", "slf4j jackson prometheus jdk-measures");
        row(rows, "config", "event profile yaml", "slf4j jackson");
        row(
                rows,
                "proof",
                "event yaml profile auth ingest log archive http metrics slo budget sloapi kpi kpiapi alerting canary config",
                "netty prometheus");
        row(
                rows,
                "gateway",
                ports
                        + " logging auth.journal postgres streams streams.acks sqlite sqlite.log sqlite.archive sqlite.acks edge edge.websocket edge.sse query reach collector management exposition timed operator live console config"
                        + " slo budget proof capacity",
                "slf4j netty caffeine logback jdk-measures");
        row(rows, "client", "event protocol", "slf4j netty jackson hdrhistogram");
        row(rows, "client.publish", "event client", "slf4j netty jackson");
        var load = "event profile auth metrics config gateway client client.publish";
        row(rows, "demo", load, "slf4j jackson hdrhistogram jdk-measures");
        row(rows, "demo.incident", "client client.publish demo", "jackson");
        row(rows, "bench", load + " capacity", "slf4j netty jackson hdrhistogram jdk-measures");
        row(rows, "explain", "event yaml profile auth assignment ingest routing", "slf4j jackson picocli");
        row(
                rows,
                "cli",
                "logging explain event profile yaml auth assignment routing config gateway client client.publish demo demo.incident bench capacity"
                        + " cli.slo cli.kpi cli.trial cli.progress",
                "slf4j jackson picocli logback");
        row(rows, "cli.progress", "", "");
        row(rows, "cli.trial", "event auth assignment config gateway demo bench", "");
        row(rows, "cli.slo", "yaml slo generate openslo", "jackson picocli");
        row(rows, "cli.kpi", "yaml slo profile kpi proof", "jackson picocli");
        return rows;
    }

    private static void row(Map<String, Row> rows, String name, String packages, String libraries) {
        rows.put(name, new Row(words(packages), words(libraries)));
    }

    private static Set<String> words(String text) {
        return text.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(text.split(" ", -1)));
    }

    /** The packages that the table knows. */
    static Set<String> packages() {
        return ROWS.keySet();
    }

    /**
     * Whether package {@code from} may use the class {@code simpleName} of package {@code to}. {@code config} composes
     * the {@code …Config} record that each package owns and {@code cli} prints them, so both may use those of every
     * package.
     */
    static boolean mayUse(String from, String to, String simpleName) {
        var row = ROWS.get(from);
        return from.equals(to)
                || (row != null
                        && (row.packages().contains(to)
                                || (READS_SETTINGS.contains(from) && simpleName.endsWith("Config"))));
    }

    /** Whether package {@code from} may use {@code className}, a class that is not ours. */
    static boolean mayUseLibrary(String from, String className) {
        var row = ROWS.get(from);
        return row != null
                && LIBRARIES.entrySet().stream()
                        .filter(library -> EVERYWHERE.contains(library.getKey())
                                || row.libraries().contains(library.getKey()))
                        .flatMap(library -> library.getValue().stream())
                        .anyMatch(className::startsWith);
    }
}

package io.atalaya.architecture;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Who owns a piece of state is said where the state is declared. Immutable. */
final class Ownership {
    /** Packages whose objects meet several threads. */
    static final Set<String> PACKAGES = Set.of(
            "hub",
            "ingest",
            "edge",
            "edge.websocket",
            "edge.sse",
            "redis",
            "log",
            "archive",
            "breaker",
            "sqlite",
            "sqlite.pack",
            "sqlite.log",
            "sqlite.archive",
            "postgres",
            "postgres.bucket",
            "streams",
            "streams.acks",
            "query",
            "collector",
            "recovery",
            "slow",
            "rate",
            "progress",
            "retained",
            "command",
            "reach",
            "ack",
            "sqlite.acks",
            "kpi",
            "kpiapi",
            "alerting",
            "canary",
            "proof",
            "operator",
            "live",
            "exposition",
            "metrics",
            "console",
            "capacity");

    private static final Pattern STATEMENT =
            Pattern.compile("\\b(immutable|confined|thread-safe|published)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern END_OF_FIRST_PARAGRAPH = Pattern.compile("<p>|<ul>|<ol>|<pre>|(?m)^\\s*$|(?m)^\\s*@");

    /** Types, by their simple name, whose objects change; a final field of one is state all the same. */
    private static final Pattern MUTABLE_TYPE = Pattern.compile(
            "(.*\\[]|(.*\\.)?(Atomic\\w+|Long(Adder|Accumulator)|BitSet|StringBuilder|\\w*(Map|Set|List|Queue|Deque)))");

    private Ownership() {}

    /** Classes that carry state and do not say in their first paragraph who may touch it. */
    static List<String> violations(List<SourceFile> files) {
        return files.stream()
                .flatMap(file -> file.types().stream()
                        .filter(t -> !t.nestedPrivately())
                        .filter(t -> t.fields().stream().anyMatch(Ownership::isState))
                        .filter(t -> !says(t.doc()))
                        .map(t ->
                                "%s: %s carries state (expected: immutable, confined, thread-safe or published in the first paragraph of its Javadoc)"
                                        .formatted(file.name(), t.name())))
                .toList();
    }

    private static boolean isState(SourceFile.Field field) {
        return !field.isFinal() || MUTABLE_TYPE.matcher(field.type()).matches();
    }

    private static boolean says(String doc) {
        var end = END_OF_FIRST_PARAGRAPH.matcher(doc);
        var first = end.find(Math.min(1, doc.length())) ? doc.substring(0, end.start()) : doc;
        return STATEMENT.matcher(first).find();
    }
}

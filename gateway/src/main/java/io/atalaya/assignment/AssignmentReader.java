package io.atalaya.assignment;

import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.assignment.YamlAssignments.Loaded;
import io.atalaya.event.TenantId;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problem;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes entries of a YAML file of assignments, or problems with their places. Confined to the caller of {@link #read}. */
final class AssignmentReader {
    /** Longest file in characters: what the YAML parser takes. */
    static final int MAX_LENGTH = 3_000_000;

    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern NOT_EMPTY = Pattern.compile("(?s).+");
    private static final String DAILY = "daily";

    private final String file;
    private final Problems problems = new Problems();

    AssignmentReader(String file) {
        this.file = file;
    }

    Loaded read(String yaml) {
        List<Entry> entries = YamlReader.read(file, yaml, MAX_LENGTH, problems)
                .map(this::document)
                .orElse(List.of());
        return new Loaded(
                entries, problems.list().stream().map(Problem::toString).toList());
    }

    private List<Entry> document(Node.Mapping top) {
        var fields = new Fields(top, problems);
        String expected = "a list of assignments, [] when there are none";
        Node list = fields.required("assignments", expected).orElse(new Node.Sequence(top.place(), List.of()));
        fields.rejectOthers();
        if (!(list instanceof Node.Sequence sequence)) {
            problems.add(list.place(), list.describe(), expected);
            return List.of();
        }
        if (sequence.items().size() > AssignmentStore.MAX_ENTRIES) {
            problems.add(
                    list.place(), sequence.items().size() + " assignments", "at most " + AssignmentStore.MAX_ENTRIES);
            return List.of();
        }
        var entries = new ArrayList<Entry>();
        sequence.items().forEach(item -> entry(item).ifPresent(entries::add));
        return entries;
    }

    private Optional<Entry> entry(Node item) {
        int before = problems.list().size();
        Fields fields = Fields.of(item, problems);
        String tenant = fields.text("tenant", TENANT, "1 to 64 of [A-Za-z0-9._-]", "");
        String user = fields.text("user", NOT_EMPTY, "a user id", "");
        String day = fields.optionalText("day", NOT_EMPTY, "daily, or a date like 2030-12-31", DAILY);
        Optional<Day> parsed = Day.parse(day);
        if (parsed.isEmpty()) {
            fields.optional("day")
                    .ifPresent(node -> problems.add(node.place(), day, "daily, or a date like 2030-12-31"));
        }
        Map<String, String> scope = fields.required("scope", "a mapping such as {branch_id: 3, sector_id: 5}")
                .map(this::scope)
                .orElse(Map.of());
        fields.rejectOthers();
        return problems.list().size() == before
                ? Optional.of(new Entry(new TenantId(tenant), user, parsed.orElseThrow(), new Assignment(scope)))
                : Optional.empty();
    }

    private Map<String, String> scope(Node node) {
        var scope = new HashMap<String, String>();
        Fields.named(node, problems).forEach((member, value) -> {
            if (value.value() instanceof Node.Text text) {
                scope.put(member, text.text());
            } else {
                problems.add(value.value().place(), value.value().describe(), "a text or a number");
            }
        });
        if (scope.isEmpty()
                && node instanceof Node.Mapping mapping
                && mapping.members().isEmpty()) {
            problems.add(node.place(), "nothing in it", "at least one member, such as sector_id: 5");
        }
        return scope;
    }
}

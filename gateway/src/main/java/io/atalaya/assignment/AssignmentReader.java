package io.atalaya.assignment;

import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.assignment.YamlAssignments.Loaded;
import io.atalaya.event.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/**
 * Reads a YAML file of assignments token by token, so that each problem knows its line; goes on after a problem as far
 * as the syntax allows. Confined to the caller of {@link #read}; for one file only.
 */
final class AssignmentReader {
    private static final YAMLFactory YAML = new YAMLFactory();
    private static final Set<String> MEMBERS = Set.of("tenant", "user", "day", "scope");

    private final String file;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    AssignmentReader(String file) {
        this.file = file;
    }

    Loaded read(byte[] yaml) {
        try (JsonParser parser = YAML.createParser(ObjectReadContext.empty(), yaml)) {
            readDocument(parser);
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            problem(
                    line,
                    "not YAML: %s"
                            .formatted(
                                    e.getOriginalMessage().lines().findFirst().orElse("")));
        }
        return new Loaded(entries, problems);
    }

    private void readDocument(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            problem(line(parser), "no member 'assignments' (expected: 'assignments:' and a list)");
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            int line = line(parser);
            JsonToken value = parser.nextToken();
            if (!name.equals("assignments")) {
                problem(line, "%s: unknown (expected: assignments)".formatted(name));
                parser.skipChildren();
            } else if (value != JsonToken.START_ARRAY) {
                problem(line, "assignments: not a list (expected: a list, [] when empty)");
                parser.skipChildren();
            } else {
                readList(parser);
            }
        }
    }

    private void readList(JsonParser parser) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                readEntry(parser);
            } else {
                problem(line(parser), "not an assignment (expected: tenant, user, day and scope)");
                parser.skipChildren();
            }
            if (entries.size() > AssignmentStore.MAX_ENTRIES) {
                throw new AssignmentException(
                        "%s: too many assignments (expected: at most %d)".formatted(file, AssignmentStore.MAX_ENTRIES));
            }
        }
    }

    private void readEntry(JsonParser parser) {
        int line = line(parser);
        int problemsBefore = problems.size();
        var texts = new HashMap<String, String>();
        var seen = new HashSet<String>();
        var scope = new HashMap<String, String>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            int at = line(parser);
            parser.nextToken();
            if (!seen.add(name)) {
                problem(at, "%s: given twice (expected: once)".formatted(name));
            } else if (!MEMBERS.contains(name)) {
                problem(at, "%s: unknown (expected: tenant, user, day, scope)".formatted(name));
            }
            if (name.equals("scope")) {
                readScope(parser, at, scope);
            } else {
                Optional<String> text = readScalar(parser, at, name);
                text.ifPresent(value -> texts.put(name, value));
            }
        }
        checkMembers(line, seen);
        checkTexts(line, texts);
        if (problems.size() == problemsBefore) {
            entries.add(entry(texts, scope));
        }
    }

    private void checkMembers(int line, Set<String> seen) {
        for (String member : List.of("tenant", "user", "scope")) {
            if (!seen.contains(member)) {
                problem(line, "%s: missing".formatted(member));
            }
        }
    }

    private void checkTexts(int line, Map<String, String> texts) {
        String tenant = texts.get("tenant");
        if (tenant != null && !TenantId.isValid(tenant)) {
            problem(line, "tenant: '%s' (expected: 1 to 64 of [A-Za-z0-9._-])".formatted(tenant));
        }
        String user = texts.get("user");
        if (user != null && user.isEmpty()) {
            problem(line, "user: empty (expected: a user id)");
        }
        if (Day.parse(day(texts)).isEmpty()) {
            problem(line, "day: '%s' (expected: daily, or a date like 2030-12-31)".formatted(day(texts)));
        }
    }

    private static Entry entry(Map<String, String> texts, Map<String, String> scope) {
        return new Entry(
                new TenantId(texts.getOrDefault("tenant", "")),
                texts.getOrDefault("user", ""),
                Day.parse(day(texts)).orElseThrow(),
                new Assignment(scope));
    }

    private static String day(Map<String, String> texts) {
        return texts.getOrDefault("day", "daily");
    }

    private void readScope(JsonParser parser, int line, Map<String, String> scope) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            problem(line, "scope: not a mapping (expected: {branch_id: 3, sector_id: 5})");
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            int at = line(parser);
            parser.nextToken();
            Optional<String> text = readScalar(parser, at, name);
            if (text.isPresent() && scope.put(name, text.get()) != null) {
                problem(at, "%s: given twice (expected: once)".formatted(name));
            }
        }
        if (scope.isEmpty()) {
            problem(line, "scope: empty (expected: at least one member, like sector_id: 5)");
        }
    }

    /** The text of an integer in canonical form, or of a string. */
    private Optional<String> readScalar(JsonParser parser, int line, String name) {
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_INT -> Optional.of(parser.getBigIntegerValue().toString());
            case VALUE_STRING -> Optional.of(parser.getString());
            default -> {
                problem(line, "%s: not a text or an integer".formatted(name));
                parser.skipChildren();
                yield Optional.empty();
            }
        };
    }

    private void problem(int line, String text) {
        problems.add("%s:%d: %s".formatted(file, line, text));
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}

package io.atalaya.config;

import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Suggestion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The values of settings out of overrides, environment and file, in this order of precedence. Confined to the reading
 * thread. A value that cannot be used is reported and the default taken, so that reading goes on to the next problem.
 */
final class SettingValues {
    private static final String ENVIRONMENT = "environment";
    private static final long MAX_SECRET_BYTES = 64 << 10;

    private final ConfigSource source;
    private final Map<String, Node.Member> file;
    private final Problems problems;
    private final Set<String> switches = new HashSet<>();

    /** @param file the top level of the settings file; no members when there is none */
    SettingValues(ConfigSource source, Node.Mapping file, Problems problems) {
        this.source = source;
        this.file = file.members();
        this.problems = problems;
    }

    /** A text with where it stands and what a relative path in it starts from. */
    record Raw(Place place, String text, Path base) {}

    /** The value of a setting that has a default. */
    <T> T value(Setting<T> setting) {
        return find(setting)
                .or(() -> setting.kind().parse(setting.defaultText()))
                .orElseThrow(() -> new IllegalStateException(setting.key() + ": no default"));
    }

    /** The value that was set, if any and if it is acceptable. */
    <T> Optional<T> find(Setting<T> setting) {
        return raw(setting).flatMap(raw -> {
            Optional<T> value = setting.kind().parse(raw.text());
            if (value.isEmpty()) {
                String shown = setting.secret() ? "(hidden)" : raw.text();
                problems.add(raw.place(), shown, setting.kind().expected());
            }
            return value;
        });
    }

    /** A path, made absolute where it is relative to something other than the working directory. */
    Optional<Path> findPath(Setting<Path> setting) {
        return find(setting).map(path -> base(setting).resolve(path));
    }

    /** What a relative path in a setting's value starts from. */
    Path base(Setting<?> setting) {
        return raw(setting).map(Raw::base).orElse(source.directory());
    }

    /** Where a setting was set, or would be. */
    Place place(Setting<?> setting) {
        return raw(setting)
                .map(Raw::place)
                .orElseGet(() -> Place.of(source.file().map(Path::toString).orElse("settings"), setting.key()));
    }

    /** A setting as it is in force, fit to be shown. */
    SettingInForce inForce(Setting<?> setting) {
        return raw(setting)
                .map(raw -> SettingInForce.of(setting, raw.text(), origin(raw.place())))
                .orElseGet(() -> SettingInForce.of(setting, setting.defaultText(), "default"));
    }

    private static String origin(Place place) {
        return place.line() == 0 ? place.file() : place.file() + ":" + place.line();
    }

    boolean isSet(Setting<?> setting) {
        return raw(setting).isPresent();
    }

    /** The value of a profile's switch. From here on its key is a known one. */
    Optional<Boolean> profileSwitch(String name) {
        String key = name.toLowerCase(Locale.ROOT).replace('_', '-');
        if (Settings.ALL.stream().anyMatch(setting -> setting.key().equals(key))) {
            problems.add(Place.of("profile", "switches." + name), name, "a name that is not a setting's");
            return Optional.empty();
        }
        switches.add(key);
        return find(Setting.of(key, Kinds.flag(), "", ""));
    }

    private Optional<Raw> raw(Setting<?> setting) {
        Optional<Raw> found = override(setting.key())
                .or(() -> either(setting, variable(setting.variable()), variable(setting.variable() + "_FILE")));
        return found.or(() -> either(setting, key(setting.key()), key(setting.fileKey())));
    }

    /** A secret's value, or the content of the file that holds it. */
    private Optional<Raw> either(Setting<?> setting, Optional<Raw> direct, Optional<Raw> byFile) {
        if (!setting.secret() || byFile.isEmpty()) {
            return direct;
        }
        if (direct.isPresent()) {
            return direct;
        }
        return byFile.flatMap(this::content);
    }

    private Optional<Raw> content(Raw reference) {
        try {
            Path path = reference.base().resolve(reference.text());
            if (Files.size(path) <= MAX_SECRET_BYTES) {
                return Optional.of(
                        new Raw(reference.place(), Files.readString(path).strip(), reference.base()));
            }
        } catch (IOException | InvalidPathException _) {
            // reported when all has been read, by rejectUnreadable
        }
        return Optional.empty();
    }

    private Optional<Raw> override(String key) {
        return Optional.ofNullable(source.overrides().get(key))
                .map(text -> new Raw(Place.of("command line", key), text, source.directory()));
    }

    /** A variable that is set to nothing counts as not set, as deployment tools do when they pass on what they lack. */
    private Optional<Raw> variable(String name) {
        return Optional.ofNullable(source.environment().get(name))
                .filter(text -> !text.isBlank())
                .map(text -> new Raw(Place.of(ENVIRONMENT, name), text, source.directory()));
    }

    private Optional<Raw> key(String key) {
        Node.Member member = file.get(key);
        if (member == null) {
            return Optional.empty();
        }
        return switch (member.value()) {
            case Node.Text text -> Optional.of(new Raw(text.place(), text.text(), fileDirectory()));
            case Node.Sequence list -> Optional.of(new Raw(list.place(), joined(list), fileDirectory()));
            case Node.Empty _, Node.Mapping _ -> Optional.empty();
        };
    }

    private Path fileDirectory() {
        Path parent = source.file().map(Path::getParent).orElse(null);
        return parent == null ? source.directory() : parent;
    }

    private static String joined(Node.Sequence list) {
        return list.items().stream()
                .map(item -> item instanceof Node.Text text ? text.text() : "")
                .collect(Collectors.joining(","));
    }

    /** Reports keys that nobody knows, values of the wrong shape, and secrets' files that cannot be used. */
    void rejectOthers(List<String> notes) {
        var known = new HashSet<>(switches);
        for (Setting<?> setting : Settings.ALL) {
            known.add(setting.key());
            if (setting.secret()) {
                known.add(setting.fileKey());
                checkFile(setting, variable(setting.variable()), variable(setting.variable() + "_FILE"));
                checkFile(setting, key(setting.key()), key(setting.fileKey()));
            }
        }
        file.forEach((key, member) -> {
            if (!known.contains(key)) {
                noteOrReject(key, member, known, notes);
            } else if (member.value() instanceof Node.Mapping || hasOddItem(member.value())) {
                problems.add(member.value().place(), member.value().describe(), "one value, or a list of texts");
            }
        });
        source.overrides().keySet().stream()
                .filter(key -> !known.contains(key))
                .forEach(key -> problems.add(
                        Place.of("command line", key),
                        "an unknown setting",
                        Suggestion.oneOf(key, known.stream().sorted().toList())));
    }

    private static boolean hasOddItem(Node node) {
        return node instanceof Node.Sequence list
                && list.items().stream().anyMatch(item -> !(item instanceof Node.Text));
    }

    private void checkFile(Setting<?> setting, Optional<Raw> direct, Optional<Raw> byFile) {
        byFile.ifPresent(reference -> {
            if (direct.isPresent()) {
                problems.add(reference.place(), setting.key() + " as well", "the value or its file, not both");
            } else if (content(reference).isEmpty()) {
                problems.add(reference.place(), reference.text(), "a readable file of at most 64 KiB");
            }
        });
    }

    private void noteOrReject(String key, Node.Member member, Set<String> known, List<String> notes) {
        String variable = Setting.variableOf(key);
        String why = SeedNames.WITHOUT_COUNTERPART.get(variable);
        if (why != null) {
            notes.add("%s is accepted and has no effect: %s".formatted(key, why));
            return;
        }
        String asKey = key.toLowerCase(Locale.ROOT).replace('_', '-');
        Optional<String> meant = known.contains(asKey)
                ? Optional.of(asKey)
                : Suggestion.closest(key, known.stream().sorted().toList());
        String expected =
                meant.map(close -> "did you mean " + close + "?").orElse("a setting of docs/configuration.md");
        problems.add(member.key(), "an unknown key", expected);
    }

    /** Remarks on variables that have no effect, and on those that look like a misspelt setting. */
    void noteVariables(List<String> notes) {
        var known = new ArrayList<String>();
        Settings.ALL.forEach(setting -> known.add(setting.variable()));
        Settings.ALL.stream().filter(Setting::secret).forEach(setting -> known.add(setting.variable() + "_FILE"));
        switches.forEach(key -> known.add(Setting.variableOf(key)));
        source.environment().keySet().stream().sorted().forEach(name -> {
            String why = SeedNames.WITHOUT_COUNTERPART.get(name);
            if (why != null) {
                notes.add("%s is accepted and has no effect: %s".formatted(name, why));
            } else if (!known.contains(name) && name.indexOf('_') > 0) {
                Suggestion.closest(name, known, 2)
                        .ifPresent(close -> notes.add("%s is no setting; did you mean %s?".formatted(name, close)));
            }
        });
    }
}

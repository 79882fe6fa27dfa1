package io.atalaya.yaml;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the values out of one mapping, key by key, and reports what is missing, of the wrong kind or left over. Confined
 * to the reading thread. Where a value cannot be had the method reports why and answers the fallback, so that reading
 * goes on to the next problem.
 */
public final class Fields {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final Node.Mapping mapping;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();

    public Fields(Node.Mapping mapping, Problems problems) {
        this.mapping = mapping;
        this.problems = problems;
    }

    /** The fields of a node that should be a mapping; none when it is something else, which is reported. */
    public static Fields of(Node node, Problems problems) {
        return switch (node) {
            case Node.Mapping mapping -> new Fields(mapping, problems);
            case Node.Empty empty -> new Fields(new Node.Mapping(empty.place(), Map.of()), problems);
            case Node.Text text -> none(text, problems);
            case Node.Sequence sequence -> none(sequence, problems);
        };
    }

    /** What is missing from it besides is not worth saying, so it goes nowhere. */
    private static Fields none(Node node, Problems problems) {
        problems.add(node.place(), node.describe(), "a mapping of keys to values");
        return new Fields(new Node.Mapping(node.place(), Map.of()), new Problems());
    }

    public Place place() {
        return mapping.place();
    }

    /** The value of a key, absent when it is missing or empty. */
    public Optional<Node> optional(String key) {
        known.add(key);
        Node.Member member = mapping.members().get(key);
        return member == null || member.value() instanceof Node.Empty ? Optional.empty() : Optional.of(member.value());
    }

    /** The value of a key that must be there. */
    public Optional<Node> required(String key, String expected) {
        Optional<Node> node = optional(key);
        if (node.isEmpty()) {
            problems.add(mapping.place().child(key), "nothing", expected);
        }
        return node;
    }

    /** A text that must be there and match {@code pattern}. */
    public String text(String key, Pattern pattern, String expected, String fallback) {
        return required(key, expected)
                .map(node -> matching(node, pattern, expected, fallback))
                .orElse(fallback);
    }

    /** A text that may be missing; {@code fallback} then. */
    public String optionalText(String key, Pattern pattern, String expected, String fallback) {
        return optional(key)
                .map(node -> matching(node, pattern, expected, fallback))
                .orElse(fallback);
    }

    private String matching(Node node, Pattern pattern, String expected, String fallback) {
        if (node instanceof Node.Text text && pattern.matcher(text.text()).matches()) {
            return text.text();
        }
        problems.add(node.place(), node.describe(), expected);
        return fallback;
    }

    /** {@code true} or {@code false}; {@code fallback} when the key is missing. */
    public boolean flag(String key, boolean fallback) {
        return choice(key, Map.of("true", true, "false", false), fallback);
    }

    /** One of a few words, each standing for a value; {@code fallback} when the key is missing. */
    public <T> T choice(String key, Map<String, T> values, T fallback) {
        Optional<Node> node = optional(key);
        if (node.isEmpty()) {
            return fallback;
        }
        if (node.get() instanceof Node.Text text) {
            T value = values.get(text.text());
            if (value != null) {
                return value;
            }
        }
        String expected = Suggestion.oneOf(
                node.get().describe(), values.keySet().stream().sorted().toList());
        problems.add(node.get().place(), node.get().describe(), expected);
        return fallback;
    }

    /** A whole number; {@code fallback} when the key is missing. */
    public long integer(String key, long min, long max, long fallback) {
        Optional<Node> node = optional(key);
        if (node.isEmpty()) {
            return fallback;
        }
        Optional<Long> value = node.get() instanceof Node.Text text ? wholeNumber(text.text()) : Optional.<Long>empty();
        if (value.isPresent() && value.get() >= min && value.get() <= max) {
            return value.get();
        }
        problems.add(node.get().place(), node.get().describe(), "a whole number, %d … %d".formatted(min, max));
        return fallback;
    }

    private static Optional<Long> wholeNumber(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** A duration such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h} or {@code 7d}; {@code fallback} without. */
    public Duration duration(String key, Duration min, Duration max, Duration fallback) {
        Optional<Node> node = optional(key);
        if (node.isEmpty()) {
            return fallback;
        }
        Optional<Duration> value =
                node.get() instanceof Node.Text text ? duration(text.text()) : Optional.<Duration>empty();
        if (value.isPresent() && value.get().compareTo(min) >= 0 && value.get().compareTo(max) <= 0) {
            return value.get();
        }
        problems.add(
                node.get().place(),
                node.get().describe(),
                "a duration such as 10s or 5m, %d s … %d s".formatted(min.toSeconds(), max.toSeconds()));
        return fallback;
    }

    private static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }

    /** A list of texts; empty when the key is missing. Whatever is not a text, or is there twice, is reported. */
    public List<Node.Text> texts(String key) {
        Optional<Node> node = optional(key);
        if (node.isEmpty()) {
            return List.of();
        }
        return texts(node.get(), problems);
    }

    /** A node as a list of texts. */
    public static List<Node.Text> texts(Node node, Problems problems) {
        if (!(node instanceof Node.Sequence sequence)) {
            problems.add(node.place(), node.describe(), "a list such as [a, b]");
            return List.of();
        }
        var texts = new ArrayList<Node.Text>();
        for (Node item : sequence.items()) {
            if (!(item instanceof Node.Text text) || text.text().isBlank()) {
                problems.add(item.place(), item.describe(), "a text");
            } else if (texts.stream().anyMatch(other -> other.text().equals(text.text()))) {
                problems.add(item.place(), text.text() + " a second time", "each once");
            } else {
                texts.add(text);
            }
        }
        return texts;
    }

    /** Every key with its value, for a mapping whose keys are names chosen by the writer. */
    public static Map<String, Node.Member> named(Node node, Problems problems) {
        if (node instanceof Node.Mapping mapping) {
            return mapping.members();
        }
        problems.add(node.place(), node.describe(), "a mapping of names to values");
        return new LinkedHashMap<>();
    }

    /** Reports every key that nobody asked for. */
    public void rejectOthers() {
        mapping.members().forEach((key, member) -> {
            if (!known.contains(key)) {
                problems.add(member.key(), "an unknown key", Suggestion.oneOf(key, known));
            }
        });
    }
}

package io.atalaya.query;

import io.atalaya.http.Problem;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the parameters out of one request, and notes everything that is wrong with them, to say it all at once.
 * Confined to the thread that reads the request.
 */
public final class Parameters {
    private static final int MAX_SHOWN = 60;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Map<String, List<String>> given;
    private final Set<String> known = new HashSet<>();
    private final List<Fault> faults = new ArrayList<>();

    public Parameters(RequestHead head) {
        this(head.parameters());
    }

    Parameters(Map<String, List<String>> given) {
        this.given = given;
    }

    /** One thing wrong with a parameter. Immutable. */
    public record Fault(String parameter, String found, String expected) {}

    /** The value of a parameter; empty when it is not given, or given with nothing. */
    public Optional<String> text(String name) {
        known.add(name);
        List<String> values = given.getOrDefault(name, List.of());
        if (values.size() > 1) {
            fault(name, values.size() + " values", "one");
        }
        return values.isEmpty() || values.getFirst().isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    /** A whole number within bounds; {@code fallback} when it is not given. */
    public int number(String name, int min, int max, int fallback) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return fallback;
        }
        String digits = text.get();
        long value = digits.matches("\\d{1,9}") ? Long.parseLong(digits) : -1;
        if (value < min || value > max) {
            fault(name, digits, "a whole number, %d … %d".formatted(min, max));
            return fallback;
        }
        return (int) value;
    }

    /** One of a few words, each standing for a value; {@code fallback} when it is not given. */
    public <T> T choice(String name, Map<String, T> values, T fallback) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return fallback;
        }
        T value = values.get(text.get());
        if (value == null) {
            fault(
                    name,
                    text.get(),
                    "one of " + values.keySet().stream().sorted().toList());
            return fallback;
        }
        return value;
    }

    /** An instant: ISO 8601 with {@code Z} or an offset, or milliseconds since 1970 UTC. */
    public Optional<Instant> instant(String name) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Instant instant = text.get().matches("\\d{1,15}")
                    ? Instant.ofEpochMilli(Long.parseLong(text.get()))
                    : OffsetDateTime.parse(text.get()).toInstant();
            if (!instant.isBefore(Instant.EPOCH) && !instant.isAfter(LATEST)) {
                return Optional.of(instant);
            }
        } catch (DateTimeException _) {
            // said below
        }
        fault(name, text.get(), "ISO 8601 with offset or Z, such as 2026-01-31T12:00:00Z, or milliseconds since 1970");
        return Optional.empty();
    }

    /** Notes what was found and what was expected. */
    public void fault(String name, String found, String expected) {
        String shown = found.length() <= MAX_SHOWN ? found : found.substring(0, MAX_SHOWN) + "…";
        faults.add(new Fault(name, shown, expected));
    }

    /** Notes that a parameter was needed. */
    public void missing(String name, String expected) {
        faults.add(new Fault(name, "nothing", expected));
    }

    /** Notes every parameter that nobody asked for: a misspelt filter would answer more than was meant. */
    public void rejectOthers() {
        given.keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .forEach(name -> fault(
                        name,
                        "an unknown parameter",
                        "one of " + known.stream().sorted().toList()));
    }

    /** Everything noted so far. */
    public List<Fault> faults() {
        return List.copyOf(faults);
    }

    /** The answer that names all of them. */
    public Response refusal() {
        return Response.problem(
                Problem.of(400, "the request's parameters cannot be used").with("errors", faults()));
    }
}

package io.atalaya.slo;

import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads objectives and the catalogue that they speak of. Pure functions. Both come out whole or not at all, and all
 * that is wrong is reported at once, with the place where it stands.
 */
public final class SloReader {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern ANY = Pattern.compile("\\S{1,128}");

    private SloReader() {}

    /**
     * Text of a file.
     *
     * @param file what problems call it
     */
    public record Source(String file, String text) {}

    /** Reads objectives and their catalogue. */
    public static SloOutcome read(Source objectives, Source catalogue) {
        var problems = new Problems();
        Optional<Catalogue> metrics = YamlReader.read(catalogue.file(), catalogue.text(), problems)
                .map(top -> new CatalogueReader(problems).read(top));
        Optional<SloFile> file = YamlReader.read(objectives.file(), objectives.text(), problems)
                .flatMap(top -> metrics.map(known -> read(top, known, problems)));
        return problems.isEmpty() && file.isPresent() && metrics.isPresent()
                ? new SloOutcome.Valid(file.get(), metrics.get())
                : new SloOutcome.Invalid(problems.list());
    }

    private static SloFile read(Node.Mapping top, Catalogue catalogue, Problems problems) {
        var fields = new Fields(top, problems);
        String name = fields.text("slo", NAME, "the name of this set of objectives: a-z, 0-9 and -", "");
        ZoneId zone = zone(fields, problems);
        Duration plannedStop = span(fields, "planned-stop", Duration.ofMinutes(15), Duration.ofDays(1), problems);
        var section = new ObjectiveSection(catalogue, problems);
        section.read(fields);
        fields.rejectOthers();
        return new SloFile(
                name,
                zone,
                plannedStop,
                section.services(),
                section.objectives(),
                section.capacities(),
                section.maintenance());
    }

    private static ZoneId zone(Fields fields, Problems problems) {
        String text = fields.optionalText("time-zone", ANY, "a time zone such as Europe/Madrid", "UTC");
        try {
            return ZoneId.of(text);
        } catch (DateTimeException _) {
            Place place = fields.optional("time-zone").map(Node::place).orElse(fields.place());
            problems.add(place, text, "a time zone such as UTC or Europe/Madrid");
            return ZoneId.of("UTC");
        }
    }

    /** A span of time that may be missing. */
    static Duration span(Fields fields, String key, Duration fallback, Duration longest, Problems problems) {
        String text = fields.optionalText(key, ANY, "a span of time such as 30d", "");
        if (text.isEmpty()) {
            return fallback;
        }
        Optional<Duration> span = Spans.parse(text).filter(found -> found.compareTo(longest) <= 0);
        if (span.isEmpty()) {
            Place place = fields.optional(key).map(Node::place).orElse(fields.place());
            problems.add(place, text, "a span of time such as 30m or 30d, at most " + Spans.text(longest));
        }
        return span.orElse(fallback);
    }
}

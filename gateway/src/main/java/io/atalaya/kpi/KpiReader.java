package io.atalaya.kpi;

import io.atalaya.kpi.Kpi.Better;
import io.atalaya.kpi.Kpi.Period;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.SloReader.Source;
import io.atalaya.yaml.Definitions;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Translations;
import io.atalaya.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads indicators. Pure functions. They come out whole or not at all, and all that is wrong is reported at once, with the
 * place where it stands.
 */
public final class KpiReader {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern TEXT = Pattern.compile("[^\\p{Cntrl}]{1,200}");
    private static final Pattern ANY = Pattern.compile("\\S{1,128}");
    private static final Map<String, Period> PERIODS =
            Map.of("day", Period.DAY, "week", Period.WEEK, "month", Period.MONTH);
    private static final Map<String, Better> BETTER = Map.of("higher", Better.HIGHER, "lower", Better.LOWER);

    private final Problems problems;
    private final MeasureSection measures;

    private KpiReader(Catalogue catalogue, Problems problems) {
        this.problems = problems;
        this.measures = new MeasureSection(catalogue, problems);
    }

    /** The indicators that come with a shipped profile; empty when it has none. */
    public static Optional<Source> shipped(String profile) {
        if (!NAME.matcher(profile).matches()) {
            return Optional.empty();
        }
        String name = profile + ".yaml";
        try (@Nullable InputStream in = KpiReader.class.getResourceAsStream("/kpi/" + name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new Source(name, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** A file of one's own. */
    public static KpiOutcome read(Path file, Catalogue catalogue) {
        try {
            return read(new Source(file.toString(), Files.readString(file)), catalogue);
        } catch (IOException unreadable) {
            var problems = new Problems();
            problems.add(Place.of(file.toString(), ""), "not readable", "a file of indicators");
            return new KpiOutcome.Invalid(problems.list());
        }
    }

    /** @param catalogue the metrics that indicators may name */
    public static KpiOutcome read(Source source, Catalogue catalogue) {
        var problems = new Problems();
        Optional<KpiFile> file = YamlReader.read(source.file(), source.text(), problems)
                .map(top -> new KpiReader(catalogue, problems).file(top));
        return problems.isEmpty() && file.isPresent()
                ? new KpiOutcome.Valid(file.get())
                : new KpiOutcome.Invalid(problems.list());
    }

    private KpiFile file(Node.Mapping top) {
        var fields = new Fields(top, problems);
        String name = fields.text("kpis", NAME, "the name of this set of indicators: a-z, 0-9 and -", "");
        ZoneId zone = zone(fields);
        Duration grace = fields.duration("grace", Duration.ZERO, Duration.ofDays(31), Duration.ofHours(24));
        long keep = fields.integer("keep", 1, 1_000, 24);
        long tenants = fields.integer("tenants", 0, 200, 20);
        var kpis = new Definitions<Kpi>("an indicator", problems);
        fields.required("indicators", "indicators by id")
                .ifPresent(node -> Fields.named(node, problems).forEach((id, member) -> {
                    if (!NAME.matcher(id).matches()) {
                        problems.add(member.key(), id, "a name: a-z, 0-9 and -");
                    }
                    kpis.define(id, member.key(), kpi(id, Fields.of(member.value(), problems)));
                }));
        fields.rejectOthers();
        return new KpiFile(
                name,
                zone,
                grace,
                Math.toIntExact(keep),
                Math.toIntExact(tenants),
                List.copyOf(kpis.values().values()));
    }

    private ZoneId zone(Fields fields) {
        String text = fields.optionalText("time-zone", ANY, "a time zone such as Europe/Madrid", "UTC");
        try {
            return ZoneId.of(text);
        } catch (DateTimeException _) {
            Place place = fields.optional("time-zone").map(Node::place).orElse(fields.place());
            problems.add(place, text, "a time zone such as UTC or Europe/Madrid");
            return ZoneId.of("UTC");
        }
    }

    private Optional<Kpi> kpi(String id, Fields fields) {
        String title = fields.text("title", TEXT, "what it is called", "");
        Map<String, String> titles = Translations.read(fields, "titles", TEXT, problems);
        String domain = fields.text("domain", TEXT, "what it is a result of", "");
        String owner = fields.text("owner", TEXT, "who answers for it", "");
        fields.required("period", "one of day, week, month");
        Period period = fields.choice("period", PERIODS, Period.DAY);
        Better better = fields.choice("better", BETTER, Better.HIGHER);
        OptionalDouble target = measures.number(fields, "target");
        OptionalDouble warning = fields.optional("warning").isPresent() ? measures.number(fields, "warning") : target;
        long minSamples = fields.integer("min-samples", 1, Integer.MAX_VALUE, 1);
        Optional<Measure> measure = measures.read(fields);
        boolean share = measure.isPresent()
                && (measure.get() instanceof Measure.Ratio
                        || measure.get() instanceof Measure.StateShare
                        || measure.get() instanceof Measure.CounterRatio);
        String unit = share
                ? fields.optionalText("unit", TEXT, "the unit of its value", "percent")
                : fields.text("unit", TEXT, "the unit of its value", "");
        fields.rejectOthers();
        if (target.isEmpty() || warning.isEmpty() || measure.isEmpty()) {
            return Optional.empty();
        }
        if (!better.reaches(target.getAsDouble(), warning.getAsDouble())) {
            problems.add(
                    fields.optional("warning").map(Node::place).orElse(fields.place()),
                    "%s, which is better than the target of %s".formatted(warning.getAsDouble(), target.getAsDouble()),
                    better == Better.HIGHER ? "at most the target" : "at least the target");
        }
        return Optional.of(new Kpi(
                id,
                title,
                titles,
                domain,
                owner,
                unit,
                period,
                better,
                target.getAsDouble(),
                warning.getAsDouble(),
                minSamples,
                measure.get()));
    }
}

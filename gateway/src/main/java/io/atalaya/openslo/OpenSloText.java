package io.atalaya.openslo;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Catalogue.Kind;
import io.atalaya.slo.Selector;
import io.atalaya.slo.Sli;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloFile.Service;
import io.atalaya.slo.Spans;
import io.atalaya.yaml.YamlText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Objectives as OpenSLO documents. Pure functions. What the format has no place for — the least number of events, what a
 * spent budget blocks, titles in other languages, who owns a service, and what belongs to the file as a whole — goes into
 * annotations; the latter into one of the first document. Burn-rate tiers are among it, since the format's alert conditions
 * hold one window each.
 */
public final class OpenSloText {
    static final String VERSION = "openslo/v1";
    static final String PREFIX = "atalaya.io/";

    /** Begins the annotation of a title in another language, which it ends with. */
    static final String TITLE = "title-";

    private OpenSloText() {}

    /** One document a service and an objective, services first. */
    public static String of(SloFile file, Catalogue catalogue) {
        var documents = new ArrayList<String>();
        String whole = FileAnnotation.of(file);
        file.services().values().forEach(service -> {
            Map<String, Object> annotations = annotations(service);
            if (documents.isEmpty()) {
                annotations.put(PREFIX + FileAnnotation.KEY, whole);
            }
            documents.add(YamlText.of("", service(service, annotations)));
        });
        file.objectives().forEach(slo -> documents.add(YamlText.of("", objective(slo, catalogue))));
        return documents.stream().collect(Collectors.joining("---\n"));
    }

    private static Map<String, Object> annotations(Service service) {
        Map<String, Object> annotations = map(PREFIX + "owner", service.owner());
        service.rto().ifPresent(rto -> annotations.put(PREFIX + "rto", Spans.text(rto)));
        service.rpo().ifPresent(rpo -> annotations.put(PREFIX + "rpo", Spans.text(rpo)));
        return annotations;
    }

    private static Object service(Service service, Map<String, Object> annotations) {
        return map(
                "apiVersion",
                VERSION,
                "kind",
                "Service",
                "metadata",
                map("name", service.id(), "displayName", service.title(), "annotations", annotations),
                "spec",
                map("description", service.title()));
    }

    private static Object objective(Slo slo, Catalogue catalogue) {
        Map<String, Object> target = map("displayName", slo.title(), "target", plain(slo.objective()));
        Map<String, Object> annotations = map(
                PREFIX + "min-events",
                Long.toString(slo.minEvents()),
                PREFIX + "gate",
                slo.gate().name().toLowerCase(Locale.ROOT));
        new TreeMap<>(slo.titles()).forEach((language, title) -> annotations.put(PREFIX + TITLE + language, title));
        if (slo.countsTime()) {
            target.put("op", "gt");
            target.put("value", 0);
            target.put("timeSliceWindow", "1m");
            target.put("timeSliceTarget", 1);
        }
        return map(
                "apiVersion",
                VERSION,
                "kind",
                "SLO",
                "metadata",
                map("name", slo.id(), "displayName", slo.title(), "annotations", annotations),
                "spec",
                map(
                        "description",
                        slo.title(),
                        "service",
                        slo.service(),
                        "indicator",
                        map("metadata", map("name", slo.id()), "spec", indicator(slo.sli(), catalogue)),
                        "timeWindow",
                        List.of(map("duration", Spans.text(slo.window()), "isRolling", true)),
                        "budgetingMethod",
                        slo.countsTime() ? "Timeslices" : "Occurrences",
                        "objectives",
                        List.of(target)));
    }

    private static BigDecimal plain(BigDecimal value) {
        return value.stripTrailingZeros();
    }

    private static Map<String, Object> indicator(Sli sli, Catalogue catalogue) {
        return switch (sli) {
            case Sli.Events events ->
                map(
                        "ratioMetric",
                        map(
                                "counter",
                                true,
                                events.counts() == Sli.Counts.GOOD ? "good" : "bad",
                                metric(events.counted(), catalogue),
                                "total",
                                metric(events.valid(), catalogue)));
            case Sli.Latency latency -> {
                String name = latency.histogram().metric();
                String bound = Spans.inUnitOf(name, latency.threshold())
                        .stripTrailingZeros()
                        .toPlainString();
                yield map(
                        "ratioMetric",
                        map(
                                "counter",
                                true,
                                "good",
                                query(latency.histogram().promql("_bucket", "le=\"" + bound + '"')),
                                "total",
                                query(latency.histogram().promql("_count", ""))));
            }
            case Sli.Uptime uptime -> map("thresholdMetric", metric(uptime.up(), catalogue));
        };
    }

    private static Map<String, Object> metric(List<Selector> selectors, Catalogue catalogue) {
        return query(selectors.stream()
                .map(selector -> selector.promql(suffix(selector, catalogue), ""))
                .collect(Collectors.joining(" + ")));
    }

    private static String suffix(Selector selector, Catalogue catalogue) {
        return catalogue
                        .family(selector.metric())
                        .filter(of -> of.type() == Kind.HISTOGRAM)
                        .isPresent()
                ? "_count"
                : "";
    }

    private static Map<String, Object> query(String query) {
        return map("metricSource", map("type", "Prometheus", "spec", map("query", query)));
    }
}

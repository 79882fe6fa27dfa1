package io.atalaya.openslo;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloFile.Capacity;
import io.atalaya.slo.SloFile.Maintenance;
import io.atalaya.slo.Spans;
import io.atalaya.slo.Tier;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import io.atalaya.yaml.YamlText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What belongs to a file as a whole, for which OpenSLO has no document: its name, time zone, tiers, capacity targets and
 * maintenance. It travels as one annotation, whose text is YAML in the form of our own files. Pure functions.
 */
final class FileAnnotation {
    static final String KEY = "file";
    private static final Set<String> SECTIONS =
            Set.of("slo", "time-zone", "planned-stop", "tiers", "capacity", "maintenance");

    private FileAnnotation() {}

    /** The annotation's text. */
    static String of(SloFile file) {
        Map<String, Object> sections = map(
                "slo", file.name(), "time-zone", file.zone().getId(), "planned-stop", Spans.text(file.plannedStop()));
        file.objectives().stream()
                .findFirst()
                .map(slo -> slo.tiers())
                .filter(tiers -> !tiers.equals(Tier.USUAL))
                .ifPresent(tiers -> sections.put("tiers", tiers(tiers)));
        if (!file.capacities().isEmpty()) {
            Map<String, Object> capacities = map();
            file.capacities().forEach(capacity -> capacities.put(capacity.id(), capacity(capacity)));
            sections.put("capacity", capacities);
        }
        if (!file.maintenance().isEmpty()) {
            sections.put(
                    "maintenance",
                    file.maintenance().stream().map(FileAnnotation::window).toList());
        }
        return YamlText.of("", sections);
    }

    private static Map<String, Object> tiers(List<Tier> tiers) {
        Map<String, Object> named = map();
        for (Tier tier : tiers) {
            Map<String, Object> of = map(
                    "budget",
                    number(tier.share().movePointRight(2)),
                    "long",
                    Spans.text(tier.longWindow()),
                    "short",
                    Spans.text(tier.shortWindow()));
            if (!tier.hold().isZero()) {
                of.put("for", Spans.text(tier.hold()));
            }
            of.put("severity", tier.severity().word());
            named.put(tier.id(), of);
        }
        return named;
    }

    private static Map<String, Object> capacity(Capacity capacity) {
        Map<String, Object> of =
                map("service", capacity.service(), "title", capacity.title(), "target", number(capacity.target()));
        capacity.goal().ifPresent(goal -> of.put("goal", number(goal)));
        of.put("unit", capacity.unit());
        of.put("load", OpenSloReader.selector(capacity.load(), ""));
        return of;
    }

    private static Map<String, Object> window(Maintenance window) {
        Map<String, Object> of =
                map("from", window.from().toString(), "until", window.until().toString());
        if (!window.services().isEmpty()) {
            of.put("services", List.copyOf(new TreeSet<>(window.services())));
        }
        of.put("reason", window.reason());
        return of;
    }

    private static String number(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }

    /** The sections of an annotation's text, as they go into a file of ours; whoever reads that checks what is in them. */
    static Map<String, Object> read(Place place, String text, Problems problems) {
        var sections = new LinkedHashMap<String, Object>();
        YamlReader.read(place.file() + ", annotation " + OpenSloText.PREFIX + KEY, text, problems)
                .ifPresent(top -> top.members().forEach((key, member) -> {
                    if (SECTIONS.contains(key)) {
                        sections.put(key, plain(member.value()));
                    } else {
                        problems.add(member.key(), key, "one of " + new TreeSet<>(SECTIONS));
                    }
                }));
        return sections;
    }

    private static Object plain(Node node) {
        return switch (node) {
            case Node.Text text -> text.text();
            case Node.Empty _ -> "";
            case Node.Sequence sequence -> {
                var items = new ArrayList<Object>();
                sequence.items().forEach(item -> items.add(plain(item)));
                yield items;
            }
            case Node.Mapping mapping -> {
                var members = new LinkedHashMap<String, Object>();
                mapping.members().forEach((key, member) -> members.put(key, plain(member.value())));
                yield members;
            }
        };
    }
}

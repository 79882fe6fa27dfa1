package io.atalaya.slo;

import io.atalaya.slo.Tier.Severity;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code tiers}. Confined to the reading thread. */
final class TierSection {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern ANY = Pattern.compile("\\S{1,32}");
    private static final Duration LONGEST = Duration.ofDays(31);
    private static final Map<String, Severity> SEVERITIES =
            Map.of("critical", Severity.CRITICAL, "warning", Severity.WARNING);

    private final Problems problems;

    TierSection(Problems problems) {
        this.problems = problems;
    }

    List<Tier> read(Node node) {
        var tiers = new ArrayList<Tier>();
        Fields.named(node, problems).forEach((id, member) -> {
            if (!NAME.matcher(id).matches()) {
                problems.add(member.key(), id, "a name: a-z, 0-9 and -");
            }
            tier(id, Fields.of(member.value(), problems)).ifPresent(tiers::add);
        });
        if (tiers.isEmpty() && problems.isEmpty()) {
            problems.add(node.place(), "nothing", "at least one tier, or none of this key for the usual four");
        }
        return tiers.isEmpty() ? Tier.USUAL : tiers;
    }

    private Optional<Tier> tier(String id, Fields fields) {
        Place place = fields.optional("budget").map(Node::place).orElse(fields.place());
        Optional<BigDecimal> share = share(fields.text("budget", ANY, "a percentage of the budget", ""), place);
        Duration longWindow = window(fields, "long");
        Duration shortWindow = window(fields, "short");
        Duration hold = SloReader.span(fields, "for", Duration.ZERO, LONGEST, problems);
        Severity severity = fields.choice("severity", SEVERITIES, Severity.WARNING);
        fields.rejectOthers();
        boolean known = !longWindow.isZero() && !shortWindow.isZero();
        if (known && shortWindow.compareTo(longWindow) >= 0) {
            problems.add(fields.place(), "short, which is not below long", "a short window below the long one");
        }
        return known
                ? share.map(part -> new Tier(id, part, longWindow, shortWindow, hold, severity))
                : Optional.empty();
    }

    private Duration window(Fields fields, String key) {
        Duration window = SloReader.span(fields, key, Duration.ZERO, LONGEST, problems);
        if (fields.optional(key).isEmpty()) {
            problems.add(fields.place().child(key), "nothing", "a window such as 1h");
        } else if (!window.isZero() && window.toSeconds() % 10 != 0) {
            problems.add(fields.place().child(key), Spans.text(window), "whole 10 seconds");
        }
        return window;
    }

    private Optional<BigDecimal> share(String text, Place place) {
        try {
            BigDecimal share = new BigDecimal(text).movePointLeft(2);
            if (share.signum() > 0 && share.compareTo(BigDecimal.ONE) <= 0) {
                return Optional.of(share);
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        if (!text.isEmpty()) {
            problems.add(place, text, "a percentage of the budget, above 0 and at most 100");
        }
        return Optional.empty();
    }
}

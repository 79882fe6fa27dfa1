package io.atalaya.slo;

import io.atalaya.slo.Catalogue.Kind;
import io.atalaya.slo.Slo.Gate;
import io.atalaya.slo.SloFile.Capacity;
import io.atalaya.slo.SloFile.Maintenance;
import io.atalaya.slo.SloFile.Service;
import io.atalaya.yaml.Definitions;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Translations;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code services}, {@code objectives}, {@code capacity} and {@code maintenance}. Confined to the reading thread.
 */
final class ObjectiveSection {
    private static final Pattern TEXT = Pattern.compile("[^\\p{Cntrl}]{1,200}");
    private static final Pattern ANY = Pattern.compile("\\S{1,128}");
    private static final Duration LONGEST = Duration.ofDays(31);
    private static final Map<String, Gate> GATES =
            Map.of("rolling", Gate.ROLLING, "month", Gate.MONTH, "off", Gate.OFF);

    private final Catalogue catalogue;
    private final Problems problems;
    private final SliSection indicators;
    private final Definitions<Service> services;
    private final Definitions<Slo> objectives;
    private final Definitions<Capacity> capacities;
    private final List<Maintenance> maintenance = new ArrayList<>();
    private List<Tier> tiers = Tier.USUAL;

    ObjectiveSection(Catalogue catalogue, Problems problems) {
        this.catalogue = catalogue;
        this.problems = problems;
        this.indicators = new SliSection(catalogue, problems);
        this.services = new Definitions<>("a service", problems);
        this.objectives = new Definitions<>("an objective", problems);
        this.capacities = new Definitions<>("a capacity", problems);
    }

    void read(Fields fields) {
        Duration window = SloReader.span(fields, "window", Duration.ofDays(30), LONGEST, problems);
        fields.optional("tiers").ifPresent(node -> tiers = new TierSection(problems).read(node));
        fields.required("services", "services by id")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((id, member) -> services.define(id, member.key(), Optional.of(service(id, member)))));
        fields.required("objectives", "objectives by id")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((id, member) -> objectives.define(id, member.key(), objective(id, member, window))));
        fields.optional("capacity")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((id, member) -> capacities.define(id, member.key(), capacity(id, member))));
        fields.optional("maintenance").ifPresent(this::readMaintenance);
        services.rejectUnused("an objective or a capacity of it");
    }

    private Service service(String id, Node.Member member) {
        Fields fields = Fields.of(member.value(), problems);
        String title = fields.text("title", TEXT, "what it is called", id);
        String owner = fields.text("owner", TEXT, "who answers for it", "");
        Duration rto = SloReader.span(fields, "rto", Duration.ZERO, Duration.ofDays(1), problems);
        Duration rpo = SloReader.span(fields, "rpo", Duration.ZERO, Duration.ofDays(1), problems);
        fields.rejectOthers();
        return new Service(id, title, owner, unlessZero(rto), unlessZero(rpo));
    }

    private static Optional<Duration> unlessZero(Duration span) {
        return span.isZero() ? Optional.empty() : Optional.of(span);
    }

    private Optional<Slo> objective(String id, Node.Member member, Duration usualWindow) {
        Fields fields = Fields.of(member.value(), problems);
        String service = serviceOf(fields);
        String title = fields.text("title", TEXT, "what is promised, in a few words", "");
        Map<String, String> titles = Translations.read(fields, "titles", TEXT, problems);
        Place place = fields.optional("objective").map(Node::place).orElse(fields.place());
        Optional<BigDecimal> objective = percent(fields, place);
        Duration window = SloReader.span(fields, "window", usualWindow, LONGEST, problems);
        long minEvents = fields.integer("min-events", 0, Integer.MAX_VALUE, 0);
        Gate gate = fields.choice("gate", GATES, Gate.ROLLING);
        Optional<Sli> sli = indicators.read(fields);
        fields.rejectOthers();
        sli.ifPresent(found -> checkOneExporter(fields.place(), found));
        objective.ifPresent(share -> checkReachable(place, share, window));
        return objective.flatMap(share -> sli.map(found -> new Slo(
                id,
                service,
                title,
                titles,
                share,
                window,
                minEvents,
                gate,
                found,
                tiers,
                found.selectors().anyMatch(this::isExternal),
                found.selectors().anyMatch(this::isPending))));
    }

    private String serviceOf(Fields fields) {
        Place place = fields.optional("service").map(Node::place).orElse(fields.place());
        String service = fields.text("service", ANY, "the service that promises it", "");
        if (!service.isEmpty()) {
            services.resolve(place, service);
        }
        return service;
    }

    private Optional<BigDecimal> percent(Fields fields, Place place) {
        String expected = "a percentage above 0 and below 100, such as 99.95";
        String text = fields.text("objective", ANY, expected, "");
        Optional<BigDecimal> share = decimal(text)
                .map(value -> value.movePointLeft(2).stripTrailingZeros())
                .filter(value -> value.signum() > 0 && value.compareTo(BigDecimal.ONE) < 0);
        if (share.isEmpty() && !text.isEmpty()) {
            problems.add(place, text, expected);
        }
        return share;
    }

    private static Optional<BigDecimal> decimal(String text) {
        try {
            return text.length() > 24 ? Optional.empty() : Optional.of(new BigDecimal(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private void checkOneExporter(Place place, Sli sli) {
        if (sli.selectors().anyMatch(this::isExternal) && !sli.selectors().allMatch(this::isExternal)) {
            problems.add(place, "metrics of ours and of others together", "metrics of this program, or of others");
        }
    }

    private boolean isExternal(Selector selector) {
        return catalogue
                .family(selector.metric())
                .filter(metric -> !metric.ours())
                .isPresent();
    }

    private boolean isPending(Selector selector) {
        return catalogue
                .family(selector.metric())
                .filter(Catalogue.Metric::pending)
                .isPresent();
    }

    private void checkReachable(Place place, BigDecimal objective, Duration window) {
        BigDecimal budget = BigDecimal.ONE.subtract(objective);
        for (Tier tier : tiers) {
            if (!tier.reachable(budget, window)) {
                problems.add(
                        place,
                        "tier %s would need a burn rate of %s, and a total outage burns at %s"
                                .formatted(
                                        tier.id(),
                                        tier.factor(window).toPlainString(),
                                        BigDecimal.ONE.divide(budget, 3, java.math.RoundingMode.DOWN)),
                        "a higher objective, or other tiers");
            }
            if (tier.longWindow().compareTo(window) > 0) {
                problems.add(
                        place,
                        "a window of " + Spans.text(window),
                        "at least that of tier " + tier.id() + ", " + Spans.text(tier.longWindow()));
            }
        }
    }

    private Optional<Capacity> capacity(String id, Node.Member member) {
        Fields fields = Fields.of(member.value(), problems);
        String service = serviceOf(fields);
        String title = fields.text("title", TEXT, "what it can bear, in a few words", "");
        Optional<BigDecimal> target = amount(fields, "target");
        if (target.isEmpty() && fields.optional("target").isEmpty()) {
            problems.add(fields.place().child("target"), "nothing", "the load that it must bear");
        }
        Optional<BigDecimal> goal = amount(fields, "goal");
        String unit = fields.text("unit", TEXT, "the unit of the load", "");
        Optional<Selector> load = fields.required("load", "the metric of the present load")
                .flatMap(node -> indicators.selector(node, Set.of(Kind.COUNTER, Kind.GAUGE)));
        fields.rejectOthers();
        return target.flatMap(least -> load.map(metric -> new Capacity(
                id,
                service,
                title,
                least,
                goal,
                unit,
                metric,
                catalogue.family(metric.metric()).orElseThrow().type() == Kind.COUNTER,
                isPending(metric))));
    }

    private Optional<BigDecimal> amount(Fields fields, String key) {
        Optional<Node> node = fields.optional(key);
        Optional<BigDecimal> amount = node.filter(Node.Text.class::isInstance)
                .flatMap(text -> decimal(((Node.Text) text).text()))
                .filter(value -> value.signum() > 0);
        if (amount.isEmpty()) {
            node.ifPresent(found -> problems.add(found.place(), found.describe(), "a number above 0"));
        }
        return amount;
    }

    private void readMaintenance(Node node) {
        if (!(node instanceof Node.Sequence sequence)) {
            problems.add(node.place(), node.describe(), "a list of windows");
            return;
        }
        for (Node item : sequence.items()) {
            Fields fields = Fields.of(item, problems);
            Instant from = instant(fields, "from");
            Instant until = instant(fields, "until");
            if (!from.isBefore(until) && problems.isEmpty()) {
                problems.add(fields.place(), "until, which is not after from", "a window that lasts");
            }
            var covered = new HashSet<String>();
            for (Node.Text service : fields.texts("services")) {
                services.find(service.place(), service.text());
                covered.add(service.text());
            }
            String reason = fields.text("reason", TEXT, "why", "");
            fields.rejectOthers();
            maintenance.add(new Maintenance(from, until, covered, reason));
        }
    }

    private Instant instant(Fields fields, String key) {
        Place place = fields.optional(key).map(Node::place).orElse(fields.place());
        String expected = "a time such as 2030-12-01T02:00:00Z";
        String text = fields.text(key, ANY, expected, "");
        try {
            return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeException _) {
            problems.add(place, text, expected);
            return Instant.EPOCH;
        }
    }

    Map<String, Service> services() {
        return services.values();
    }

    List<Slo> objectives() {
        return List.copyOf(objectives.values().values());
    }

    List<Capacity> capacities() {
        return List.copyOf(capacities.values().values());
    }

    List<Maintenance> maintenance() {
        return maintenance;
    }
}

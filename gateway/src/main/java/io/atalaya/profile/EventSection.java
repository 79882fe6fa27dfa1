package io.atalaya.profile;

import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.profile.Endpoint.Section;
import io.atalaya.profile.EventType.Ack;
import io.atalaya.profile.EventType.SlowPolicy;
import io.atalaya.yaml.Definitions;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Suggestion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code topics}, {@code audiences}, {@code switches}, {@code events} and {@code unknown-events}, and what is made of
 * stored events. Confined to the reading thread.
 */
final class EventSection {
    private static final Pattern TYPE = Pattern.compile("[^\\p{Cntrl}*]{1,128}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final Set<String> OWN_MEMBERS = Set.of("type", "timestamp", "cursor", "truncated");
    private static final int MOST_IN_A_SECTION = 1_000;
    private static final int USUAL_IN_A_SECTION = 100;
    private static final Pattern SWITCH = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Map<String, SlowPolicy> SLOW =
            Map.of("close", new SlowPolicy.Close(), "drop-oldest", new SlowPolicy.DropOldest());
    private static final Map<String, Boolean> DELIVERY = Map.of("durable", true, "ephemeral", false);

    private final EventSchema schema;
    private final Problems problems;
    private final Definitions<TopicShape> topics;
    private final Definitions<Audience> audiences;
    private final Definitions<Boolean> switches;
    private final Set<String> addressedTopics = new HashSet<>();
    private final Map<String, EventType> events = new LinkedHashMap<>();
    private Optional<EventType> unknownEvents = Optional.empty();

    EventSection(EventSchema schema, Problems problems) {
        this.schema = schema;
        this.problems = problems;
        this.topics = new Definitions<>("a topic", problems);
        this.audiences = new Definitions<>("an audience", problems);
        this.switches = new Definitions<>("a switch", problems);
    }

    void read(Fields fields, ProfileReader.Switches settings) {
        each(fields.required("topics", "topics with the members of their keys"), this::readTopic);
        each(fields.required("audiences", "audiences with their topics"), this::readAudience);
        each(fields.optional("switches"), (name, member) -> readSwitch(name, member, settings));
        each(fields.required("events", "event types with their audiences"), (name, member) -> {
            if (!TYPE.matcher(name).matches()) {
                problems.add(member.key(), name, "an event type: 1 to 128 characters without * and controls");
            }
            events.put(name, eventType(name, member.value()));
        });
        fields.optional("unknown-events").ifPresent(node -> unknownEvents = Optional.of(eventType("*", node)));
    }

    private interface Reader {
        void read(String name, Node.Member member);
    }

    private void each(Optional<Node> section, Reader reader) {
        section.ifPresent(node -> Fields.named(node, problems).forEach(reader::read));
    }

    private void readTopic(String name, Node.Member source) {
        var key = new ArrayList<String>();
        for (Node.Text member : Fields.texts(source.value(), problems)) {
            EventSchema.Member known = schema.members().get(member.text());
            if (known == null) {
                String expected = Suggestion.oneOf(member.text(), routingMembers());
                problems.add(
                        member.place(), member.text() + ", which is not a member", "a routing member: " + expected);
            } else if (!known.routing()) {
                problems.add(
                        member.place(), member.text() + ", which is not routed by", "routing: true on that member");
            }
            key.add(member.text());
        }
        topics.define(name, source.key(), Optional.of(new TopicShape(name, key)));
    }

    private List<String> routingMembers() {
        return schema.members().values().stream()
                .filter(EventSchema.Member::routing)
                .map(EventSchema.Member::name)
                .sorted()
                .toList();
    }

    private void readAudience(String name, Node.Member source) {
        List<Node.Text> references = Fields.texts(source.value(), problems);
        if (references.isEmpty() && source.value() instanceof Node.Sequence) {
            problems.add(source.value().place(), "an empty list", "at least one topic");
        }
        var alternatives = new ArrayList<TopicShape>();
        for (Node.Text reference : references) {
            addressedTopics.add(reference.text());
            topics.find(reference.place(), reference.text())
                    .ifPresent(topic -> addAlternative(reference.place(), topic, alternatives));
        }
        audiences.define(name, source.key(), Optional.of(new Audience(name, alternatives)));
    }

    /** The first topic whose members an event carries is taken, so a later one must need less than each before it. */
    private void addAlternative(Place place, TopicShape topic, List<TopicShape> alternatives) {
        for (TopicShape earlier : alternatives) {
            if (topic.key().containsAll(earlier.key())) {
                problems.add(
                        place,
                        "%s, which is never reached after %s".formatted(topic.name(), earlier.name()),
                        "the topics with more key members first");
            }
        }
        alternatives.add(topic);
    }

    private void readSwitch(String name, Node.Member source, ProfileReader.Switches settings) {
        if (!SWITCH.matcher(name).matches()) {
            problems.add(source.key(), name, "a switch name: A-Z, 0-9 and _");
        }
        boolean on = source.value() instanceof Node.Text text && text.text().equals("true");
        boolean off = source.value() instanceof Node.Text text && text.text().equals("false");
        if (!on && !off) {
            problems.add(source.value().place(), source.value().describe(), "true or false");
        }
        switches.define(name, source.key(), Optional.of(settings.setting(name).orElse(on)));
    }

    private EventType eventType(String name, Node node) {
        Fields fields = Fields.of(node, problems);
        boolean durable = fields.choice("delivery", DELIVERY, true);
        var to = new ArrayList<Audience>();
        fields.required("to", "a list of audiences").ifPresent(list -> addAudiences(list, to));
        each(fields.optional("also"), (switchName, member) -> {
            var extra = new ArrayList<Audience>();
            addAudiences(member.value(), extra);
            if (switches.resolve(member.key(), switchName).orElse(false)) {
                extra.stream().filter(audience -> !to.contains(audience)).forEach(to::add);
            }
        });
        SlowPolicy slow = fields.optional("slow").map(this::slowPolicy).orElseGet(SlowPolicy.Close::new);
        Optional<Ack> ack = fields.optional("ack").flatMap(this::ack);
        fields.rejectOthers();
        if (ack.isPresent() && !(durable && slow instanceof SlowPolicy.Close)) {
            problems.add(
                    fields.place().child("ack"),
                    durable ? "ack with a slow policy" : "ack on ephemeral events",
                    "delivery: durable and slow: close, since what is waited for must not be given up");
            ack = Optional.empty();
        }
        return new EventType(name, durable, to, slow, ack);
    }

    private SlowPolicy slowPolicy(Node node) {
        if (node instanceof Node.Text text) {
            SlowPolicy policy = SLOW.get(text.text());
            if (policy != null) {
                return policy;
            }
        } else if (node instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, problems);
            String member = fields.required("conflate", "the member whose latest value is enough")
                    .map(this::routingMember)
                    .orElse("");
            fields.rejectOthers();
            return new SlowPolicy.Conflate(member);
        }
        problems.add(node.place(), node.describe(), "close, drop-oldest or {conflate: <member>}");
        return new SlowPolicy.Close();
    }

    private String routingMember(Node node) {
        if (node instanceof Node.Text text && routingMembers().contains(text.text())) {
            return text.text();
        }
        problems.add(
                node.place(),
                node.describe(),
                "a routing member: " + Suggestion.oneOf(node.describe(), routingMembers()));
        return "";
    }

    /** {@code true}, {@code false}, or a mapping. */
    private Optional<Ack> ack(Node node) {
        if (node instanceof Node.Text text && text.text().equals("false")) {
            return Optional.empty();
        }
        if (node instanceof Node.Text text && text.text().equals("true")) {
            return Optional.of(Ack.DEFAULT);
        }
        if (!(node instanceof Node.Mapping mapping)) {
            problems.add(node.place(), node.describe(), "true, false or {timeout: 30s, expires: 24h}");
            return Optional.empty();
        }
        Fields fields = new Fields(mapping, problems);
        Duration timeout = fields.duration("timeout", SECOND, DAY, Ack.DEFAULT.timeout());
        Duration expires = fields.duration("expires", SECOND, DAY.multipliedBy(365), Ack.DEFAULT.expires());
        fields.rejectOthers();
        if (expires.compareTo(timeout) < 0) {
            problems.add(fields.place().child("expires"), "less than timeout", "at least as long as timeout");
            return Optional.empty();
        }
        return Optional.of(new Ack(timeout, expires));
    }

    private void addAudiences(Node list, List<Audience> audiencesOfEvent) {
        List<Node.Text> references = Fields.texts(list, problems);
        if (references.isEmpty() && list instanceof Node.Sequence) {
            problems.add(list.place(), "an empty list", "at least one audience");
        }
        references.forEach(reference -> audiences.resolve(reference).ifPresent(audiencesOfEvent::add));
    }

    /** Reports a type of which no stored events are to be had. To be called when the events have been read. */
    void requireDurable(Place place, String type) {
        EventType known = events.get(type);
        if (known == null) {
            String expected = "an event type: " + Suggestion.oneOf(type, events.keySet());
            problems.add(place, type + ", which is not in the catalogue", expected);
        } else if (!known.durable()) {
            problems.add(place, type + ", which is ephemeral", "a durable type");
        }
    }

    /** Reads an endpoint's {@code first-message}, which is made of stored events. */
    FirstMessage firstMessage(Node node) {
        Fields fields = Fields.of(node, problems);
        String type = fields.text("type", WORD, "the message's type, such as init", "");
        var sections = new ArrayList<Section>();
        each(
                fields.required("members", "members with the events that they hold"),
                (name, member) -> sections.add(section(name, member)));
        fields.rejectOthers();
        return new FirstMessage(type, sections);
    }

    private Section section(String name, Node.Member source) {
        if (!WORD.matcher(name).matches() || OWN_MEMBERS.contains(name)) {
            problems.add(source.key(), name, "a name other than type, timestamp, cursor and truncated");
        }
        Fields fields = Fields.of(source.value(), problems);
        fields.required("events", "a list of event types");
        Set<String> types = durableTypes(fields, "events");
        String latestBy = fields.optional("latest-by").map(this::routingMember).orElse("");
        Set<String> until = durableTypes(fields, "until");
        if (latestBy.isEmpty() && !until.isEmpty()) {
            problems.add(fields.place().child("until"), "until without latest-by", "both: the member tells what ends");
        }
        boolean single = fields.choice("as", Map.of("list", false, "one", true), false);
        int limit = (int) fields.integer("limit", 1, MOST_IN_A_SECTION, single ? 1 : USUAL_IN_A_SECTION);
        fields.rejectOthers();
        return new Section(name, types, latestBy, until, limit, single);
    }

    private Set<String> durableTypes(Fields fields, String key) {
        var types = new HashSet<String>();
        for (Node.Text type : fields.texts(key)) {
            requireDurable(type.place(), type.text());
            types.add(type.text());
        }
        return types;
    }

    /** To be called when the endpoints have been read. */
    void rejectUnused() {
        topics.rejectUnused("an endpoint with a join to it");
        topics.rejectUnless(
                addressedTopics::contains, "in no audience, so that nothing reaches it", "an audience with it");
        audiences.rejectUnused("an event that goes to it");
        switches.rejectUnused("an event with also: {SWITCH: [audience]}");
    }

    Definitions<TopicShape> topics() {
        return topics;
    }

    Definitions<Audience> audiences() {
        return audiences;
    }

    Map<String, Boolean> switches() {
        return switches.values();
    }

    Map<String, EventType> events() {
        return events;
    }

    Optional<EventType> unknownEvents() {
        return unknownEvents;
    }
}

package io.atalaya.profile;

import io.atalaya.event.TenantId;
import io.atalaya.profile.EventSchema.Kind;
import io.atalaya.profile.Profile.CatchUp;
import io.atalaya.profile.Profile.CollectorRules;
import io.atalaya.profile.Profile.HttpServices;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code statistics-by}, {@code catch-up} and {@code collector}. Confined to the reading thread. */
final class HttpSection {
    private static final Pattern MEMBER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final Pattern TYPE = Pattern.compile("[^\\p{Cntrl}*]{1,128}");
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,%d}".formatted(TenantId.MAX_LENGTH));
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** Where a catch-up can be without being mistaken for something else of the gateway's. */
    private static final List<String> RESERVED = List.of("/api", "/sse", "/ws/health", "/ws/metrics");

    /** The members of a collector's bodies, with what the profile must say of them. */
    private static final Map<String, Kind> COLLECTED =
            Map.of("service", Kind.STRING, "message", Kind.STRING, "metadata", Kind.OBJECT, "timestamp", Kind.STRING);

    private final EventSchema schema;
    private final EventSection events;
    private final Map<String, Endpoint> endpoints;
    private final Problems problems;

    HttpSection(EventSchema schema, EventSection events, Map<String, Endpoint> endpoints, Problems problems) {
        this.schema = schema;
        this.events = events;
        this.endpoints = endpoints;
        this.problems = problems;
    }

    HttpServices read(Fields fields) {
        String statisticsBy = fields.optionalText("statistics-by", MEMBER, "the name of a routing member", "");
        fields.optional("statistics-by").ifPresent(node -> requireRouting(node, statisticsBy));
        var catchUps = new LinkedHashMap<String, CatchUp>();
        fields.optional("catch-up")
                .ifPresent(node ->
                        Fields.named(node, problems).forEach((path, member) -> readCatchUp(path, member, catchUps)));
        Optional<CollectorRules> collector = fields.optional("collector").map(this::collector);
        return new HttpServices(
                statisticsBy.isEmpty() ? Optional.empty() : Optional.of(statisticsBy), catchUps, collector);
    }

    private void requireRouting(Node node, String member) {
        EventSchema.Member known = schema.members().get(member);
        if (!member.isEmpty() && (known == null || !known.routing())) {
            problems.add(node.place(), member, "the name of a member with routing: true");
        }
    }

    private void readCatchUp(String path, Node.Member source, Map<String, CatchUp> catchUps) {
        checkPath(path, source);
        Fields fields = Fields.of(source.value(), problems);
        fields.required("endpoints", "a list of endpoints");
        List<Endpoint> followed = followed(fields);
        String member = fields.text("member", MEMBER, "the event member that clients ask by", "");
        boolean narrows = fields.choice("answers", Map.of("that-member", true, "everything", false), false);
        fields.rejectOthers();
        if (followed.isEmpty()) {
            return;
        }
        AuthenticationScheme scheme = followed.getFirst().authentication();
        if (!member.isEmpty() && !scheme.scope().containsKey(member)) {
            problems.add(
                    fields.place().child("member"),
                    member + ", which no claim of " + scheme.name() + " speaks of",
                    Suggestion.oneOf(
                            member, scheme.scope().keySet().stream().sorted().toList()));
        }
        catchUps.put(path, new CatchUp(path, followed, member, narrows));
    }

    private void checkPath(String path, Node.Member source) {
        if (!PATH.matcher(path).matches()) {
            problems.add(source.key(), path, "an absolute path such as /ws/catchup");
        }
        for (String reserved : RESERVED) {
            if (path.equals(reserved) || path.startsWith(reserved + "/")) {
                problems.add(source.key(), path, "a path that is not at or below " + reserved);
            }
        }
        if (endpoints.values().stream().anyMatch(endpoint -> endpoint.path().equals(path))) {
            problems.add(source.key(), path + ", which is the path of an endpoint", "a path of its own");
        }
    }

    private List<Endpoint> followed(Fields fields) {
        var followed = new ArrayList<Endpoint>();
        for (Node.Text reference : fields.texts("endpoints")) {
            Endpoint endpoint = endpoints.get(reference.text());
            if (endpoint == null) {
                problems.add(
                        reference.place(),
                        reference.text() + ", which is not defined",
                        "an endpoint: " + Suggestion.oneOf(reference.text(), endpoints.keySet()));
            } else if (!followed.isEmpty()
                    && !followed.getFirst().authentication().equals(endpoint.authentication())) {
                problems.add(
                        reference.place(),
                        reference.text() + ", which authenticates otherwise",
                        "endpoints with one scheme of authentication");
            } else {
                followed.add(endpoint);
            }
        }
        return followed;
    }

    private CollectorRules collector(Node node) {
        Fields fields = Fields.of(node, problems);
        String type = fields.text("event-type", TYPE, "the type of the events", "");
        if (!type.isEmpty() && !events.events().containsKey(type)) {
            problems.add(
                    fields.place().child("event-type"),
                    type + ", which is not in events",
                    Suggestion.oneOf(type, events.events().keySet()));
        }
        String tenant = fields.text("tenant", TENANT, "1 to 64 of [A-Za-z0-9._-]", "-");
        var rules = new CollectorRules(
                type,
                tenant,
                fields.choice("markup", Map.of("stripped", true, "kept", false), false),
                (int) fields.integer("max-service", 1, 1_000, 100),
                (int) fields.integer("max-message", 1, 32_000, 2_000),
                (int) fields.integer("max-metadata-bytes", 2, 32_768, 16_384),
                (int) fields.integer("max-metadata-depth", 1, 32, 5),
                (int) fields.integer("max-metadata-keys", 1, 10_000, 100));
        fields.rejectOthers();
        COLLECTED.forEach((name, kind) -> requireMember(fields, name, kind));
        return rules;
    }

    private void requireMember(Fields fields, String name, Kind kind) {
        EventSchema.Member member = schema.members().get(name);
        boolean routed = name.equals("service");
        if (member == null || member.kind() != kind || (routed && !member.routing())) {
            String expected = "a member %s of kind %s%s"
                    .formatted(name, kind.name().toLowerCase(Locale.ROOT), routed ? ", with routing: true" : "");
            problems.add(fields.place(), "members without a fitting " + name, expected);
        }
    }
}

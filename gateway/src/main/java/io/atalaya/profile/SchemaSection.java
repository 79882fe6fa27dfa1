package io.atalaya.profile;

import io.atalaya.profile.EventSchema.Kind;
import io.atalaya.profile.EventSchema.Member;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code members} and {@code max-unknown-members}. Pure functions. */
final class SchemaSection {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    /** Members that the gateway itself reads and writes. */
    private static final Set<String> OWN = Set.of("id", "cursor", "redelivered");

    private static final Map<String, Kind> KINDS = Map.of(
            "string", Kind.STRING,
            "integer", Kind.INTEGER,
            "object", Kind.OBJECT,
            "timestamp", Kind.TIMESTAMP,
            "any", Kind.ANY);

    private static final int DEFAULT_MAX_UNKNOWN = 10;
    private static final int MOST_UNKNOWN = 1000;

    private final Problems problems;

    private SchemaSection(Problems problems) {
        this.problems = problems;
    }

    static EventSchema read(Fields fields, Problems problems) {
        var section = new SchemaSection(problems);
        var members = new LinkedHashMap<String, Member>();
        fields.required("members", "the top-level members of an event").ifPresent(node -> {
            Fields.named(node, problems).forEach((name, member) -> members.put(name, section.member(name, member)));
            section.requireEnvelope(node.place(), members);
        });
        int maxUnknown = (int) fields.integer("max-unknown-members", 0, MOST_UNKNOWN, DEFAULT_MAX_UNKNOWN);
        addMissingEnvelope(members);
        return new EventSchema(members, maxUnknown);
    }

    private Member member(String name, Node.Member source) {
        if (OWN.contains(name)) {
            problems.add(source.key(), name, "another name; id, cursor and redelivered belong to the gateway");
        } else if (!NAME.matcher(name).matches()) {
            problems.add(source.key(), name, "a member name: letters, digits and _, at most 64");
        }
        Fields fields = Fields.of(source.value(), problems);
        fields.required(
                "kind",
                "one of " + String.join(", ", KINDS.keySet().stream().sorted().toList()));
        Kind kind = fields.choice("kind", KINDS, Kind.ANY);
        boolean isInteger = kind == Kind.INTEGER;
        boolean required = fields.flag("required", false);
        boolean nullable = fields.flag("nullable", false);
        boolean routing = fields.flag("routing", false);
        boolean zeroMeansAbsent = fields.choice("zero", Map.of("absent", true, "value", false), false);
        long min = fields.integer("min", Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE);
        fields.rejectOthers();
        rejectOnOthers(fields, "min", isInteger, "min only on an integer");
        rejectOnOthers(fields, "zero", isInteger, "zero only on an integer");
        rejectOnOthers(fields, "routing", isInteger || kind == Kind.STRING, "routing only on an integer or a string");
        if (required && nullable) {
            problems.add(fields.place().child("nullable"), "required and nullable", "one of them");
        }
        return new Member(name, kind, required, min, zeroMeansAbsent, nullable, routing);
    }

    private void rejectOnOthers(Fields fields, String key, boolean allowed, String expected) {
        if (!allowed) {
            fields.optional(key).ifPresent(node -> problems.add(node.place(), node.describe(), expected));
        }
    }

    /** Everything rests on an event's type and tenant, so no profile may leave them open. */
    private void requireEnvelope(Place place, Map<String, Member> members) {
        Member type = members.get("type");
        if (type == null || type.kind() != Kind.STRING || !type.required()) {
            problems.add(place.child("type"), found(type), "{kind: string, required: true}");
        }
        Member tenant = members.get("tenant_id");
        boolean isNamed = tenant != null && (tenant.kind() == Kind.STRING || tenant.kind() == Kind.INTEGER);
        if (tenant == null || !isNamed || !tenant.required() || tenant.zeroMeansAbsent()) {
            problems.add(
                    place.child("tenant_id"),
                    found(tenant),
                    "{kind: integer or string, required: true}, without zero: absent");
        }
        for (String name : Set.of("type", "tenant_id")) {
            Member member = members.get(name);
            if (member != null && member.routing()) {
                problems.add(place.child(name), "routing: true", "no routing; it is part of every route already");
            }
        }
    }

    private static String found(@Nullable Member member) {
        if (member == null) {
            return "nothing";
        }
        String kind = member.kind().name().toLowerCase(Locale.ROOT);
        return member.required() ? kind : kind + ", not required";
    }

    /** Stands in for what was reported as missing, so that the other sections can be read. */
    private static void addMissingEnvelope(Map<String, Member> members) {
        members.putIfAbsent("type", new Member("type", Kind.STRING, true, 0, false, false, false));
        members.putIfAbsent("tenant_id", new Member("tenant_id", Kind.STRING, true, 0, false, false, false));
    }
}

package io.atalaya.ingest;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.ingest.EventParser.Moment;
import io.atalaya.ingest.EventParser.Slot;
import io.atalaya.ingest.EventParser.Whitespace;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.Parsed.FieldProblem;
import io.atalaya.profile.EventSchema.Kind;
import io.atalaya.profile.EventSchema.Member;
import io.atalaya.profile.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Collects one event while it is read. Confined to the thread that parses it, and used once. */
final class EventDraft {
    private static final int MAX_PROBLEMS = 20;
    private static final byte[] ID_START = ",\"id\":\"".getBytes(StandardCharsets.US_ASCII);

    private final EventParser parser;
    private final boolean[] seen;
    private final int maxUnknown;
    private final List<Map.Entry<String, String>> scope = new ArrayList<>(8);
    private @Nullable List<String> unknown;
    private @Nullable List<FieldProblem> problems;
    private int unknownCount;
    private boolean hasIdMember;
    private boolean hasTimestampMember;
    private @Nullable String type;
    private @Nullable TenantId tenant;
    private @Nullable EventId id;
    private @Nullable Instant timestamp;

    EventDraft(EventParser parser) {
        this.parser = parser;
        this.seen = new boolean[parser.slotCount()];
        this.maxUnknown = parser.profile().schema().maxUnknownMembers();
    }

    /** Reads the object that {@code json} stands at the start of, to its end. */
    void read(JsonParser json) {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken token = json.nextToken();
            Slot slot = parser.slot(name);
            if (slot == null) {
                unknownMember(name);
            } else if (seen[slot.index()]) {
                twice(name);
            } else {
                seen[slot.index()] = true;
                member(slot.member(), token, json);
            }
            json.skipChildren();
        }
    }

    /** Judges the whole event and builds it from the bytes {@code start} to {@code end}, braces included. */
    Parsed finish(byte[] bytes, int start, int end, Moment moment, Supplier<EventId> fallbackId) {
        EventType rule = judge();
        if (problems != null || rule == null || type == null || tenant == null) {
            return new Parsed.Invalid(Refusal.INVALID, problems == null ? List.of() : problems);
        }
        EventId given = id == null ? fallbackId.get() : id;
        return new Parsed.Accepted(new Event(
                tenant,
                given,
                type,
                scopeMap(),
                new Event.Body(body(bytes, start, end, given, moment)),
                timestamp == null ? moment.instant() : timestamp,
                moment.nanos(),
                rule.durable()));
    }

    private @Nullable EventType judge() {
        for (Slot slot : parser.required()) {
            if (!seen[slot.index()]) {
                problem(slot.member().name(), "nothing", expected(slot.member()));
            }
        }
        if (unknownCount > maxUnknown) {
            problem("", unknownCount + " unknown members", "at most " + maxUnknown);
        }
        if (type == null) {
            return null;
        }
        EventType rule = parser.profile().ruleOf(type).orElse(null);
        if (rule == null) {
            problem(Slot.TYPE, type, "a type of the profile's event catalogue");
        }
        return rule;
    }

    private void member(Member member, JsonToken token, JsonParser json) {
        switch (member.name()) {
            case Slot.TYPE -> type(member, token, json);
            case Slot.TENANT -> tenant(member, token, json);
            case Slot.ID -> id(member, token, json);
            case Slot.TS -> {
                hasTimestampMember = true;
                timestamp = plain(member, token, json);
            }
            default -> plain(member, token, json);
        }
    }

    private void type(Member member, JsonToken token, JsonParser json) {
        if (token == JsonToken.VALUE_STRING && json.getStringLength() > 0) {
            type = parser.texts().known(json.getString());
            keep(member, type);
        } else {
            problem(member.name(), found(token, json), "a non-empty string");
        }
    }

    private void tenant(Member member, JsonToken token, JsonParser json) {
        String text = null;
        if (member.kind() == Kind.INTEGER) {
            text = integer(member, token, json);
        } else if (token == JsonToken.VALUE_STRING) {
            text = json.getString();
        }
        if (text != null && TenantId.isValid(text)) {
            tenant = new TenantId(parser.texts().known(text));
            keep(member, text);
        } else if (member.kind() != Kind.INTEGER) {
            problem(member.name(), found(token, json), "a string of 1 to 64 of [A-Za-z0-9._-]");
        }
    }

    private void id(Member member, JsonToken token, JsonParser json) {
        hasIdMember = true;
        String text = token == JsonToken.VALUE_STRING ? json.getString() : "";
        if (EventId.isValid(text)) {
            id = new EventId(text);
            keep(member, text);
        } else {
            problem(member.name(), found(token, json), "a string of 1 to 128 of [A-Za-z0-9._:-]");
        }
    }

    /** Checks a member that means nothing to the gateway beyond its kind; the instant if it is a timestamp. */
    private @Nullable Instant plain(Member member, JsonToken token, JsonParser json) {
        if (token == JsonToken.VALUE_NULL && (member.nullable() || member.kind() == Kind.ANY)) {
            return null;
        }
        switch (member.kind()) {
            case INTEGER -> {
                String text = integer(member, token, json);
                if (text != null && !(member.zeroMeansAbsent() && text.equals("0"))) {
                    keep(member, text);
                }
            }
            case STRING -> {
                if (require(member, token == JsonToken.VALUE_STRING, token, json)) {
                    keep(member, json);
                }
            }
            case OBJECT -> require(member, token == JsonToken.START_OBJECT, token, json);
            case TIMESTAMP -> {
                Instant instant = token == JsonToken.VALUE_STRING ? Timestamps.parse(json.getString()) : null;
                if (require(member, instant != null, token, json)) {
                    keep(member, json);
                }
                return instant;
            }
            case ANY -> {
                if (token.isScalarValue()) {
                    keep(member, json);
                }
            }
        }
        return null;
    }

    /** The canonical text of an integer; null, with the problem noted, when the value is none or too small. */
    private @Nullable String integer(Member member, JsonToken token, JsonParser json) {
        boolean fits = token == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && json.getLongValue() >= member.min();
        return require(member, fits, token, json) ? Long.toString(json.getLongValue()) : null;
    }

    private boolean require(Member member, boolean fits, JsonToken token, JsonParser json) {
        if (!fits) {
            problem(member.name(), found(token, json), expected(member));
        }
        return fits;
    }

    private void keep(Member member, JsonParser json) {
        if (member.routing()) {
            scope.add(Map.entry(member.name(), parser.texts().known(json.getString())));
        }
    }

    private void keep(Member member, String text) {
        if (member.routing()) {
            scope.add(Map.entry(member.name(), parser.texts().known(text)));
        }
    }

    private void unknownMember(String name) {
        if (name.equals("cursor") || name.equals("redelivered")) {
            problem(name, "a value", "nothing: the gateway sets it");
        }
        unknownCount++;
        if (unknown == null) {
            unknown = new ArrayList<>(4);
        }
        if (unknown.contains(name)) {
            twice(name);
        } else if (unknown.size() < maxUnknown) {
            unknown.add(name);
        }
    }

    private void twice(String name) {
        problem(name, "twice", "once");
    }

    private void problem(String field, String found, String expected) {
        if (problems == null) {
            problems = new ArrayList<>();
        }
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(new FieldProblem(field, found, expected));
        }
    }

    /** No member is kept twice, so the entries make a map as they are. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private Map<String, String> scopeMap() {
        return Map.ofEntries(scope.toArray(new Map.Entry[0]));
    }

    /** The published bytes without the closing brace, then what the publisher left out. */
    private byte[] body(byte[] bytes, int start, int end, EventId given, Moment moment) {
        int length = Whitespace.skipBackward(bytes, start, end - 1) - start;
        byte[] timestampMember = hasTimestampMember ? new byte[0] : moment.timestampMember();
        int idLength = hasIdMember ? 0 : ID_START.length + given.value().length() + 1;
        byte[] open = Arrays.copyOfRange(bytes, start, start + length + idLength + timestampMember.length);
        int at = length;
        if (!hasIdMember) {
            System.arraycopy(ID_START, 0, open, at, ID_START.length);
            at += ID_START.length;
            for (int i = 0; i < given.value().length(); i++) {
                open[at++] = (byte) given.value().charAt(i);
            }
            open[at++] = '"';
        }
        System.arraycopy(timestampMember, 0, open, at, timestampMember.length);
        return open;
    }

    private static String found(JsonToken token, JsonParser json) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_NULL -> "null";
            case VALUE_STRING -> "\"" + json.getString() + "\"";
            default -> json.getString();
        };
    }

    private static String expected(Member member) {
        return switch (member.kind()) {
            case STRING -> "a string";
            case INTEGER -> "an integer, " + member.min() + " or more";
            case OBJECT -> "an object";
            case TIMESTAMP -> "an RFC 3339 date-time with offset";
            case ANY -> "a value";
        };
    }
}

package io.atalaya.ingest;

import io.atalaya.event.EventId;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.EventSchema.Kind;
import io.atalaya.profile.EventSchema.Member;
import io.atalaya.profile.Profile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Turns the bytes of one JSON object into an event of the profile. Thread-safe: immutable but for {@link Texts}.
 *
 * <p>The object must be strict JSON in UTF-8 with nothing around it, nested at most {@value #MAX_DEPTH} deep, without a
 * top-level member twice (RFC 8259 section 4 leaves the meaning open). The bytes are kept as published; only {@code id}
 * and {@code ts} are appended where they are missing.
 */
public final class EventParser {
    /** Deepest nesting accepted. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_SYNTAX_TEXT = 60;

    private final Profile profile;
    private final int maxEventBytes;
    private final Map<String, Slot> slots;
    private final List<Slot> required;
    private final JsonFactory json;
    private final Texts texts = new Texts();

    /** @param maxEventBytes longest event, without white space around it */
    public EventParser(Profile profile, int maxEventBytes) {
        this.profile = profile;
        this.maxEventBytes = maxEventBytes;
        this.slots = slotsOf(profile.schema());
        this.required =
                slots.values().stream().filter(slot -> slot.member.required()).toList();
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(Math.max(1, maxEventBytes))
                        .maxNameLength(Math.max(1, maxEventBytes))
                        .build())
                .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                .recyclerPool(JsonRecyclerPools.threadLocalPool())
                .build();
    }

    /**
     * Parses bytes {@code from} to {@code to}; white space around the object is ignored.
     *
     * @param moment when the event came
     * @param fallbackId gives the id when the event has none
     */
    public Parsed parse(byte[] bytes, int from, int to, Moment moment, Supplier<EventId> fallbackId) {
        int start = Whitespace.skipForward(bytes, from, to);
        int end = Whitespace.skipBackward(bytes, start, to);
        Parsed.Invalid unfit = unfit(bytes, start, end);
        if (unfit != null) {
            return unfit;
        }
        var draft = new EventDraft(this);
        try (JsonParser parser = json.createParser(ObjectReadContext.empty(), bytes, start, end - start)) {
            parser.nextToken();
            draft.read(parser);
            if (parser.nextToken() != null) {
                return malformed("more after the object", "one JSON object");
            }
        } catch (JacksonException e) {
            return malformed(syntaxError(e), "a JSON object");
        }
        return draft.finish(bytes, start, end, moment, fallbackId);
    }

    Profile profile() {
        return profile;
    }

    Texts texts() {
        return texts;
    }

    @Nullable
    Slot slot(String member) {
        return slots.get(member);
    }

    int slotCount() {
        return slots.size();
    }

    List<Slot> required() {
        return required;
    }

    private Parsed.@Nullable Invalid unfit(byte[] bytes, int start, int end) {
        if (start == end) {
            return malformed("nothing", "a JSON object");
        }
        if (end - start > maxEventBytes) {
            return Parsed.Invalid.of(
                    Refusal.TOO_LARGE, "", (end - start) + " bytes", "at most " + maxEventBytes + " bytes");
        }
        int error = Utf8.firstError(bytes, start, end);
        if (error >= 0) {
            return malformed("byte 0x%02x at %d".formatted(bytes[error], error - start), "UTF-8");
        }
        if (bytes[start] != '{') {
            String text = new String(bytes, start, Math.min(end - start, MAX_SYNTAX_TEXT), StandardCharsets.UTF_8);
            return malformed(text, "a JSON object");
        }
        return null;
    }

    private static Parsed.Invalid malformed(String found, String expected) {
        return Parsed.Invalid.of(Refusal.MALFORMED, "", found, expected);
    }

    private static String syntaxError(JacksonException e) {
        String text = e.getOriginalMessage();
        int line = text.indexOf('\n');
        String first = line < 0 ? text : text.substring(0, line);
        String place = e.getLocation() == null ? "" : "byte " + e.getLocation().getByteOffset() + ": ";
        return place + first;
    }

    private static Map<String, Slot> slotsOf(EventSchema schema) {
        var members = new ArrayList<>(schema.members().values());
        if (!schema.members().containsKey(Slot.ID)) {
            members.add(new Member(Slot.ID, Kind.STRING, false, 0, false, false, false));
        }
        if (!schema.members().containsKey(Slot.TS)) {
            members.add(new Member(Slot.TS, Kind.TIMESTAMP, false, 0, false, false, false));
        }
        var slots = new HashMap<String, Slot>();
        for (Member member : members) {
            slots.put(member.name(), new Slot(slots.size(), member));
        }
        return Map.copyOf(slots);
    }

    /**
     * One copy of texts that many events have: those that wait for their commit are many. Thread-safe: a race costs a copy,
     * since texts are immutable.
     */
    static final class Texts {
        private static final int PLACES = 1_024;

        private final @Nullable String[] latest = new String[PLACES];

        /** The text, or an equal one that came before. */
        String known(String text) {
            int place = text.hashCode() & (PLACES - 1);
            String before = latest[place];
            if (text.equals(before)) {
                return before;
            }
            latest[place] = text;
            return text;
        }
    }

    /** A known member and its place in a draft's bookkeeping. Immutable. */
    record Slot(int index, Member member) {
        static final String ID = "id";
        static final String TS = "ts";
        static final String TYPE = "type";
        static final String TENANT = "tenant_id";

        /** Without type and tenant there is no event, whatever the profile says. */
        boolean isRequired() {
            return member.required()
                    || member.name().equals(TYPE)
                    || member.name().equals(TENANT);
        }
    }

    /**
     * When a request came. Confined to the thread that handles the request; its text is made once, when first needed.
     */
    public static final class Moment {
        private final Instant instant;
        private final long nanos;
        private byte @Nullable [] timestampMember;

        /** @param nanos reading of the monotonic clock at {@code instant} */
        public Moment(Instant instant, long nanos) {
            this.instant = instant;
            this.nanos = nanos;
        }

        Instant instant() {
            return instant;
        }

        long nanos() {
            return nanos;
        }

        /** {@code ,"ts":"…"}. */
        byte[] timestampMember() {
            byte[] text = timestampMember;
            if (text == null) {
                text = (",\"ts\":\"" + Timestamps.format(instant) + '"').getBytes(StandardCharsets.US_ASCII);
                timestampMember = text;
            }
            return text;
        }
    }

    /** White space of JSON (RFC 8259 section 2). Stateless. */
    static final class Whitespace {
        private Whitespace() {}

        static boolean is(byte b) {
            return b == ' ' || b == '\n' || b == '\r' || b == '\t';
        }

        static int skipForward(byte[] bytes, int from, int to) {
            int at = from;
            while (at < to && is(bytes[at])) {
                at++;
            }
            return at;
        }

        /** The end of what is left of [{@code from}, {@code to}) without white space behind it. */
        static int skipBackward(byte[] bytes, int from, int to) {
            int at = to;
            while (at > from && is(bytes[at - 1])) {
                at--;
            }
            return at;
        }
    }
}

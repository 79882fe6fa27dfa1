package io.atalaya.streams.acks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Effect;
import io.atalaya.ack.AckStore.State;
import io.atalaya.ack.AckStore.Waiting;
import io.atalaya.ack.Recipient;
import io.atalaya.event.Cursor;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.streams.EntryCodec;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Changes as arguments of the scripts, and their answers. Immutable. */
public final class AckCodec {
    /** Of an entry, before the fields of its event; see {@code waiting} in {@code acks.lua}. */
    private static final int BEFORE_EVENT = 2;

    private static final List<String> EVENT_FIELDS =
            List.of("epoch", "offset", "at", "tenant", "id", "type", "scope", "ts", "from", "body");

    private final EntryCodec events;

    /** @param gateway names this process, like no other */
    public AckCodec(String gateway, LongSupplier nanoClock) {
        this.events = new EntryCodec(gateway, nanoClock);
    }

    /** The arguments of {@code apply.lua}; an event that went to many is in them once. */
    List<byte[]> changes(AckBounds bounds, String gateway, List<Change> changes) {
        Map<Cursor, Integer> numbers = new LinkedHashMap<>();
        var entries = new ArrayList<byte[]>();
        var rest = new ArrayList<byte[]>();
        for (Change change : changes) {
            switch (change) {
                case Change.Delivered delivered -> {
                    Entry entry = delivered.entry();
                    Integer number = numbers.get(entry.cursor());
                    if (number == null) {
                        number = numbers.size() + 1;
                        numbers.put(entry.cursor(), number);
                        encode(entry, entries);
                    }
                    add(
                            rest,
                            "D",
                            event(delivered.recipient(), entry.event().id().value()),
                            name(delivered.recipient()));
                    add(rest, Long.toString(delivered.atMillis()), Long.toString(delivered.dueMillis()));
                    add(rest, Long.toString(delivered.expiresMillis()), Integer.toString(number));
                }
                case Change.Acknowledged(Recipient by, var id, long atMillis) -> {
                    add(rest, "A", event(by, id.value()), name(by));
                    add(rest, Long.toString(atMillis), "", "", "");
                }
                case Change.Due(Recipient to, var id, long dueMillis) -> {
                    add(rest, "U", event(to, id.value()), name(to));
                    add(rest, dueMillis == Long.MAX_VALUE ? "" : Long.toString(dueMillis), "", "", "");
                }
            }
        }
        var all = new ArrayList<byte[]>(5 + entries.size() + rest.size());
        add(all, Integer.toString(bounds.all()), Integer.toString(bounds.ofTenant()));
        add(all, Integer.toString(bounds.ofPrincipal()), gateway, Integer.toString(numbers.size()));
        all.addAll(entries);
        all.addAll(rest);
        return all;
    }

    private void encode(Entry entry, List<byte[]> arguments) {
        add(arguments, place(entry.cursor()));
        add(
                arguments,
                Long.toString(entry.cursor().epoch()),
                Long.toString(entry.cursor().offset()),
                Long.toString(entry.atMillis()));
        events.encode(entry.event(), arguments);
    }

    private static void add(List<byte[]> arguments, String... texts) {
        Arrays.stream(texts).map(EntryCodec::bytes).forEach(arguments::add);
    }

    static List<byte[]> texts(String... texts) {
        var all = new ArrayList<byte[]>();
        add(all, texts);
        return all;
    }

    private static String event(Recipient recipient, String id) {
        return recipient.tenant().value() + '/' + id;
    }

    /** A recipient within its tenant. The subject comes last: it may contain anything. */
    static String name(Recipient recipient) {
        return recipient.scheme() + ' ' + recipient.clientId() + ' ' + recipient.subject();
    }

    /** The opposite of {@link #name}. */
    static Recipient recipient(TenantId tenant, String name) {
        String[] parts = name.split(" ", 3);
        return new Recipient(tenant, parts[0], parts[2], parts[1]);
    }

    /** A position as a text that sorts as positions do. */
    static String place(Cursor cursor) {
        return String.format(Locale.ROOT, "%010d%019d", cursor.epoch(), cursor.offset());
    }

    /** The entry that {@code waiting} in {@code acks.lua} answers. */
    Waiting waiting(List<?> answer) {
        var fields = new HashMap<String, byte[]>();
        for (int i = 0; i < EVENT_FIELDS.size(); i++) {
            fields.put(EVENT_FIELDS.get(i), (byte[]) answer.get(BEFORE_EVENT + i));
        }
        long epoch = number(answer.get(BEFORE_EVENT));
        var message = new StreamMessage<>("", number(answer.get(BEFORE_EVENT + 1)) + "-0", fields);
        Entry entry = events.decode(message, epoch);
        return new Waiting(recipient(entry.event().tenant(), text(answer.getFirst())), entry, number(answer.get(1)));
    }

    /** What came of a change; see {@code apply.lua}. */
    static Effect.Kind kind(Object reply) {
        long number = number(reply);
        return switch ((int) number) {
            case 0 -> Effect.Kind.DONE;
            case 1 -> Effect.Kind.REPEATED;
            case 2 -> Effect.Kind.LATE;
            case 3 -> Effect.Kind.UNKNOWN;
            default -> throw new IllegalArgumentException("effect: %d (expected: 0 to 3)".formatted(number));
        };
    }

    static State state(String letter) {
        return switch (letter) {
            case "w" -> State.AWAITING;
            case "a" -> State.ACKNOWLEDGED;
            case "x" -> State.EXPIRED;
            default -> throw new IllegalArgumentException("state: %s (expected: w, a or x)".formatted(letter));
        };
    }

    static List<?> list(Object reply) {
        return (List<?>) reply;
    }

    static String text(Object reply) {
        return new String((byte[]) reply, UTF_8);
    }

    static long number(Object reply) {
        return reply instanceof Long number ? number : Long.parseLong(text(reply));
    }
}

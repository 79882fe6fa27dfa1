package io.atalaya.ingest;

import io.atalaya.event.Event;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.IntakeBook.Source;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the intake book. Thread-safe: one lock, taken twice a request and held for a few additions; a request counts
 * its events in a {@link Tally} of its own first. The book therefore balances at every instant.
 */
public final class IntakeLedger {
    private static final int MAX_TYPE_LENGTH = 64;

    private final Object lock = new Object();
    private final String[] typeNames;
    private final Map<String, Integer> typeIndexes;
    private final Tally total;
    private final EnumMap<Source, Long> receivedBySource = new EnumMap<>(Source.class);
    private final Map<String, Long> unknownTypes = new HashMap<>();
    private long received;
    private long settled;
    private Optional<Refusal> logRefuses = Optional.empty();

    /** @param types the event types of the catalogue */
    public IntakeLedger(Set<String> types) {
        this.typeNames = new TreeSet<>(types).toArray(String[]::new);
        this.typeIndexes = HashMap.newHashMap(typeNames.length);
        for (int i = 0; i < typeNames.length; i++) {
            typeIndexes.put(typeNames[i], i);
        }
        this.total = tally();
    }

    /** Counts events that came in; each must be settled later. */
    void receive(Source source, int events) {
        synchronized (lock) {
            received += events;
            receivedBySource.merge(source, (long) events, Long::sum);
        }
    }

    /** Counts what became of events received before. */
    void settle(Tally tally) {
        synchronized (lock) {
            total.add(tally);
            settled += tally.events();
            addUnknownTypes(tally);
            if (tally.logged > 0) {
                logRefuses = Optional.empty();
            } else {
                tally.logRefusal().ifPresent(why -> logRefuses = Optional.of(why));
            }
        }
    }

    /** Counts events lost before they reached the intake. */
    void drop(Source source, Drop reason, int events) {
        Tally tally = tally();
        tally.drop(reason, events);
        synchronized (lock) {
            receive(source, events);
            settle(tally);
        }
    }

    /** The book at this instant. */
    public IntakeBook book() {
        synchronized (lock) {
            return new IntakeBook(
                    received,
                    total.logged,
                    total.ephemeral,
                    total.duplicate,
                    withZeros(Refusal.class, total.refused),
                    withZeros(Refusal.class, total.quarantined),
                    withZeros(Drop.class, total.dropped),
                    received - settled,
                    withZeros(Source.class, receivedBySource),
                    acceptedByType(),
                    unknownTypes,
                    total.unlisted,
                    logRefuses);
        }
    }

    /** An empty tally for one request. */
    Tally tally() {
        return new Tally(typeIndexes, typeNames.length);
    }

    private void addUnknownTypes(Tally tally) {
        if (tally.unknown == null) {
            return;
        }
        tally.unknown.forEach((name, count) -> {
            if (unknownTypes.size() < IntakeBook.MAX_UNKNOWN_TYPES || unknownTypes.containsKey(name)) {
                unknownTypes.merge(name, count, Long::sum);
            } else {
                total.unlisted += count;
            }
        });
    }

    private Map<String, Long> acceptedByType() {
        var counts = new HashMap<String, Long>();
        for (int i = 0; i < typeNames.length; i++) {
            counts.put(typeNames[i], total.byType[i]);
        }
        counts.put(IntakeBook.OTHER_TYPES, total.byType[typeNames.length]);
        return counts;
    }

    private static <K extends Enum<K>> Map<K, Long> withZeros(Class<K> keys, Map<K, Long> values) {
        var counts = new EnumMap<K, Long>(keys);
        for (K key : keys.getEnumConstants()) {
            counts.put(key, values.getOrDefault(key, 0L));
        }
        return counts;
    }

    /** What became of the events of one request. Confined to the thread that handles it. */
    static final class Tally {
        private final Map<String, Integer> typeIndexes;
        private final long[] byType;
        private final EnumMap<Refusal, Long> refused = new EnumMap<>(Refusal.class);
        private final EnumMap<Refusal, Long> quarantined = new EnumMap<>(Refusal.class);
        private final EnumMap<Drop, Long> dropped = new EnumMap<>(Drop.class);
        private @Nullable Map<String, Long> unknown;
        private long logged;
        private long ephemeral;
        private long duplicate;
        private long unlisted;

        private Tally(Map<String, Integer> typeIndexes, int types) {
            this.typeIndexes = typeIndexes;
            this.byType = new long[types + 1];
        }

        void logged(Event event) {
            logged++;
            type(event.type());
        }

        void ephemeral(Event event) {
            ephemeral++;
            type(event.type());
        }

        void duplicate() {
            duplicate++;
        }

        void refuse(Refusal reason, int events) {
            refused.merge(reason, (long) events, Long::sum);
        }

        void quarantine(Refusal reason) {
            quarantined.merge(reason, 1L, Long::sum);
        }

        void drop(Drop reason, int events) {
            dropped.merge(reason, (long) events, Long::sum);
        }

        /** Events counted so far. */
        long events() {
            return logged + ephemeral + duplicate + sum(refused) + sum(quarantined) + sum(dropped);
        }

        /** Whether the log was asked and has refused: duplicates alone do not show that it stores. */
        private Optional<Refusal> logRefusal() {
            if (refused.containsKey(Refusal.LOG_FAILED) || dropped.containsKey(Drop.LOG_FAILED)) {
                return Optional.of(Refusal.LOG_FAILED);
            }
            return refused.containsKey(Refusal.LOG_FULL) || dropped.containsKey(Drop.LOG_FULL)
                    ? Optional.of(Refusal.LOG_FULL)
                    : Optional.empty();
        }

        private void type(String name) {
            Integer index = typeIndexes.get(name);
            if (index != null) {
                byType[index]++;
                return;
            }
            byType[byType.length - 1]++;
            if (unknown == null) {
                unknown = new HashMap<>();
            }
            String listed = name.length() <= MAX_TYPE_LENGTH ? name : name.substring(0, MAX_TYPE_LENGTH);
            if (unknown.size() < IntakeBook.MAX_UNKNOWN_TYPES || unknown.containsKey(listed)) {
                unknown.merge(listed, 1L, Long::sum);
            } else {
                unlisted++;
            }
        }

        private void add(Tally other) {
            logged += other.logged;
            ephemeral += other.ephemeral;
            duplicate += other.duplicate;
            unlisted += other.unlisted;
            for (int i = 0; i < byType.length; i++) {
                byType[i] += other.byType[i];
            }
            other.refused.forEach((reason, count) -> refused.merge(reason, count, Long::sum));
            other.quarantined.forEach((reason, count) -> quarantined.merge(reason, count, Long::sum));
            other.dropped.forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
        }

        private static long sum(Map<?, Long> counts) {
            long sum = 0;
            for (long count : counts.values()) {
                sum += count;
            }
            return sum;
        }
    }
}

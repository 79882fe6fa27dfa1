package io.atalaya.demo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Who should have received what, and who did. Thread-safe: one lock, since a demonstration is slow. Expectations are
 * written down before an event is published, so that no delivery can come too early to be checked.
 */
final class Ledger {
    private static final int RECENT = 40;
    private static final int SAMPLES = 5;
    private static final int PRECISION_DIGITS = 3;

    private final Map<Key, Entry> entries = new HashMap<>();
    private final Deque<Entry> recent = new ArrayDeque<>();
    private final Map<Integer, Map<Person.Role, MutableTally>> tallies = new TreeMap<>();
    private final Histogram latency = new Histogram(PRECISION_DIGITS);
    private final List<String> faults = new ArrayList<>();
    private long published;
    private long expected;
    private long received;
    private long lost;
    private long leaked;
    private long duplicated;
    private long refused;
    private long cut;
    private long byHand;

    /** An event, by tenant and id: the restaurants use the same ids. */
    private record Key(int tenant, String id) {}

    private static final class Entry {
        private final Step step;
        private final long sentNanos;
        private final BitSet awaited = new BitSet();
        private final BitSet got = new BitSet();
        private long slowestNanos;

        Entry(Step step, long sentNanos) {
            this.step = step;
            this.sentNanos = sentNanos;
            step.hearers().forEach(person -> awaited.set(person.index()));
        }
    }

    private static final class MutableTally {
        private int people;
        private long expected;
        private long received;
        private String last = "";
    }

    /** Everyone of an evening, before its first event. */
    synchronized void onDoorsOpen(List<Person> people) {
        tallies.values().forEach(roles -> roles.values().forEach(tally -> tally.people = 0));
        people.forEach(person -> tally(person).people++);
    }

    /** An event is about to be published. */
    synchronized void onPublishing(Step step, long nowNanos) {
        var entry = new Entry(step, nowNanos);
        entries.put(new Key(step.restaurant().tenant(), step.id()), entry);
        published++;
        expected += step.hearers().size();
        step.hearers().forEach(person -> tally(person).expected++);
        recent.addLast(entry);
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
    }

    /** The gateway did not take an event; what it was expected to cause is not expected any more. */
    synchronized void onRefused(Step step, String why) {
        refused++;
        fault("refused: " + step.id() + " " + step.type() + ": " + why);
        Entry entry = entries.get(new Key(step.restaurant().tenant(), step.id()));
        if (entry != null) {
            step.hearers().stream().filter(p -> entry.awaited.get(p.index())).forEach(person -> {
                tally(person).expected--;
                expected--;
            });
            entry.awaited.clear();
        }
    }

    /** A client received a frame. */
    synchronized void onReceived(Person person, int tenant, String id, long nowNanos) {
        Entry entry = entries.get(new Key(tenant, id));
        if (entry == null && tenant == person.tenant() && !Step.isOurs(id)) {
            byHand++;
        } else if (entry != null && tenant == person.tenant() && entry.got.get(person.index())) {
            duplicated++;
            fault("duplicate: " + who(person) + " got " + id + " " + entry.step.type() + " again");
        } else if (entry == null || tenant != person.tenant() || !entry.awaited.get(person.index())) {
            leaked++;
            fault("leaked: " + who(person) + " got " + what(tenant, id, entry));
        } else {
            onExpected(person, entry, nowNanos - entry.sentNanos);
        }
    }

    private void onExpected(Person person, Entry entry, long nanos) {
        entry.awaited.clear(person.index());
        entry.got.set(person.index());
        entry.slowestNanos = Math.max(entry.slowestNanos, nanos);
        latency.recordValue(Math.max(0, nanos));
        received++;
        MutableTally tally = tally(person);
        tally.received++;
        tally.last = entry.step.words();
    }

    /** A client's connection ended although nobody asked for it. */
    synchronized void onCut(Person person, String why) {
        cut++;
        fault("cut off: " + who(person) + ": " + why);
    }

    /** How many deliveries are still awaited. */
    synchronized long awaited() {
        return entries.values().stream()
                .mapToLong(entry -> entry.awaited.cardinality())
                .sum();
    }

    /** Nothing more will come: what is still awaited is lost. */
    synchronized void onDoorsClosed() {
        for (Entry entry : entries.values()) {
            int missing = entry.awaited.cardinality();
            if (missing > 0) {
                lost += missing;
                fault("lost: " + missing + " of " + entry.step.hearers().size() + " deliveries of " + entry.step.id()
                        + " " + entry.step.type() + " in "
                        + entry.step.restaurant().name());
            }
        }
        entries.clear();
    }

    synchronized View view() {
        var byTenant = new TreeMap<Integer, Map<Person.Role, Tally>>();
        tallies.forEach((tenant, roles) -> {
            var copy = new EnumMap<Person.Role, Tally>(Person.Role.class);
            roles.forEach((role, t) -> copy.put(role, new Tally(t.people, t.expected, t.received, t.last)));
            byTenant.put(tenant, copy);
        });
        var latest = recent.stream()
                .map(entry -> new Recent(entry.step, entry.got.cardinality(), entry.slowestNanos))
                .toList();
        return new View(
                byTenant,
                latest,
                new Counts(published, expected, received, lost, leaked, duplicated, refused, cut, byHand),
                latency.copy(),
                List.copyOf(faults));
    }

    private MutableTally tally(Person person) {
        return tallies.computeIfAbsent(person.tenant(), _ -> new EnumMap<>(Person.Role.class))
                .computeIfAbsent(person.role(), _ -> new MutableTally());
    }

    private void fault(String words) {
        if (faults.size() < SAMPLES) {
            faults.add(words);
        }
    }

    private static String who(Person person) {
        return person.name() + " (" + person.role().plural() + " of "
                + person.restaurant().name() + ")";
    }

    private static String what(int tenant, String id, @Nullable Entry entry) {
        return entry == null
                ? "an event that nobody published: " + id + " of tenant " + tenant
                : id + " " + entry.step.type() + " of tenant " + tenant + ", meant for others";
    }

    /** One role of one restaurant. Immutable. */
    record Tally(int people, long expected, long received, String last) {}

    /** An event published lately. Immutable. */
    record Recent(Step step, int received, long slowestNanos) {
        /** Deliveries that have not come yet. */
        int awaited() {
            return step.hearers().size() - received;
        }
    }

    /**
     * Sums over the whole demonstration. Immutable.
     *
     * @param byHand deliveries of events that somebody else published to the same tenant
     */
    record Counts(
            long published,
            long expected,
            long received,
            long lost,
            long leaked,
            long duplicated,
            long refused,
            long cut,
            long byHand) {
        /** Whether everyone received exactly what was meant for them. */
        boolean clean() {
            return lost + leaked + duplicated + refused + cut == 0 && expected == received;
        }
    }

    /**
     * The ledger at one moment. The histogram is a copy, in nanoseconds.
     *
     * @param faults the first few things that went wrong, in words
     */
    record View(
            Map<Integer, Map<Person.Role, Tally>> tallies,
            List<Recent> recent,
            Counts counts,
            Histogram latency,
            List<String> faults) {}
}

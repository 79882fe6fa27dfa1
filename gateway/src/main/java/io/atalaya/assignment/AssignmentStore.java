package io.atalaya.assignment;

import io.atalaya.event.TenantId;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Assignments that an operator can edit. Thread-safe: readers see an immutable snapshot behind a volatile field; edits
 * are serialised by this object's monitor.
 *
 * <p>An edit is kept before it takes effect: when it cannot be, it fails and nothing has changed. Looking up never
 * blocks; editing may, as it waits for the file.
 */
public final class AssignmentStore implements Assignments, AssignmentRegister {
    /** Most entries of all tenants together. */
    public static final int MAX_ENTRIES = 100_000;

    private final Clock clock;
    private final Keeper keeper;
    private volatile Snapshot snapshot;

    /**
     * @param initial what is assigned at first
     * @param clock says what day it is, in the zone whose midnight ends the day
     * @param keeper keeps edits
     */
    public AssignmentStore(Collection<Entry> initial, Clock clock, Keeper keeper) {
        this.clock = clock;
        this.keeper = keeper;
        this.snapshot = Snapshot.of(new LinkedHashSet<>(initial));
    }

    @Override
    public CompletionStage<List<Assignment>> of(TenantId tenant, String subject) {
        LocalDate today = LocalDate.now(clock);
        List<Entry> entries = snapshot.bySubject().getOrDefault(new Subject(tenant, subject), List.of());
        return CompletableFuture.completedFuture(entries.stream()
                .filter(entry -> entry.day().includes(today))
                .map(Entry::assignment)
                .distinct()
                .toList());
    }

    /** The same as {@link #of}: there is no cache. */
    @Override
    public CompletionStage<List<Assignment>> refresh(TenantId tenant, String subject) {
        return of(tenant, subject);
    }

    /** {@inheritDoc} In the order in which they were made. */
    @Override
    public List<Entry> list(TenantId tenant) {
        return snapshot.entries().stream()
                .filter(entry -> entry.tenant().equals(tenant))
                .toList();
    }

    /**
     * Adds an entry.
     *
     * @return false when it was there already
     * @throws AssignmentException when the store is full or the edit could not be kept
     */
    @Override
    public synchronized boolean put(Entry entry) {
        if (snapshot.entries().contains(entry)) {
            return false;
        }
        if (snapshot.entries().size() >= MAX_ENTRIES) {
            throw new AssignmentException("assignments: %d already (expected: fewer)".formatted(MAX_ENTRIES));
        }
        var changed = new LinkedHashSet<>(snapshot.entries());
        changed.add(entry);
        replace(changed);
        return true;
    }

    /**
     * Removes an entry.
     *
     * @return false when there was none like it
     * @throws AssignmentException when the edit could not be kept
     */
    @Override
    public synchronized boolean remove(Entry entry) {
        var changed = new LinkedHashSet<>(snapshot.entries());
        if (!changed.remove(entry)) {
            return false;
        }
        replace(changed);
        return true;
    }

    private void replace(SequencedSet<Entry> changed) {
        keeper.keep(List.copyOf(changed));
        snapshot = Snapshot.of(changed);
    }

    /**
     * One thing assigned to one user on one day or daily. Immutable.
     *
     * @param subject the user's {@code sub}, not empty
     */
    public record Entry(TenantId tenant, String subject, Day day, Assignment assignment) {
        public Entry {
            if (subject.isEmpty()) {
                throw new IllegalArgumentException("user: empty (expected: a user id)");
            }
        }
    }

    /** Keeps the entries beyond the life of the process, or does not. */
    @FunctionalInterface
    public interface Keeper {
        /** Keeps all entries, replacing what was kept before. May block. Throws {@link AssignmentException}. */
        void keep(List<Entry> entries);

        /** For stores whose edits end with the process. */
        static Keeper none() {
            return _ -> {};
        }
    }

    private record Subject(TenantId tenant, String name) {}

    /** Immutable: the collections are never changed after construction. */
    private record Snapshot(SequencedSet<Entry> entries, Map<Subject, List<Entry>> bySubject) {
        static Snapshot of(SequencedSet<Entry> entries) {
            var bySubject = new LinkedHashMap<Subject, List<Entry>>();
            for (Entry entry : entries) {
                var subject = new Subject(entry.tenant(), entry.subject());
                bySubject.computeIfAbsent(subject, _ -> new ArrayList<>()).add(entry);
            }
            return new Snapshot(entries, bySubject);
        }
    }
}

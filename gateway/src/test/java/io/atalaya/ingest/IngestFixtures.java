package io.atalaya.ingest;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.LogException;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.EventSchema.Kind;
import io.atalaya.profile.EventSchema.Member;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A small profile of the restaurant's kind, and a log whose commits happen when the test says so. */
public final class IngestFixtures {
    private IngestFixtures() {}

    /** Durable {@code ORDER}, ephemeral {@code TYPING}; unknown types are durable. */
    public static Profile profile() {
        return profile(Optional.of(EventType.plain("*", true, List.of())));
    }

    /** The same profile without a type that goes past the log. */
    static Profile durableProfile() {
        Profile profile = profile();
        var events = new HashMap<>(profile.events());
        events.values().removeIf(type -> !type.durable());
        return new Profile(
                profile.name(),
                profile.schema(),
                profile.authentication(),
                profile.topics(),
                profile.audiences(),
                profile.endpoints(),
                events,
                profile.unknownEvents(),
                profile.commands(),
                profile.http());
    }

    static Profile profile(Optional<EventType> unknownEvents) {
        var members = new HashMap<String, Member>();
        for (Member member : List.of(
                new Member("type", Kind.STRING, true, 0, false, false, false),
                new Member("tenant_id", Kind.INTEGER, true, 1, false, false, false),
                new Member("branch_id", Kind.INTEGER, false, 0, true, true, true),
                new Member("sector_id", Kind.INTEGER, false, 1, false, true, true),
                new Member("note", Kind.STRING, false, 0, false, false, true),
                new Member("entity", Kind.OBJECT, false, 0, false, false, false),
                new Member("extra", Kind.ANY, false, 0, false, false, false),
                new Member("ts", Kind.TIMESTAMP, false, 0, false, false, false))) {
            members.put(member.name(), member);
        }
        return new Profile(
                "test",
                new EventSchema(members, 10),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(
                        "ORDER", EventType.plain("ORDER", true, List.of()),
                        "TYPING", EventType.plain("TYPING", false, List.of())),
                unknownEvents,
                Map.of(),
                Profile.HttpServices.NONE);
    }

    /** Limits small enough to reach. */
    static IntakeConfig config(int maxEventsPerRequest, int maxUncommitted) {
        return new IntakeConfig(Map.of(), Map.of(), 4096, 1 << 20, maxEventsPerRequest, maxUncommitted);
    }

    /** Keeps appends until {@link #commit} or {@link #fail}; knows ids for ever. Confined to the test's thread. */
    static final class HeldLog implements EventLog {
        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private final Map<Identity, Cursor> known = new HashMap<>();
        private final List<Event> stored = new ArrayList<>();

        private record Held(List<Event> events, CompletableFuture<List<Appended>> promise) {}

        @Override
        public CompletionStage<List<Appended>> append(List<Event> events) {
            var promise = new CompletableFuture<List<Appended>>();
            held.add(new Held(events, promise));
            return promise;
        }

        void commit() {
            Held next = held.remove();
            var outcome = new ArrayList<Appended>();
            for (Event event : next.events) {
                Cursor before = known.get(Identity.of(event));
                if (before == null) {
                    stored.add(event);
                    known.put(Identity.of(event), head(event.tenant()));
                    outcome.add(new Appended.Stored(head(event.tenant())));
                } else {
                    outcome.add(new Appended.Duplicate(before));
                }
            }
            next.promise.complete(outcome);
        }

        void fail() {
            held.remove()
                    .promise
                    .completeExceptionally(
                            new LogException(LogException.Reason.UNAVAILABLE, "disk: failed (expected: a write)"));
        }

        List<Event> stored() {
            return stored;
        }

        @Override
        public Slice read(TenantId tenant, Cursor after, int max) {
            throw new UnsupportedOperationException("the intake only appends");
        }

        @Override
        public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
            throw new UnsupportedOperationException("the intake only appends");
        }

        @Override
        public Backlog backlog() {
            throw new UnsupportedOperationException("the intake only appends");
        }

        @Override
        public Cursor head(TenantId tenant) {
            return new Cursor(1, stored.size());
        }

        @Override
        public Totals totals() {
            return new Totals(stored.size(), 0, stored.size(), 0);
        }

        @Override
        public void close() {}
    }
}

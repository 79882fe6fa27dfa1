package io.atalaya.ingest;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.SubmitOutcome.EventProblem;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.LogException;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door for events. Thread-safe: its parts are, and the events waiting for their commit are counted atomically.
 * Never blocks: the work of a call is done on the caller's thread up to the append, the rest on the thread that
 * completes it.
 *
 * <p>Durable events of a call reach the log in one append, in their order. Its ephemeral events go out in their order
 * after that append has committed, so that a call that fails has delivered nothing.
 */
public final class Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** So many of the longest requests may have been answered before their commit: nobody else holds their bytes. */
    private static final int RECEIPTS_OF_LONGEST_REQUESTS = 8;

    private final IntakeConfig config;
    private final EventLog eventLog;
    private final EphemeralSink sink;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final EventParser parser;

    /** No type of the profile goes past the log, so that every event needs room there. */
    private final boolean onlyDurable;

    private final EventIds ids = new EventIds(new SecureRandom());
    private final IntakeLedger ledger;
    private final Quarantine quarantine = new Quarantine();
    private final AtomicInteger uncommitted = new AtomicInteger();
    private final AtomicLong receiptBytes = new AtomicLong();

    /**
     * @param sink gets accepted ephemeral events
     * @param clock wall clock, for timestamps
     * @param nanoClock monotonic clock, the start of delivery latencies
     */
    public Intake(
            IntakeConfig config,
            Profile profile,
            EventLog eventLog,
            EphemeralSink sink,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.config = config;
        this.eventLog = eventLog;
        this.sink = sink;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.parser = new EventParser(profile, config.maxEventBytes());
        this.onlyDurable = Stream.concat(profile.events().values().stream(), profile.unknownEvents().stream())
                .allMatch(EventType::durable);
        this.ledger = new IntakeLedger(profile.events().keySet());
    }

    /**
     * Takes events from a caller who waits for the outcome: all of them or none.
     *
     * @return completes when the events are what the submission wants to hear of (committed or received), or as soon
     *     as it is refused; never exceptionally
     */
    public CompletionStage<SubmitOutcome> submit(Submission submission) {
        var moment = new EventParser.Moment(clock.instant(), nanoClock.getAsLong());
        var events = EventSplitter.split(submission.body(), submission.format(), config.maxEventsPerRequest());
        ledger.receive(submission.source(), events.count());
        if (events.count() > config.maxEventsPerRequest()) {
            return refuse(
                    events.count(),
                    Refusal.TOO_MANY,
                    new SubmitOutcome.TooMany(events.count(), config.maxEventsPerRequest()));
        }
        if (onlyDurable && !hasRoomFor(events.count())) {
            return refuse(events.count(), Refusal.OVERLOADED, new SubmitOutcome.Busy(RETRY_AFTER));
        }
        var review = new Review(submission.scope(), ledger.tally(), events.count());
        for (int i = 0; i < events.count(); i++) {
            review.add(i, parser.parse(submission.body(), events.from(i), events.to(i), moment, ids::next));
        }
        SubmitOutcome objection = review.objection(events.problem());
        if (objection != null) {
            ledger.settle(review.tally);
            return CompletableFuture.completedFuture(objection);
        }
        return switch (submission.answer()) {
            case COMMITTED -> commit(review.accepted);
            case RECEIVED -> receive(review.accepted);
        };
    }

    /**
     * Takes events from a source that cannot be told, each by itself: invalid ones are quarantined, and those that do
     * not fit into {@link #room} are dropped, the last first.
     *
     * @return completes when every event is accounted for; never exceptionally
     */
    public CompletionStage<Void> acceptUntold(Source source, List<UntoldEvent> events) {
        var moment = new EventParser.Moment(clock.instant(), nanoClock.getAsLong());
        IntakeLedger.Tally tally = ledger.tally();
        ledger.receive(source, events.size());
        var accepted = new ArrayList<Event>(events.size());
        for (UntoldEvent event : events) {
            switch (parser.parse(event.bytes(), 0, event.bytes().length, moment, event::fallbackId)) {
                case Parsed.Accepted(Event good) -> accepted.add(good);
                case Parsed.Invalid invalid -> {
                    tally.quarantine(invalid.reason());
                    quarantine.add(moment.instant(), event, invalid);
                }
            }
        }
        return commitWhatFits(accepted, tally);
    }

    /** Counts events that a source lost before it could hand them over. */
    public void drop(Source source, Drop reason, int events) {
        ledger.drop(source, reason, events);
    }

    /** How many more durable events may wait for their commit. */
    public int room() {
        return Math.max(0, config.maxUncommitted() - uncommitted.get());
    }

    /** The intake book at this instant. */
    public IntakeBook book() {
        return ledger.book();
    }

    /** The latest invalid events of sources that cannot be told. */
    public Quarantine quarantine() {
        return quarantine;
    }

    private CompletionStage<SubmitOutcome> commit(List<Event> events) {
        List<Event> durable = durable(events);
        if (!reserve(durable.size())) {
            return refuse(events.size(), Refusal.OVERLOADED, new SubmitOutcome.Busy(RETRY_AFTER));
        }
        return append(durable).<SubmitOutcome>handle((appended, failure) -> {
            uncommitted.addAndGet(-durable.size());
            IntakeLedger.Tally tally = ledger.tally();
            if (appended == null) {
                logFailure(failure, durable.size());
                boolean full = isFull(failure);
                tally.refuse(full ? Refusal.LOG_FULL : Refusal.LOG_FAILED, events.size());
                ledger.settle(tally);
                return full ? new SubmitOutcome.Full(RETRY_AFTER) : new SubmitOutcome.Failed(RETRY_AFTER);
            }
            settle(events, durable, appended, tally);
            return new SubmitOutcome.Accepted(events.stream().map(Event::id).toList(), cursorBehind(events, appended));
        });
    }

    /** Answers without waiting for the commit; whoever was answered cannot be told any more. */
    private CompletionStage<SubmitOutcome> receive(List<Event> events) {
        List<Event> durable = durable(events);
        long bytes =
                durable.stream().mapToLong(event -> event.body().open().length).sum();
        if (!reserveReceipt(bytes)) {
            return refuse(events.size(), Refusal.OVERLOADED, new SubmitOutcome.Busy(RETRY_AFTER));
        }
        if (!reserve(durable.size())) {
            receiptBytes.addAndGet(-bytes);
            return refuse(events.size(), Refusal.OVERLOADED, new SubmitOutcome.Busy(RETRY_AFTER));
        }
        commitReserved(events, durable, ledger.tally()).whenComplete((_, _) -> receiptBytes.addAndGet(-bytes));
        return CompletableFuture.completedFuture(
                new SubmitOutcome.Accepted(events.stream().map(Event::id).toList(), Optional.empty()));
    }

    private CompletionStage<Void> commitWhatFits(List<Event> events, IntakeLedger.Tally tally) {
        int fitting = reserveUpTo(durable(events).size());
        List<Event> kept = firstDurable(events, fitting);
        tally.drop(Drop.OVERLOADED, events.size() - kept.size());
        return commitReserved(kept, durable(kept), tally);
    }

    /** Stores events whose source is not told what becomes of them. */
    private CompletionStage<Void> commitReserved(List<Event> kept, List<Event> durable, IntakeLedger.Tally tally) {
        return append(durable).handle((appended, failure) -> {
            uncommitted.addAndGet(-durable.size());
            if (appended == null) {
                logFailure(failure, durable.size());
                tally.drop(isFull(failure) ? Drop.LOG_FULL : Drop.LOG_FAILED, durable.size());
            }
            settle(kept, durable, appended == null ? List.of() : appended, tally);
            return null;
        });
    }

    private static boolean isFull(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof LogException refused && refused.reason() == LogException.Reason.FULL;
    }

    private CompletionStage<List<Appended>> append(List<Event> durable) {
        if (durable.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        try {
            return eventLog.append(durable);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Counts what the log said of the durable events and sends the ephemeral ones. */
    private void settle(List<Event> events, List<Event> durable, List<Appended> appended, IntakeLedger.Tally tally) {
        for (int i = 0; i < appended.size(); i++) {
            switch (appended.get(i)) {
                case Appended.Stored _ -> tally.logged(durable.get(i));
                case Appended.Duplicate _ -> tally.duplicate();
            }
        }
        if (durable.size() < events.size()) {
            send(events.stream().filter(event -> !event.durable()).toList(), tally);
        }
        ledger.settle(tally);
    }

    private void send(List<Event> ephemeral, IntakeLedger.Tally tally) {
        try {
            sink.onEphemeral(ephemeral);
            ephemeral.forEach(tally::ephemeral);
        } catch (RuntimeException e) {
            tally.drop(Drop.DELIVERY_FAILED, ephemeral.size());
            log.atError().setCause(e).addKeyValue("events", ephemeral.size()).log("ephemeral events not delivered");
        }
    }

    private CompletionStage<SubmitOutcome> refuse(int events, Refusal reason, SubmitOutcome outcome) {
        IntakeLedger.Tally tally = ledger.tally();
        tally.refuse(reason, events);
        ledger.settle(tally);
        return CompletableFuture.completedFuture(outcome);
    }

    private boolean reserve(int events) {
        int before = uncommitted.getAndAdd(events);
        if (fits(before, events)) {
            return true;
        }
        uncommitted.addAndGet(-events);
        return false;
    }

    private boolean reserveReceipt(long bytes) {
        long most = (long) RECEIPTS_OF_LONGEST_REQUESTS * config.maxRequestBytes();
        if (receiptBytes.getAndAdd(bytes) + bytes <= most) {
            return true;
        }
        receiptBytes.addAndGet(-bytes);
        return false;
    }

    /** Whether events would be turned away if they came to be stored now: parsing them first would be work for nothing. */
    private boolean hasRoomFor(int events) {
        return fits(uncommitted.get(), events);
    }

    /** A call larger than the whole bound may pass alone, or it could never pass. */
    private boolean fits(int before, int events) {
        return before == 0 || events == 0 || before + events <= config.maxUncommitted();
    }

    private int reserveUpTo(int events) {
        int before = uncommitted.getAndUpdate(now -> now + fitting(now, events));
        return fitting(before, events);
    }

    private int fitting(int before, int events) {
        return Math.clamp(config.maxUncommitted() - before, 0, events);
    }

    private static List<Event> durable(List<Event> events) {
        for (Event event : events) {
            if (!event.durable()) {
                return events.stream().filter(Event::durable).toList();
            }
        }
        return events;
    }

    /** The events without the durable ones after the first {@code max}. */
    private static List<Event> firstDurable(List<Event> events, int max) {
        var kept = new ArrayList<Event>(events.size());
        int left = max;
        for (Event event : events) {
            if (!event.durable() || left-- > 0) {
                kept.add(event);
            }
        }
        return kept;
    }

    private static Optional<Cursor> cursorBehind(List<Event> events, List<Appended> appended) {
        Event last = events.getLast();
        boolean oneTenant = events.stream().allMatch(event -> event.tenant().equals(last.tenant()));
        return oneTenant && last.durable()
                ? appended.stream().map(Appended::cursor).max(Cursor::compareTo)
                : Optional.empty();
    }

    private static void logFailure(@Nullable Throwable failure, int events) {
        log.atError()
                .addKeyValue("error", String.valueOf(failure))
                .addKeyValue("events", events)
                .log("the log did not store");
    }

    /** Takes accepted ephemeral events, in order. Thread-safe; must not block. */
    @FunctionalInterface
    public interface EphemeralSink {
        /** Delivers events that the log does not know. */
        void onEphemeral(List<Event> events);
    }

    /** An event whose publisher cannot be told. Immutable, as long as nobody writes to the bytes given. */
    public static final class UntoldEvent {
        private final byte[] bytes;
        private final String source;
        private final EventId fallbackId;

        /**
         * @param bytes one JSON object
         * @param source where it came from, for people
         * @param fallbackId its id when it carries none
         */
        public UntoldEvent(byte[] bytes, String source, EventId fallbackId) {
            this.bytes = bytes;
            this.source = source;
            this.fallbackId = fallbackId;
        }

        byte[] bytes() {
            return bytes;
        }

        String source() {
            return source;
        }

        EventId fallbackId() {
            return fallbackId;
        }
    }

    /** Gathers the verdicts on the events of one submission. Confined to the thread that handles it. */
    private static final class Review {
        private static final int MAX_LISTED = 50;

        private final Submission.Scope scope;
        private final IntakeLedger.Tally tally;
        private final List<Event> accepted;
        private final List<EventProblem> invalid = new ArrayList<>(0);
        private final List<EventProblem> forbidden = new ArrayList<>(0);
        private int invalidCount;
        private int forbiddenCount;
        private boolean onlyTooLarge = true;

        Review(Submission.Scope scope, IntakeLedger.Tally tally, int events) {
            this.scope = scope;
            this.tally = tally;
            this.accepted = new ArrayList<>(events);
        }

        void add(int index, Parsed parsed) {
            switch (parsed) {
                case Parsed.Accepted(Event event) -> {
                    accepted.add(event);
                    if (!scope.permits(event.tenant())) {
                        forbiddenCount++;
                        list(
                                forbidden,
                                new EventProblem(
                                        index, "tenant_id", event.tenant().value(), "a tenant of the API key"));
                    }
                }
                case Parsed.Invalid(Refusal reason, List<Parsed.FieldProblem> problems) -> {
                    tally.refuse(reason, 1);
                    onlyTooLarge &= reason == Refusal.TOO_LARGE;
                    invalidCount += problems.size();
                    problems.forEach(problem -> list(invalid, EventProblem.of(index, problem)));
                }
            }
        }

        /**
         * Why nothing can be accepted, with every event counted as refused; null when all are good.
         *
         * @param between what is wrong between the events
         */
        @Nullable
        SubmitOutcome objection(@Nullable EventProblem between) {
            int companions = accepted.size();
            if (between != null) {
                onlyTooLarge = false;
                invalidCount++;
                list(invalid, between);
                int blamed = Math.min(1, companions);
                tally.refuse(Refusal.MALFORMED, blamed);
                companions -= blamed;
            }
            if (invalidCount == 0 && companions == 0) {
                return new SubmitOutcome.Invalid(List.of(new EventProblem(0, "", "no event", "at least one event")), 0);
            }
            if (invalidCount > 0) {
                tally.refuse(Refusal.COMPANION, companions);
                int more = invalidCount - invalid.size();
                return onlyTooLarge
                        ? new SubmitOutcome.TooLarge(invalid, more)
                        : new SubmitOutcome.Invalid(invalid, more);
            }
            if (forbiddenCount > 0) {
                tally.refuse(Refusal.FORBIDDEN, forbiddenCount);
                tally.refuse(Refusal.COMPANION, companions - forbiddenCount);
                return new SubmitOutcome.Forbidden(forbidden, forbiddenCount - forbidden.size());
            }
            return null;
        }

        private static void list(List<EventProblem> listed, EventProblem problem) {
            if (listed.size() < MAX_LISTED) {
                listed.add(problem);
            }
        }
    }
}

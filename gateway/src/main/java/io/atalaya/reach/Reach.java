package io.atalaya.reach;

import io.atalaya.ack.AckDesk;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.AckStore.Receipt;
import io.atalaya.event.TenantId;
import io.atalaya.hub.Hub;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.profile.EventType;
import io.atalaya.progress.Attendance;
import io.atalaya.progress.Progress;
import io.atalaya.routing.EventRoutes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Gathers what became of one event at everyone of its tenant. Immutable; made of thread-safe parts. */
public final class Reach {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final EventRoutes routes;
    private final Hub hub;
    private final AckDesk desk;
    private final InstantSource clock;
    private final Instant since;

    /** @param clock wall clock; what happened before its reading now is not known */
    public Reach(EventRoutes routes, Hub hub, AckDesk desk, InstantSource clock) {
        this.routes = routes;
        this.hub = hub;
        this.desk = desk;
        this.clock = clock;
        this.since = clock.instant();
    }

    /**
     * What became of an event. Immutable.
     *
     * @param acknowledged whether the event's type asks for acknowledgements
     * @param receipts who got it, of such a type: exactly, wherever they were connected
     * @param sessions everyone else of the tenant who is, or was lately, connected to this gateway
     * @param coverage what that is about
     */
    public record Report(
            Entry entry, boolean acknowledged, List<Receipt> receipts, List<Judged> sessions, Coverage coverage) {}

    /** A session and what became of the event there. Immutable. */
    public record Judged(Progress session, Verdict verdict) {}

    /**
     * How much of the truth an answer is. Immutable.
     *
     * @param asked when it was
     * @param since when this process began to know
     * @param loops event loops that were asked
     * @param answered those that answered in time
     * @param departuresSince sessions that ended before it are not remembered
     * @param refusedFanouts events that reached nobody, because of the limit of fan-outs a second
     */
    public record Coverage(
            Instant asked, Instant since, int loops, int answered, Instant departuresSince, long refusedFanouts) {}

    /** What became of {@code entry}. May block: for the store of acknowledgements, and a second for busy event loops. */
    public Report of(Entry entry) {
        TenantId tenant = entry.event().tenant();
        EventType rule = routes.ruleOf(entry.event());
        List<CompletableFuture<Attendance>> asked = hub.attendance(tenant);
        boolean acknowledged = rule.ack().isPresent();
        List<Receipt> receipts =
                acknowledged ? desk.receipts(tenant, entry.event().id()) : List.of();
        List<Attendance> answers = inTime(asked);
        Instant now = clock.instant();
        var judge = new Judge(entry, routes.topicsOf(entry.event()), rule.slow(), now);
        Set<Who> known = new HashSet<>();
        receipts.forEach(receipt -> known.add(Who.of(receipt.recipient())));
        var sessions = new ArrayList<Judged>();
        for (Attendance attendance : answers) {
            add(attendance.present(), judge, known, sessions);
            add(attendance.departed(), judge, known, sessions);
        }
        Instant departuresSince = answers.stream()
                .flatMap(answer -> answer.forgottenUntil().stream())
                .reduce(since, (one, other) -> one.isAfter(other) ? one : other);
        var coverage = new Coverage(
                now,
                since,
                asked.size(),
                answers.size(),
                departuresSince,
                hub.router().totals().rateLimited());
        return new Report(entry, acknowledged, receipts, sessions, coverage);
    }

    private record Who(String scheme, String subject) {
        static Who of(io.atalaya.ack.Recipient recipient) {
            return new Who(recipient.scheme(), recipient.subject());
        }

        static Who of(Progress session) {
            return new Who(session.principal().scheme(), session.principal().subject());
        }
    }

    /** Of whom there is a receipt, the receipt speaks. */
    private static void add(List<Progress> some, Judge judge, Set<Who> known, List<Judged> all) {
        for (Progress session : some) {
            if (!known.contains(Who.of(session))) {
                all.add(new Judged(session, judge.of(session)));
            }
        }
    }

    /** Those that came within the patience; a loop that is busier is left out, and the answer says so. */
    private static List<Attendance> inTime(List<CompletableFuture<Attendance>> asked) {
        try {
            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException _) {
            // some are missing
        }
        return asked.stream()
                .filter(answer -> answer.isDone() && !answer.isCompletedExceptionally())
                .map(CompletableFuture::join)
                .toList();
    }

    /** The state of a receipt, in the terms of its store. */
    static Optional<Instant> settled(Receipt receipt) {
        return receipt.state() == AckStore.State.AWAITING
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(receipt.settledMillis()));
    }
}

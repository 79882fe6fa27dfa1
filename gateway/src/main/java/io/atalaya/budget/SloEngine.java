package io.atalaya.budget;

import io.atalaya.budget.Tally.Step;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Keeps the budgets of all objectives. Confined to the thread that ticks it; {@link #report} is published for everybody.
 *
 * <p>It is told the time and looks at what scrapers see, so that it can be run in any time. A tick every ten seconds is
 * what its windows are made for. Time that it did not see counts as down for objectives that count time: nobody was
 * there to serve.
 */
public final class SloEngine {
    /** How often it wants to look. */
    public static final Duration TICK = Duration.ofSeconds(10);

    /** Looking away for longer is down time. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final SloFile file;
    private final List<Account> accounts;
    private final Map<String, Instant> paused = new HashMap<>();
    private volatile SloReport report;

    /** @param start when counting begins, unless a saved state says otherwise */
    public SloEngine(SloFile file, Instant start) {
        this.file = file;
        this.accounts = file.objectives().stream()
                .map(slo -> new Account(slo, file.zone(), start, goal(slo)))
                .toList();
        this.report = reported(start);
    }

    private Optional<Duration> goal(Slo slo) {
        return Optional.ofNullable(file.services().get(slo.service())).flatMap(SloFile.Service::rto);
    }

    /** Looks at what is measured. */
    public TickRecord tick(Instant now, Measurements measurements) {
        return each(now, account -> account.look(now, measurements));
    }

    /** What is measured could not be had: then it was not up either. */
    public TickRecord miss(Instant now) {
        return each(now, account -> down(account, now));
    }

    private TickRecord each(Instant now, Function<Account, Step> look) {
        paused.values().removeIf(until -> !now.isBefore(until));
        var steps = new ArrayList<TickRecord.Entry>();
        for (Account account : accounts) {
            if (account.measured()) {
                steps.addAll(advance(account, now, look));
            }
        }
        report = reported(now);
        return new TickRecord(now, steps);
    }

    private List<TickRecord.Entry> advance(Account account, Instant now, Function<Account, Step> look) {
        var entries = new ArrayList<TickRecord.Entry>(1);
        Instant lookedAway = now.minus(TICK);
        if (Duration.between(account.now(), now).compareTo(SILENCE) > 0) {
            entries.add(counted(account, lookedAway, down(account, lookedAway), true));
        }
        Step step = look.apply(account);
        entries.add(counted(account, now, step, false));
        account.judge(now, excluded(account.slo(), now));
        return entries;
    }

    private TickRecord.Entry counted(Account account, Instant now, Step step, boolean even) {
        boolean excluded = excluded(account.slo(), now);
        if (excluded) {
            account.exclude(now, step.total());
        } else {
            account.count(now, step, even);
            account.notice(step);
        }
        return new TickRecord.Entry(account.slo().id(), now, step.bad(), step.total(), even, excluded);
    }

    /** Nothing was up since the last look; of events nothing is known. */
    private static Step down(Account account, Instant until) {
        long elapsed = Math.max(0, Duration.between(account.now(), until).toMillis());
        return account.slo().countsTime() && account.begun() ? new Step(elapsed, elapsed) : Step.NONE;
    }

    /**
     * The process has come back after having been away since the last tick of its saved state.
     *
     * @param planned whether it had been asked to stop: then a short absence does not count
     */
    public void resume(Instant now, boolean planned) {
        for (Account account : accounts) {
            if (!account.measured() || !account.begun()) {
                continue;
            }
            Step away = down(account, now);
            Duration absence = Duration.between(account.now(), now);
            if (planned && absence.compareTo(file.plannedStop()) <= 0) {
                account.exclude(now, away.total());
            } else {
                awayUntil(account, now);
            }
        }
        report = reported(now);
    }

    /** Minute by minute, because maintenance may have covered some of them. */
    private void awayUntil(Account account, Instant now) {
        Instant end = now;
        boolean maintained = file.maintenance().stream()
                .anyMatch(
                        window -> window.from().isBefore(end) && window.until().isAfter(account.now()));
        while (maintained && account.now().plus(SILENCE).isBefore(now)) {
            Instant next = account.now().plus(SILENCE);
            counted(account, next, down(account, next), true);
        }
        counted(account, now, down(account, now), true);
    }

    private boolean excluded(Slo slo, Instant now) {
        return paused.containsKey("")
                || paused.containsKey(slo.service())
                || file.maintenance().stream().anyMatch(window -> window.covers(slo.service(), now));
    }

    /**
     * Nothing that a service does counts until then.
     *
     * @param service all services when empty
     */
    public void pause(String service, Instant until) {
        paused.put(service, until);
    }

    /** Counts again before the pause is over. */
    public void unpause(String service) {
        paused.remove(service);
    }

    /** How all objectives stood at the last tick. Callable by any thread. */
    public SloReport report() {
        return report;
    }

    private SloReport reported(Instant now) {
        return new SloReport(
                file,
                now,
                accounts.stream()
                        .map(account -> account.status(excluded(account.slo(), now)))
                        .toList(),
                paused);
    }

    /** What is kept, for the store. */
    List<Account> accounts() {
        return accounts;
    }

    /** Pauses in effect, for the store. */
    Map<String, Instant> paused() {
        return paused;
    }

    /** Counts again what a journal tells. */
    void replay(TickRecord record) {
        var byId = new HashMap<String, Account>();
        accounts.forEach(account -> byId.put(account.slo().id(), account));
        for (TickRecord.Entry entry : record.entries()) {
            Account account = byId.get(entry.id());
            if (account != null && entry.at().isAfter(account.now())) {
                if (entry.excluded()) {
                    account.exclude(entry.at(), entry.total());
                } else {
                    account.count(entry.at(), new Step(entry.bad(), entry.total()), entry.even());
                }
                account.judge(entry.at(), entry.excluded());
            }
        }
    }
}

package io.atalaya.hub;

import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.profile.Endpoint;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who may still open a session: the bound of the process and the bound of each subject. Thread-safe by atomic counts;
 * a count that returns to zero leaves nothing behind.
 */
public final class Admission {
    private final HubConfig config;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<Subject, Integer> bySubject = new ConcurrentHashMap<>();

    private record Subject(Endpoint.SessionsPer per, TenantId tenant, String name) {}

    /** What came of asking for a session. */
    public sealed interface Outcome {
        /** Granted; the holder must release it exactly when the session has ended. */
        record Granted(Slot slot) implements Outcome {}

        /** The process is full. */
        record ProcessFull() implements Outcome {}

        /** The subject has all its sessions. */
        record SubjectFull() implements Outcome {}
    }

    /** The right to one session. Thread-safe; releasing twice counts once. */
    public final class Slot {
        private final Subject subject;
        private final AtomicBoolean released = new AtomicBoolean();

        private Slot(Subject subject) {
            this.subject = subject;
        }

        /** Gives the right back. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                total.decrementAndGet();
                giveBack(subject);
            }
        }
    }

    public Admission(HubConfig config) {
        this.config = config;
    }

    /** Asks for one more session of {@code principal}. */
    public Outcome ask(Endpoint endpoint, Principal principal) {
        var subject = new Subject(endpoint.sessionsPer(), principal.tenant(), principal.subject());
        // the subject first: one that is full must not hold a place of the process even for a moment
        if (!takeOne(subject, limitOf(endpoint.sessionsPer()))) {
            return new Outcome.SubjectFull();
        }
        if (!takeOneOfAll()) {
            giveBack(subject);
            return new Outcome.ProcessFull();
        }
        return new Outcome.Granted(new Slot(subject));
    }

    private boolean takeOneOfAll() {
        int most = config.maxConnections();
        return total.getAndUpdate(have -> have < most ? have + 1 : have) < most;
    }

    private void giveBack(Subject subject) {
        bySubject.computeIfPresent(subject, (_, count) -> count == 1 ? null : count - 1);
    }

    private boolean takeOne(Subject subject, int limit) {
        while (limit > 0) {
            Integer have = bySubject.putIfAbsent(subject, 1);
            if (have == null) {
                return true;
            }
            if (have >= limit) {
                return false;
            }
            if (bySubject.replace(subject, have, have + 1)) {
                return true;
            }
        }
        return false;
    }

    private int limitOf(Endpoint.SessionsPer per) {
        return switch (per) {
            case USER -> config.maxPerUser();
            case TABLE -> config.maxPerTable();
        };
    }

    /** Sessions granted and not yet released. */
    public int total() {
        return total.get();
    }

    /** Subjects with at least one session. */
    public int subjects() {
        return bySubject.size();
    }
}

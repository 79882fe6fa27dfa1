package io.atalaya.edge.sse;

import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.hub.HubConfig;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Endpoint.SessionsPer;
import io.atalaya.rate.SlidingWindows;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often the readers of streams may acknowledge: as often as a session may say something over its WebSocket. Immutable
 * and thread-safe, as its windows are.
 *
 * <p>Each client has the limit of a session, and all clients of one user or table, whatever number they claim to be, that
 * of the sessions that it may have.
 */
final class AckPace {
    private static final int MOST_AT_A_TIME = 50_000;

    private final HubConfig limits;
    private final LongSupplier nanoClock;
    private final SlidingWindows<Client> clients;
    private final SlidingWindows<Subject> users;
    private final SlidingWindows<Subject> tables;

    private record Subject(TenantId tenant, String scheme, String name) {}

    private record Client(Subject subject, String id) {}

    AckPace(HubConfig limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.clients = windows(1);
        this.users = windows(limits.maxPerUser());
        this.tables = windows(limits.maxPerTable());
    }

    private <K> SlidingWindows<K> windows(int sessions) {
        long messages = (long) limits.messagesPerWindow() * sessions;
        return new SlidingWindows<>(
                Math.clamp(messages, 0, Integer.MAX_VALUE),
                limits.messageWindow().toNanos(),
                MOST_AT_A_TIME,
                nanoClock.getAsLong());
    }

    /** Whether a request that acknowledges is within the limits; if so it counts. */
    boolean allows(Endpoint endpoint, Principal principal, String clientId) {
        long nowNanos = nanoClock.getAsLong();
        var subject = new Subject(principal.tenant(), principal.scheme(), principal.subject());
        // the subject first: one that has said enough makes no windows for further clients
        return ofSubjects(endpoint.sessionsPer()).allows(subject, nowNanos)
                && clients.allows(new Client(subject, clientId), nowNanos);
    }

    private SlidingWindows<Subject> ofSubjects(SessionsPer per) {
        return switch (per) {
            case USER -> users;
            case TABLE -> tables;
        };
    }

    /** What a client keeps to. */
    int messages() {
        return limits.messagesPerWindow();
    }

    /** Within what time. */
    Duration window() {
        return limits.messageWindow();
    }
}

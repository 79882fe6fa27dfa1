package io.atalaya.recovery;

import io.atalaya.ack.AckDesk;
import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Waiting;
import io.atalaya.ack.Recipient;
import io.atalaya.event.EventId;
import io.atalaya.profile.EventType;
import io.atalaya.routing.EventRoutes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is there to acknowledge, and what has to be sent again. Thread-safe: a concurrent map of immutable lists, and the
 * desk.
 */
final class Acknowledgements {
    private static final int DUE_AT_ONCE = 1_000;

    private final AckDesk desk;
    private final EventRoutes routes;
    private final InstantSource clock;
    private final Map<Recipient, List<AckedSession>> open = new ConcurrentHashMap<>();

    Acknowledgements(AckDesk desk, EventRoutes routes, InstantSource clock) {
        this.desk = desk;
        this.routes = routes;
        this.clock = clock;
    }

    AckDesk desk() {
        return desk;
    }

    void onOpened(AckedSession session) {
        open.merge(session.recipient(), List.of(session), Acknowledgements::concat);
    }

    private static List<AckedSession> concat(List<AckedSession> some, List<AckedSession> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    void onClosed(AckedSession session) {
        open.computeIfPresent(session.recipient(), (_, sessions) -> {
            List<AckedSession> rest =
                    sessions.stream().filter(other -> other != session).toList();
            return rest.isEmpty() ? null : rest;
        });
    }

    /** A recipient has an event. What is no id, or not waited for, is ignored. */
    void acknowledge(Recipient recipient, String id) {
        if (EventId.isValid(id)) {
            desk.report(new Change.Acknowledged(recipient, new EventId(id), clock.millis()));
        }
    }

    /** Recipients with an open session. */
    int recipients() {
        return open.size();
    }

    /** To be called now and then: expires what was awaited for too long, and sends again what is due. */
    void onTick() {
        desk.due(clock.millis(), DUE_AT_ONCE, due -> due.forEach(this::sendAgain));
    }

    /** To the newest session; a recipient that is not there gets it first when it comes back. */
    private void sendAgain(Waiting waiting) {
        List<AckedSession> sessions = open.getOrDefault(waiting.recipient(), List.of());
        if (sessions.isEmpty()) {
            desk.report(due(waiting, Long.MAX_VALUE));
        } else {
            postpone(waiting);
            sessions.getLast().sendAgain(waiting);
        }
    }

    /** The event is sent again now; the next time is a time-out away. */
    void postpone(Waiting waiting) {
        EventType.Ack ack = routes.ruleOf(waiting.entry().event()).ack().orElse(EventType.Ack.DEFAULT);
        desk.report(due(waiting, clock.millis() + ack.timeout().toMillis()));
    }

    private static Change due(Waiting waiting, long dueMillis) {
        return new Change.Due(waiting.recipient(), waiting.entry().event().id(), dueMillis);
    }
}

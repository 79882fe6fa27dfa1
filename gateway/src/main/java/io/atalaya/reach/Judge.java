package io.atalaya.reach;

import io.atalaya.event.Cursor;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.profile.EventType.SlowPolicy;
import io.atalaya.progress.Progress;
import io.atalaya.progress.Progress.End;
import io.atalaya.reach.Verdict.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides from how far a session has got whether it got one event. Immutable. Events are delivered in log order, so what
 * stands before the position that a socket has accepted was sent, if it was for the session at all; whatever makes that
 * conclusion unsafe is answered as uncertain, with the reason.
 *
 * @param topics where the event goes
 * @param slow what may happen to it where a client reads too slowly
 */
record Judge(Entry entry, List<Topic> topics, SlowPolicy slow, Instant now) {
    /** Times of different clocks, and of an event and what follows from it, are not compared more closely. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** How long an event may be under way inside the gateway. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(10);

    Verdict of(Progress session) {
        Instant stored = stored();
        Optional<End> end = session.lifetime().end();
        boolean changed =
                session.lifetime().subscribed().isAfter(session.lifetime().joined());
        boolean changedSince =
                changed && !stored.isAfter(session.lifetime().subscribed().plus(TOLERANCE));
        if (end.isPresent() && stored.isAfter(end.get().at().plus(TOLERANCE))) {
            return new Verdict(
                    State.LEFT_BEFORE,
                    "it ended before the event was stored: " + end.get().reason());
        }
        if (changedSince && stored.plus(TOLERANCE).isAfter(session.lifetime().joined())) {
            return uncertain(
                    "its topics have changed since, at " + session.lifetime().subscribed());
        }
        if (!session.isOneOf(topics)) {
            return new Verdict(State.NOT_ADDRESSED, "none of its topics is one of the event's");
        }
        Optional<Cursor> start = session.start();
        if (start.isEmpty() || start.get().epoch() != entry.cursor().epoch()) {
            return uncertain("its positions are not of this log's present epoch");
        }
        return entry.cursor().offset() <= start.get().offset() ? beforeStart(session) : afterStart(session);
    }

    private Instant stored() {
        return Instant.ofEpochMilli(entry.atMillis());
    }

    private Verdict beforeStart(Progress session) {
        Instant joined = session.lifetime().joined();
        return stored().isAfter(joined.minus(TOLERANCE))
                ? uncertain("the event was stored at the moment at which it joined")
                : new Verdict(State.BEFORE_START, "it joined at %s, behind the event".formatted(joined));
    }

    private Verdict afterStart(Progress session) {
        if (entry.cursor().offset() <= session.through()) {
            return session.givenUp() > 0 && !(slow instanceof SlowPolicy.Close)
                    ? uncertain(
                            "it read slowly and was spared %d deliveries; this may be one".formatted(session.givenUp()))
                    : new Verdict(State.SENT, "");
        }
        if (session.lifetime().end().isPresent()) {
            End end = session.lifetime().end().get();
            return new Verdict(State.NOT_SENT, "its socket had not accepted it when it ended: " + end.reason());
        }
        if (session.lifetime().replaying()) {
            return new Verdict(State.PENDING, "the replay has not come to it yet");
        }
        if (session.pending() > 0) {
            return new Verdict(State.PENDING, "%d deliveries wait for its socket".formatted(session.pending()));
        }
        return stored().plus(UNDER_WAY).isAfter(now)
                ? new Verdict(State.PENDING, "it is on its way through the gateway")
                : uncertain("nothing as late as it has come to the session");
    }

    private static Verdict uncertain(String reason) {
        return new Verdict(State.UNCERTAIN, reason);
    }
}

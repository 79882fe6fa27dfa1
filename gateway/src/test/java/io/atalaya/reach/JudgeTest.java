package io.atalaya.reach;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.Principal;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.profile.EventType.SlowPolicy;
import io.atalaya.progress.Progress;
import io.atalaya.progress.Progress.End;
import io.atalaya.progress.Progress.Lifetime;
import io.atalaya.reach.Verdict.State;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final long EPOCH = 7;
    private static final TenantId TENANT = new TenantId("1");
    private static final Topic ROOM = new Topic(TENANT, "room", List.of("1"));
    private static final Topic HALL = new Topic(TENANT, "room", List.of("2"));
    private static final Instant STORED = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant BEFORE = STORED.minusSeconds(60);
    private static final Instant AFTER = STORED.plusSeconds(60);

    private final Judge judge = judge(new SlowPolicy.Close(), AFTER);

    private static Judge judge(SlowPolicy slow, Instant now) {
        var body = new Event.Body("{".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var event = new Event(TENANT, new EventId("e"), "T", Map.of("room_id", "1"), body, STORED, 0, true);
        return new Judge(new Entry(new Cursor(EPOCH, 10), STORED.toEpochMilli(), event), List.of(ROOM), slow, now);
    }

    /** A session that joined before the event, behind position 5. Confined to one test. */
    private static final class Session {
        private Instant joined = BEFORE;
        private Instant subscribed = BEFORE;
        private Topic topic = ROOM;
        private Cursor start = new Cursor(EPOCH, 5);
        private long through = 8;
        private boolean replaying;
        private int pending;
        private int givenUp;
        private @Nullable End end;

        private Progress progress() {
            var principal =
                    new Principal(TENANT, "anna", "staff", Set.of(), Map.of(), null, Instant.EPOCH, Instant.MAX);
            return new Progress(
                    1,
                    "staff",
                    principal,
                    Set.of(topic),
                    new Lifetime(joined, subscribed, replaying, Optional.ofNullable(end)),
                    Optional.of(start),
                    through,
                    Optional.of(AFTER),
                    pending,
                    givenUp);
        }
    }

    private State of(Session session) {
        return judge.of(session.progress()).state();
    }

    @Test
    void whatTheSocketHasAcceptedWasSent() {
        var session = new Session();
        session.through = 10;

        assertThat(judge.of(session.progress())).isEqualTo(new Verdict(State.SENT, ""));
    }

    @Test
    void whatWaitsForTheSocketOrTheReplayIsPending() {
        var slow = new Session();
        slow.pending = 3;
        var replayed = new Session();
        replayed.replaying = true;

        assertThat(judge.of(slow.progress())).isEqualTo(new Verdict(State.PENDING, "3 deliveries wait for its socket"));
        assertThat(of(replayed)).isEqualTo(State.PENDING);
    }

    @Test
    void whatHasNotComeIsOnItsWayForAWhileAndThenUncertain() {
        var session = new Session();

        assertThat(judge(new SlowPolicy.Close(), STORED.plusSeconds(2))
                        .of(session.progress())
                        .state())
                .isEqualTo(State.PENDING);
        assertThat(of(session)).isEqualTo(State.UNCERTAIN);
    }

    @Test
    void whoJoinsBehindTheEventDidNotGetIt() {
        var session = new Session();
        session.joined = AFTER;
        session.subscribed = AFTER;
        session.start = new Cursor(EPOCH, 12);
        session.through = 20;

        assertThat(of(session)).isEqualTo(State.BEFORE_START);
    }

    @Test
    void whoAskedForWhatWasBeforeGotIt() {
        var session = new Session();
        session.joined = AFTER;
        session.subscribed = AFTER;
        session.through = 20;

        assertThat(of(session)).isEqualTo(State.SENT);
    }

    @Test
    void atTheMomentOfTheJoinNobodyKnows() {
        var session = new Session();
        session.joined = STORED.plusMillis(100);
        session.subscribed = session.joined;
        session.start = new Cursor(EPOCH, 10);

        assertThat(of(session)).isEqualTo(State.UNCERTAIN);
    }

    @Test
    void whoIsInNoAudienceIsNotAddressed() {
        var session = new Session();
        session.topic = HALL;
        session.through = 20;

        assertThat(of(session)).isEqualTo(State.NOT_ADDRESSED);
    }

    @Test
    void todaysTopicsDoNotDecideWhatWasBeforeTheyChanged() {
        for (Topic topic : List.of(ROOM, HALL)) {
            var session = new Session();
            session.topic = topic;
            session.subscribed = AFTER;
            session.through = 20;

            assertThat(of(session)).as("%s", topic).isEqualTo(State.UNCERTAIN);
        }
    }

    @Test
    void whereEventsMayBeGivenUpASlowReaderMayLackOne() {
        var session = new Session();
        session.through = 20;
        session.givenUp = 1;

        assertThat(judge(new SlowPolicy.DropOldest(), AFTER)
                        .of(session.progress())
                        .state())
                .isEqualTo(State.UNCERTAIN);
        assertThat(of(session)).as("events of this type are never given up").isEqualTo(State.SENT);
    }

    @Test
    void whoLeftGotWhatItsSocketHadAccepted() {
        var session = new Session();
        session.end = new End(AFTER, "connection_lost");
        session.pending = 2;
        assertThat(judge.of(session.progress()).reason()).contains("connection_lost");
        assertThat(of(session)).isEqualTo(State.NOT_SENT);

        session.through = 10;
        assertThat(of(session)).isEqualTo(State.SENT);

        session.end = new End(BEFORE, "shutdown");
        assertThat(of(session)).isEqualTo(State.LEFT_BEFORE);
    }

    @Test
    void positionsOfAnotherEpochSayNothing() {
        var session = new Session();
        session.start = new Cursor(EPOCH + 1, 5);
        session.through = 20;

        assertThat(of(session)).isEqualTo(State.UNCERTAIN);
    }
}

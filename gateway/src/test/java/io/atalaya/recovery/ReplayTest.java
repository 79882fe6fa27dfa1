package io.atalaya.recovery;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.recovery.RecoveryRig.text;
import static io.atalaya.recovery.RecoveryRig.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.hub.HubRig;
import io.atalaya.hub.Session;
import io.atalaya.hub.TestSocket;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTest {
    private RecoveryRig rig = new RecoveryRig();

    @AfterEach
    void nothingIsLeft() {
        rig.close();
    }

    private void restart(RecoveryRig other) {
        rig.close();
        rig = other;
    }

    private static String cursor(EventLog.Entry entry) {
        return entry.cursor().toString();
    }

    @Test
    void aClientGetsWhatItMissedAndThenWhatHappens() {
        var missed = rig.commitAll(3);
        TestSocket socket = rig.hub.socket();

        rig.join(socket, cursor(missed.get(0)), all());
        rig.run();
        var next = rig.commitAll(2);
        rig.run();

        var expected = new ArrayList<>(missed.subList(1, 3));
        expected.addAll(next);
        assertThat(socket.texts()).isEqualTo(texts(expected));
        assertThat(rig.book().matched()).isEqualTo(new DeliveryBook.Matched(2, 2, 0));
        assertThat(rig.book().sent()).isEqualTo(4);
        assertThat(rig.recovery.totals().completed()).isEqualTo(1);
    }

    @Test
    void withoutSinceThereIsSilence() {
        rig.commitAll(3);
        TestSocket socket = rig.hub.socket();

        rig.join(socket, "", all());
        rig.run();

        assertThat(socket.receivedBytes()).isZero();
        assertThat(rig.recovery.totals().started()).isZero();
    }

    @Test
    void sinceNowTellsThePositionFirstAndBeginsBehindIt() {
        var before = rig.commitAll(2);
        TestSocket socket = rig.hub.socket();

        rig.join(socket, "now", all());
        var next = rig.commitAll(1);
        rig.run();

        assertThat(socket.texts())
                .containsExactly(
                        "{\"type\":\"position\",\"cursor\":\"" + cursor(before.getLast()) + "\"}",
                        text(next.getFirst()));
    }

    @Test
    void aPositionIsGoodForResumingBeforeTheFirstEvent() {
        TestSocket first = rig.hub.socket();
        rig.join(first, "now", all());
        rig.run();
        String position = first.texts().getFirst().replaceAll(".*\"cursor\":\"([^\"]+)\".*", "$1");
        first.reset();
        var missed = rig.commitAll(2);

        TestSocket second = rig.hub.socket();
        rig.join(second, position, all());
        rig.run();

        assertThat(second.texts()).isEqualTo(texts(missed));
    }

    @Test
    void onlyWhatTheSessionMaySeeIsReplayed() {
        rig.commit("ROOM", "2");
        var mine = rig.commit("ROOM", "1");
        rig.commit(rig.event(new TenantId("2"), "ROOM", "1", true));
        rig.commit("NOBODY", "");
        var everyone = rig.commit("BOTH", "2");
        TestSocket socket = rig.hub.socket();

        rig.join(socket, new Cursor(HubRig.EPOCH, 0).toString(), all(), room("1"));
        rig.run();

        assertThat(socket.texts()).containsExactly(text(mine), text(everyone));
    }

    @Test
    void whatIsCommittedDuringAReplayComesOnceAndInOrder() {
        var events = new ArrayList<>(rig.commitAll(3_000));
        TestSocket socket = rig.hub.socket();
        rig.join(socket, cursor(events.removeFirst()), all());

        while (rig.recovery.totals().active() > 0) {
            events.addAll(rig.commitAll(10));
            rig.hub.run();
            rig.work();
            events.addAll(rig.commitAll(10));
            rig.hub.run();
        }
        events.addAll(rig.commitAll(10));
        rig.run();

        assertThat(socket.texts()).isEqualTo(texts(events));
        assertThat(rig.book().matched().replay()).isGreaterThan(3_000);
        assertThat(rig.book().duplicate()).as("left to the replay").isPositive();
    }

    @Test
    void whatIsOnItsWayAtTheHandOverIsNotDeliveredTwice() {
        var missed = rig.commitAll(2);
        TestSocket socket = rig.hub.socket();
        rig.join(socket, cursor(missed.getFirst()), all());
        var behind = rig.commit("ALL", ""); // waits in the shard's inbox while the replay reads it
        rig.work();
        rig.run();

        assertThat(socket.texts()).containsExactly(text(missed.get(1)), text(behind));
        assertThat(rig.book().duplicate()).isEqualTo(1);
    }

    @Test
    void ephemeralEventsGoOutLiveMeanwhileAndAfterwards() {
        var missed = rig.commitAll(2);
        TestSocket socket = rig.hub.socket();
        rig.join(socket, cursor(missed.getFirst()), all());

        Event meanwhile = rig.publishEphemeral("ALL", "");
        rig.hub.run();
        rig.run();
        Event afterwards = rig.publishEphemeral("ALL", "");
        rig.run();

        assertThat(socket.texts()).containsExactly(text(meanwhile), text(missed.get(1)), text(afterwards));
    }

    @Test
    void aCursorThatIsTooOldIsAnsweredByAGapAndTheRest() {
        restart(new RecoveryRig(RecoveryRig.bounds(3)));
        var events = rig.commitAll(10);
        TestSocket socket = rig.hub.socket();

        rig.join(socket, cursor(events.getFirst()), all());
        rig.run();

        var expected = new ArrayList<String>();
        expected.add(gap("retention", cursor(events.get(6))));
        expected.addAll(texts(events.subList(7, 10)));
        assertThat(socket.texts()).isEqualTo(expected);
        assertThat(rig.recovery.totals().gaps()).containsEntry(Slice.Reason.RETENTION, 1L);
    }

    @Test
    void aCursorAheadOfTheHeadIsAnsweredByAGapAndLiveDelivery() {
        var events = rig.commitAll(2);
        TestSocket socket = rig.hub.socket();

        rig.join(socket, new Cursor(HubRig.EPOCH, 99).toString(), all());
        rig.run();
        var next = rig.commitAll(1);
        rig.run();

        assertThat(socket.texts()).containsExactly(gap("ahead", cursor(events.getLast())), text(next.getFirst()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8-1", "nonsense", "now ", "7", "7-", "-1", "7--1", "NOW", "zzzzzzzzzzzzzzz-1"})
    void aCursorOfAnotherEpochOrOfNoneIsAnsweredByAGapAndAllThereIs(String since) {
        var events = rig.commitAll(2);
        TestSocket socket = rig.hub.socket();

        rig.join(socket, since, all());
        rig.run();

        assertThat(socket.texts()).containsExactly(gap("epoch", "7-0"), text(events.get(0)), text(events.get(1)));
    }

    private static String gap(String reason, String cursor) {
        return "{\"type\":\"gap\",\"reason\":\"" + reason + "\",\"cursor\":\"" + cursor + "\"}";
    }

    @Test
    void whatIsForgottenDuringAReplayIsAnsweredByAGapToo() {
        restart(new RecoveryRig(RecoveryRig.bounds(2_000)));
        var events = rig.commitAll(2_000);
        TestSocket socket = rig.hub.socket();
        rig.join(socket, new Cursor(HubRig.EPOCH, 0).toString(), all());
        rig.work();
        rig.hub.run();
        int replayed = socket.texts().size();
        assertThat(replayed).isBetween(1, 1_999);

        var later = rig.commitAll(2_000);
        rig.run();

        var texts = socket.texts();
        assertThat(texts.subList(0, replayed)).isEqualTo(texts(events.subList(0, replayed)));
        assertThat(texts.get(replayed)).isEqualTo(gap("retention", cursor(events.getLast())));
        assertThat(texts.subList(replayed + 1, texts.size())).isEqualTo(texts(later));
    }

    @Test
    void aStalledReaderIsReplayedToSlowlyAndNotClosed() {
        restart(new RecoveryRig(
                HubRig.limits(4_096, 50_000, 0), RecoveryRig.bounds(100_000), RecoveryConfig.defaults()));
        var events = rig.commitAll(1_000);
        TestSocket socket = rig.hub.socket();
        socket.acceptOnly(0);
        Session session = rig.join(socket, new Cursor(HubRig.EPOCH, 0).toString(), all());
        rig.run();
        int readings = rig.log.readings;

        events.addAll(rig.commitAll(1_000));
        rig.pass(Duration.ofSeconds(30));

        assertThat(session.hasEnded()).isFalse();
        assertThat(rig.log.readings)
                .as("nothing is read for a socket that takes nothing")
                .isEqualTo(readings);
        assertThat(rig.book().pending()).isBetween(1L, 100L);
        for (int i = 0; i < 2_000; i++) {
            socket.acceptOnly(100);
            rig.settle();
        }
        assertThat(socket.closeFrame()).isEmpty();
        assertThat(rig.recovery.totals().active()).isZero();
        assertThat(socket.texts()).isEqualTo(texts(events));
    }

    @Test
    void aSessionThatEndsDuringItsReplayLeavesNothing() {
        var events = rig.commitAll(3_000);
        TestSocket socket = rig.hub.socket();
        rig.join(socket, cursor(events.getFirst()), all());
        rig.work();
        socket.reset();

        rig.run();

        assertThat(rig.recovery.totals().abandoned()).isEqualTo(1);
        assertThat(rig.recovery.totals().active()).isZero();
        assertThat(rig.book().pending()).isZero();
    }

    @Test
    void aSubscriptionThatChangesDuringAReplayDecidesFromThenOn() {
        rig.commit("ROOM", "1");
        var mine = rig.commit("ROOM", "2");
        TestSocket socket = rig.hub.socket();
        Session session = rig.join(socket, new Cursor(HubRig.EPOCH, 0).toString(), room("1"));

        session.subscribe(Set.of(room("2"))); // while the first reading waits for its turn
        rig.run();

        assertThat(socket.texts()).containsExactly(text(mine));
    }

    @Test
    void aLogThatCannotBeReadIsTriedAgain() {
        var events = rig.commitAll(2);
        TestSocket socket = rig.hub.socket();
        rig.log.broken = true;
        rig.join(socket, cursor(events.getFirst()), all());
        rig.run();
        rig.pass(Duration.ofSeconds(1));
        assertThat(rig.recovery.totals().readFailures()).isGreaterThan(1);
        assertThat(socket.texts()).isEmpty();

        rig.log.broken = false;
        rig.pass(Duration.ofSeconds(1));

        assertThat(socket.texts()).containsExactly(text(events.get(1)));
    }

    @Test
    void replaysTakeTurnsHoweverLongTheyAre() {
        restart(new RecoveryRig(HubRig.limits(), RecoveryRig.bounds(100_000), new RecoveryConfig(1, 1_000_000_000)));
        var events = rig.commitAll(20_000);
        TestSocket far = rig.hub.socket();
        TestSocket near = rig.hub.socket();
        rig.join(far, new Cursor(HubRig.EPOCH, 0).toString(), all());
        rig.join(near, 1, cursor(events.get(19_990)), all());

        for (int i = 0; i < 4; i++) {
            rig.work();
            rig.hub.run();
        }

        assertThat(near.texts()).hasSize(9);
        assertThat(far.texts()).hasSizeLessThan(10_000);
        rig.run();
        assertThat(far.texts()).isEqualTo(texts(events));
    }

    @Test
    void noMoreReadingsRunAtOnceThanConfigured() {
        restart(new RecoveryRig(HubRig.limits(), RecoveryRig.bounds(100_000), new RecoveryConfig(3, 1_000_000_000)));
        rig.commitAll(10);
        for (int i = 0; i < 20; i++) {
            rig.join(rig.hub.socket(), i % 2, new Cursor(HubRig.EPOCH, 0).toString(), all());
        }

        assertThat(rig.workWaiting()).isEqualTo(3);
        assertThat(rig.recovery.totals().waiting()).isEqualTo(20);
        rig.run();
        assertThat(rig.recovery.totals().completed()).isEqualTo(20);
    }

    @Test
    void theRateIsKeptOverAllReplays() {
        restart(new RecoveryRig(HubRig.limits(), RecoveryRig.bounds(100_000), new RecoveryConfig(4, 10_000)));
        var events = rig.commitAll(5_000);
        List<TestSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            TestSocket socket = rig.hub.socket();
            sockets.add(socket);
            rig.join(socket, i % 2, new Cursor(HubRig.EPOCH, 0).toString(), all());
        }
        rig.run();

        for (int i = 0; i < 10; i++) {
            rig.pass(Duration.ofMillis(100));
        }

        assertThat(rig.recovery.totals().eventsRead()).isBetween(10_000L, 16_000L);
        assertThat(sockets).allSatisfy(socket -> assertThat(socket.texts()).hasSizeBetween(1_000, 4_500));
        rig.settle();
        assertThat(sockets).allSatisfy(socket -> assertThat(socket.texts()).isEqualTo(texts(events)));
    }

    @Test
    void offsetsOfAnotherEpochAreNoRepetitionsOfThoseThatWereReplayed() {
        var events = rig.commitAll(10);
        TestSocket socket = rig.hub.socket();
        rig.join(socket, cursor(events.get(7)), all());
        rig.run();
        var behind = new EventLog.Entry(new Cursor(HubRig.EPOCH + 1, 5), 0, rig.event(HubRig.TENANT, "ALL", "", true));

        rig.hub.hub.router().onCommitted(List.of(behind));
        rig.run();

        assertThat(socket.texts()).containsExactly(text(events.get(8)), text(events.get(9)), text(behind));
    }

    @Test
    void latencyOfReplayedEventsIsNotThatOfLiveOnes() {
        var events = rig.commitAll(3);
        rig.hub.pass(Duration.ofMinutes(1));
        TestSocket socket = rig.hub.socket();

        rig.join(socket, cursor(events.getFirst()), all());
        rig.run();

        assertThat(socket.texts()).hasSize(2);
        assertThat(rig.hub.snapshot().latency().count()).isZero();
    }
}

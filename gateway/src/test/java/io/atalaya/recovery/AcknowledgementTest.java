package io.atalaya.recovery;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.recovery.RecoveryRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckStore.Receipt;
import io.atalaya.ack.AckStore.State;
import io.atalaya.ack.AckStore.Totals;
import io.atalaya.ack.Recipient;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.hub.HubRig;
import io.atalaya.hub.Session;
import io.atalaya.hub.TestSocket;
import io.atalaya.log.EventLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcknowledgementTest {
    private static final Wish LIVE = Wish.NONE;

    private final RecoveryRig rig = new RecoveryRig(
            HubRig.limits(4_096, 50_000, 0),
            RecoveryRig.bounds(100_000),
            RecoveryConfig.defaults(),
            HubRig.routesWithAcks());
    private final TestSocket socket = rig.hub.socket();

    @AfterEach
    void nothingIsLeft() {
        rig.close();
    }

    private Session join(TestSocket at, String subject) {
        Session session = rig.join(at, subject, LIVE, all());
        rig.run();
        return session;
    }

    private EventLog.Entry alarm() {
        EventLog.Entry entry = rig.commit("ALARM", "");
        rig.run();
        return entry;
    }

    private void acknowledge(Session session, EventLog.Entry entry) {
        assertThat(rig.recovery.onAcknowledged(
                        session, List.of(entry.event().id().value())))
                .isTrue();
        rig.run();
    }

    private static String again(EventLog.Entry entry) {
        String text = text(entry);
        return text.substring(0, text.length() - 1) + ",\"redelivered\":true}";
    }

    /** Lets time pass and the resends be looked for once. */
    private void pass(Duration time) {
        rig.pass(time);
        rig.recovery.tickOnce();
        rig.run();
    }

    @Test
    void whatIsAcknowledgedIsNotSentAgain() {
        Session session = join(socket, "anna");
        var entry = alarm();

        acknowledge(session, entry);
        pass(Duration.ofSeconds(40));

        assertThat(socket.texts()).containsExactly(text(entry));
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 1, 0, 0));
        assertThat(rig.recovery.acknowledgements().latency().count()).isEqualTo(1);
    }

    @Test
    void whatIsNotAcknowledgedInTimeIsSentAgainAndAgain() {
        Session session = join(socket, "anna");
        var entry = alarm();

        pass(Duration.ofSeconds(29));
        assertThat(socket.texts()).containsExactly(text(entry));
        pass(Duration.ofSeconds(2));
        assertThat(socket.texts()).containsExactly(text(entry), again(entry));
        pass(Duration.ofSeconds(10));
        assertThat(socket.texts()).hasSize(2);
        pass(Duration.ofSeconds(21));

        assertThat(socket.texts()).containsExactly(text(entry), again(entry), again(entry));
        assertThat(rig.book().matched()).isEqualTo(new DeliveryBook.Matched(1, 0, 2));
        acknowledge(session, entry);
        pass(Duration.ofSeconds(40));
        assertThat(socket.texts()).hasSize(3);
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 1, 0, 0));
    }

    @Test
    void otherTypesAreNotWaitedFor() {
        join(socket, "anna");
        rig.commit("ALL", "");
        rig.publishEphemeral("ALL", "");
        rig.run();

        assertThat(socket.texts()).hasSize(2);
        assertThat(rig.acks.totals()).isEqualTo(Totals.EMPTY);
    }

    @Test
    void nobodyIsWaitedForForever() {
        join(socket, "anna");
        var entry = alarm();

        for (int i = 0; i < 11; i++) {
            pass(Duration.ofSeconds(10));
        }

        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 0, 1, 0));
        assertThat(socket.texts()).containsExactly(text(entry), again(entry), again(entry), again(entry));
    }

    @Test
    void aRecipientThatComesBackGetsWhatItOwesFirstAndInOrder() {
        join(socket, "anna");
        var first = alarm();
        var second = alarm();
        var third = alarm();
        socket.reset();
        pass(Duration.ofSeconds(31));
        var missed = rig.commit("ALL", "");
        TestSocket again = rig.hub.socket();

        Session session = rig.join(again, "anna", new Wish(new Since.After(second.cursor()), ""), all());
        var live = rig.commit("ALL", "");
        rig.run();

        assertThat(again.texts())
                .as("the third is not repeated by the replay")
                .containsExactly(again(first), again(second), again(third), text(missed), text(live));
        assertThat(rig.book().matched().resend()).isEqualTo(3);
        acknowledge(session, first);
        pass(Duration.ofSeconds(31));
        assertThat(again.texts().subList(5, 7)).containsExactly(again(second), again(third));
    }

    @Test
    void withoutSinceTheRecipientGetsOnlyWhatItOwes() {
        join(socket, "anna");
        var owed = alarm();
        socket.reset();
        rig.commit("ALL", "");
        TestSocket again = rig.hub.socket();

        join(again, "anna");
        var live = rig.commit("ALL", "");
        rig.run();

        assertThat(again.texts()).containsExactly(again(owed), text(live));
    }

    @Test
    void thePositionIsStillTheFirstFrame() {
        join(socket, "anna");
        var owed = alarm();
        socket.reset();
        TestSocket again = rig.hub.socket();

        rig.join(again, "anna", new Wish(new Since.Now(), ""), all());
        rig.run();

        assertThat(again.texts())
                .containsExactly("{\"type\":\"position\",\"cursor\":\"" + owed.cursor() + "\"}", again(owed));
    }

    @Test
    void anAlarmThatIsReplayedIsWaitedForToo() {
        var missed = alarm();

        Session session = rig.join(socket, "anna", new Wish(Since.parse("7-0"), ""), all());
        rig.run();

        assertThat(socket.texts()).containsExactly(text(missed));
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 0, 0, 1));
        acknowledge(session, missed);
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 1, 0, 0));
    }

    @Test
    void devicesOfOnePrincipalAcknowledgeForThemselves() {
        TestSocket phone = rig.hub.socket();
        Session desk = rig.join(socket, "anna", LIVE, all());
        rig.join(phone, "anna", new Wish(new Since.Unsaid(), "phone"), all());
        rig.run();
        var entry = alarm();

        acknowledge(desk, entry);
        pass(Duration.ofSeconds(31));

        assertThat(socket.texts()).containsExactly(text(entry));
        assertThat(phone.texts()).containsExactly(text(entry), again(entry));
        assertThat(rig.recovery.desk().receipts(HubRig.TENANT, entry.event().id()))
                .extracting(Receipt::recipient, Receipt::state)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                new Recipient(HubRig.TENANT, "staff", "anna", ""), State.ACKNOWLEDGED),
                        org.assertj.core.groups.Tuple.tuple(
                                new Recipient(HubRig.TENANT, "staff", "anna", "phone"), State.AWAITING));
    }

    @Test
    void twoSocketsOfOneRecipientOweOneAcknowledgement() {
        TestSocket other = rig.hub.socket();
        join(socket, "anna");
        Session second = join(other, "anna");
        var entry = alarm();
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 0, 0, 1));

        acknowledge(second, entry);
        pass(Duration.ofSeconds(40));

        assertThat(socket.texts()).containsExactly(text(entry));
        assertThat(other.texts()).containsExactly(text(entry));
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 1, 0, 0));
    }

    @Test
    void whatTheSessionMayNoLongerSeeIsNotSentAgain() {
        Session session = join(socket, "anna");
        var entry = alarm();
        session.subscribe(Set.of(room("1")));

        pass(Duration.ofSeconds(31));
        socket.reset();
        TestSocket again = rig.hub.socket();
        rig.join(again, "anna", LIVE, room("1"));
        rig.run();

        assertThat(socket.texts()).containsExactly(text(entry));
        assertThat(again.texts()).isEmpty();
    }

    @Test
    void aStalledSocketGetsNoRepetitionOfWhatItHasNotTakenYet() {
        join(socket, "anna");
        socket.acceptOnly(0);
        var entry = alarm();

        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(31));
        }
        socket.acceptEverything();

        assertThat(socket.texts()).containsExactly(text(entry));
    }

    @Test
    void moreThanOnePageIsOwedInOrderToASlowReaderToo() {
        join(socket, "anna");
        var owed = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            owed.add(again(alarm()));
        }
        socket.reset();
        TestSocket again = rig.hub.socket();
        again.acceptOnly(0);

        Session session = join(again, "anna");
        assertThat(rig.book().pending()).isBetween(1L, 100L);
        for (int i = 0; i < 300; i++) {
            again.acceptOnly(100);
            rig.run();
        }
        again.acceptEverything();
        rig.run();

        assertThat(session.hasEnded()).isFalse();
        assertThat(again.texts()).isEqualTo(owed);
    }

    @Test
    void acknowledgementsOfNonsenseAreCountedAndHarmNobody() {
        Session session = join(socket, "anna");
        var entry = alarm();

        assertThat(rig.recovery.onAcknowledged(session, List.of())).isFalse();
        rig.recovery.onAcknowledged(session, List.of("", "no such", "x".repeat(500), "unknown"));
        acknowledge(session, entry);
        acknowledge(session, entry);

        assertThat(rig.recovery.acknowledgements().ignored().unknown()).isEqualTo(1);
        assertThat(rig.recovery.acknowledgements().ignored().repeated()).isEqualTo(1);
        assertThat(rig.acks.totals()).isEqualTo(new Totals(1, 1, 0, 0));
    }

    /**
     * Random alarms, acknowledgements, disconnects and time: on one socket an alarm comes once without and perhaps later
     * again with the mark; whatever was delivered and not acknowledged comes first on the next socket.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyAlarmIsSettledOnce(long seed) {
        var random = new Random(seed);
        TestSocket current = socket;
        Session session = join(current, "anna");
        var all = new ArrayList<EventLog.Entry>();
        var acknowledged = new HashSet<EventLog.Entry>();
        for (int step = 0; step < 200; step++) {
            int choice = random.nextInt(10);
            if (choice < 5) {
                all.add(alarm());
            } else if (choice < 7 && !all.isEmpty()) {
                EventLog.Entry entry = all.get(random.nextInt(all.size()));
                acknowledge(session, entry);
                acknowledged.add(entry);
            } else if (choice < 8) {
                rig.pass(Duration.ofMillis(random.nextInt(100)));
            } else if (choice < 9) {
                current.reset();
                rig.run();
                current = rig.hub.socket();
                session = join(current, "anna");
                List<String> owed = all.stream()
                        .filter(entry -> !acknowledged.contains(entry))
                        .map(AcknowledgementTest::again)
                        .toList();
                assertThat(current.texts()).as("seed %d, step %d", seed, step).isEqualTo(owed);
            }
            assertThat(rig.acks.totals())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(new Totals(all.size(), acknowledged.size(), 0, all.size() - acknowledged.size()));
        }
    }
}

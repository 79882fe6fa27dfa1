package io.atalaya.ack;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Totals;
import io.atalaya.ack.AckStore.Waiting;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.LogException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** The desk between loops and a store that is away now and then, and a clock that is set back. */
class AckDeskTest {
    private final Flaky store = new Flaky();
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final AckDesk desk = new AckDesk(store, work::add, (_, task) -> later.add(task));
    private final List<List<Waiting>> answers = new ArrayList<>();

    /** A store that can be taken away. Confined to the test. */
    private static final class Flaky implements AckStore {
        private final AckStore kept = new InMemoryAckStore(AckBounds.of(100));
        private boolean away;

        private AckStore reach() {
            if (away) {
                throw new LogException(LogException.Reason.UNAVAILABLE, "away");
            }
            return kept;
        }

        @Override
        public List<Effect> apply(List<Change> changes) {
            return reach().apply(changes);
        }

        @Override
        public List<Waiting> awaiting(Recipient recipient, Optional<Cursor> after, int max) {
            return reach().awaiting(recipient, after, max);
        }

        @Override
        public List<Waiting> due(long nowMillis, int max) {
            return reach().due(nowMillis, max);
        }

        @Override
        public void expire(long nowMillis) {
            reach().expire(nowMillis);
        }

        @Override
        public List<Receipt> receipts(TenantId tenant, EventId event) {
            return reach().receipts(tenant, event);
        }

        @Override
        public Totals totals() {
            return kept.totals();
        }

        @Override
        public Map<GivenUp.Bound, Long> givenUp() {
            return kept.givenUp();
        }

        @Override
        public void close() {
            kept.close();
        }
    }

    private void run() {
        for (Runnable task = work.poll(); task != null; task = work.poll()) {
            task.run();
        }
    }

    private void runLater() {
        var due = new ArrayList<>(later);
        later.clear();
        due.forEach(Runnable::run);
        run();
    }

    private static Change delivered(long offset, long atMillis) {
        return AckStoreContract.delivered(AckStoreContract.ANNA, offset, atMillis);
    }

    private static Change acknowledged(long offset, long atMillis) {
        return AckStoreContract.acknowledged(AckStoreContract.ANNA, offset, atMillis);
    }

    private void ask() {
        desk.awaiting(AckStoreContract.ANNA, Optional.empty(), 10, answers::add);
    }

    @Test
    void whoAsksWhileTheStoreIsAwayIsAnsweredOnceItIsBack() {
        store.away = true;
        desk.report(delivered(1, 0));
        ask();
        run();
        assertThat(answers).isEmpty();
        runLater();
        assertThat(answers).isEmpty();

        store.away = false;
        runLater();

        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst()).hasSize(1);
        assertThat(desk.report().failures()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aQuestionThatIsAskedAgainKeepsItsPlaceBeforeLaterReports() {
        store.away = true;
        ask();
        desk.report(delivered(1, 0));
        run();
        store.away = false;

        runLater();

        assertThat(answers.getFirst()).as("asked before the delivery").isEmpty();
        assertThat(store.totals()).isEqualTo(new Totals(1, 0, 0, 1));
    }

    @Test
    void whatComesAgainBySelfIsNotAskedTwice() {
        store.away = true;
        desk.due(0, 10, answers::add);
        run();

        assertThat(later).as("the next tick asks").isEmpty();
        store.away = false;
        desk.due(0, 10, answers::add);
        run();
        assertThat(answers).hasSize(1);
    }

    /** The store has stopped for a moment; meanwhile one client acknowledges without end, from ever new devices. */
    @Test
    void aClientThatFloodsTheDeskCostsNobodyElseAnything() {
        desk.report(delivered(1, 0));
        for (int i = 0; i < 200_000; i++) {
            Recipient device = new Recipient(AckStoreContract.ANNA.tenant(), "staff", "mallory", "d" + i % 50);
            desk.report(AckStoreContract.acknowledged(device, 7, 0));
        }
        desk.report(acknowledged(1, 5));
        desk.report(delivered(2, 6));

        run();

        assertThat(store.totals()).isEqualTo(new Totals(2, 1, 0, 1));
        assertThat(desk.report().unregistered()).isEqualTo(195_000);
        assertThat(desk.report().ignored().unknown()).isEqualTo(5_000);
    }

    @Test
    void aMultitudeThatFloodsTheDeskLeavesRoomForDeliveries() {
        for (int i = 0; i < 200_000; i++) {
            Recipient one = new Recipient(AckStoreContract.ANNA.tenant(), "staff", "mallory" + i % 1_000, "");
            desk.report(AckStoreContract.acknowledged(one, 7, 0));
        }
        desk.report(delivered(1, 0));

        run();

        assertThat(store.totals()).isEqualTo(new Totals(1, 0, 0, 1));
        assertThat(desk.report().ignored().unknown()).isEqualTo(50_000);
    }

    @Test
    void aClockThatIsSetBackNeitherExpiresNorLosesAnything() {
        desk.report(delivered(1, 1_000_000));
        run();
        desk.due(400_000, 10, answers::add);
        desk.report(acknowledged(1, 400_000));
        desk.report(delivered(2, 400_000));
        run();

        assertThat(answers.getFirst()).as("not due").isEmpty();
        assertThat(store.totals()).isEqualTo(new Totals(2, 1, 0, 1)).matches(Totals::balanced);
        assertThat(desk.report().latency().count()).isEqualTo(1);
        desk.due(400_000 + AckStoreContract.TIMEOUT, 10, answers::add);
        run();
        assertThat(answers.getLast())
                .as("the second is due by the clock as it is")
                .hasSize(1);
    }
}

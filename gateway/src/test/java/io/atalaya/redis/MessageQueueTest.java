package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.redis.MessagePump.DropReason;
import io.atalaya.redis.MessageQueue.Arrival;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageQueueTest {
    private final MessageQueue queue = new MessageQueue(3, 1_000);

    @Test
    void givesMessagesInTheirOrderAndNoMoreThanWanted() throws InterruptedException {
        offer("a", "b", "c");

        List<Arrival> batch = queue.take(2);

        assertThat(batch).extracting(Arrival::channel).containsExactly("a", "b");
        assertThat(queue.take(2)).extracting(Arrival::channel).containsExactly("c");
    }

    @Test
    void dropsTheOldestWhenFull() throws InterruptedException {
        offer("a", "b", "c");

        int dropped = queue.offer(arrival("d", 1));

        assertThat(dropped).isEqualTo(1);
        assertThat(queue.ledger().dropped()).containsEntry(DropReason.OVERFLOW, 1L);
        assertThat(queue.take(9)).extracting(Arrival::channel).containsExactly("b", "c", "d");
    }

    @Test
    void dropsTheOldestWhenItsBytesAreTooMany() throws InterruptedException {
        queue.offer(arrival("a", 400));
        queue.offer(arrival("b", 400));

        int dropped = queue.offer(arrival("c", 700));

        assertThat(dropped).isEqualTo(2);
        assertThat(queue.take(9)).extracting(Arrival::channel).containsExactly("c");
    }

    @Test
    void messageLargerThanTheWholeQueueIsDroppedAndCounted() {
        int dropped = queue.offer(arrival("a", 1_001));

        assertThat(dropped).isEqualTo(1);
        assertThat(queue.ledger().queued()).isZero();
    }

    @Test
    void messagesTakenStayInTheBooksUntilTheyAreSettled() throws InterruptedException {
        offer("a", "b");
        int taken = queue.take(2).size();

        assertThat(queue.ledger().queued()).isEqualTo(2);
        queue.settle(taken, null);

        assertThat(queue.ledger().queued()).isZero();
        assertThat(queue.ledger().delivered()).isEqualTo(2);
    }

    @Test
    void closedQueueIsEmptiedFirstAndThenGivesNothing() throws InterruptedException {
        offer("a");
        queue.close();

        assertThat(queue.take(5)).hasSize(1);
        assertThat(queue.take(5)).isEmpty();
    }

    @Test
    void messageAfterTheCloseIsDroppedAndCounted() {
        queue.close();

        offer("a");

        assertThat(queue.ledger().dropped()).containsEntry(DropReason.CLOSED, 1L);
        assertThat(queue.ledger().balances()).isTrue();
    }

    @Test
    void abandonedMessagesAreCounted() {
        offer("a", "b");

        int abandoned = queue.abandon();

        assertThat(abandoned).isEqualTo(2);
        assertThat(queue.ledger().dropped()).containsEntry(DropReason.CLOSED, 2L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void booksBalanceAtEveryInstant(long seed) throws InterruptedException {
        Random random = new Random(seed);
        List<Integer> inHand = new ArrayList<>();

        for (int i = 0; i < 5_000; i++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> queue.offer(arrival("x", random.nextInt(600)));
                case 2 -> {
                    if (queue.ledger().queued()
                            > IntStream.range(0, inHand.size()).map(inHand::get).sum()) {
                        inHand.add(queue.take(1 + random.nextInt(3)).size());
                    }
                }
                default -> {
                    if (!inHand.isEmpty()) {
                        queue.settle(inHand.removeFirst(), random.nextBoolean() ? null : DropReason.SINK_FAILED);
                    }
                }
            }
            assertThat(queue.ledger().balances())
                    .as("seed %d, step %d: %s", seed, i, queue.ledger())
                    .isTrue();
        }
        assertThat(queue.ledger().droppedTotal()).isPositive();
    }

    private void offer(String... channels) {
        for (String channel : channels) {
            queue.offer(arrival(channel, 1));
        }
    }

    private static Arrival arrival(String channel, int bytes) {
        return new Arrival(channel, new byte[bytes], Instant.EPOCH);
    }
}

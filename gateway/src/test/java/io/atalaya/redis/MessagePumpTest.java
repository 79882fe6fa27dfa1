package io.atalaya.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.redis.MessagePump.DropReason;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MessagePumpTest {
    private final RecordingSink sink = new RecordingSink();
    private final MessagePump pump =
            new MessagePump(new RedisConfig(URI.create("redis://localhost"), 4, 3, 1), sink, Impatience.context());

    @AfterEach
    void close() {
        sink.answerAll();
        pump.close();
    }

    @Test
    void isolatedMessageIsHandedOverAtOnce() throws InterruptedException {
        offer("a");

        Batch batch = sink.next();

        assertThat(batch.channels()).containsExactly("a");
    }

    @Test
    void nextBatchWaitsForTheAnswerAndThenTakesWhatCameMeanwhile() throws InterruptedException {
        offer("a");
        Batch first = sink.next();
        offer("b", "c", "d", "e");
        assertThat(sink.batches).isEmpty();

        first.answer.complete(null);

        assertThat(sink.next().answered().channels()).containsExactly("b", "c", "d");
        assertThat(sink.next().answered().channels()).containsExactly("e");
    }

    @Test
    void oldestAreDroppedWhileTheSinkIsBusyAndTheBooksBalance() throws InterruptedException {
        offer("a");
        Batch first = sink.next();

        offer("b", "c", "d", "e", "f", "g");

        assertThat(pump.ledger().dropped()).containsEntry(DropReason.OVERFLOW, 2L);
        assertThat(pump.ledger().queued()).isEqualTo(5);
        assertThat(pump.ledger().balances()).isTrue();
        assertThat(pump.dropRate().alertCount()).isEqualTo(1);
        first.answer.complete(null);
        assertThat(sink.next().answered().channels()).containsExactly("d", "e", "f");
    }

    @Test
    void failedBatchIsCountedAndTheNextIsTried() throws InterruptedException {
        offer("a");

        sink.next().answer.completeExceptionally(new IllegalStateException("intake is broken"));

        offer("b");
        assertThat(sink.next().answered().channels()).containsExactly("b");
        await().untilAsserted(() -> assertThat(pump.ledger().delivered()).isEqualTo(1));
        assertThat(pump.ledger().dropped()).containsEntry(DropReason.SINK_FAILED, 1L);
    }

    @Test
    void throwingSinkIsCountedAndTheNextBatchIsTried() throws InterruptedException {
        sink.thrown = new AssertionError("bug");
        offer("a");
        await().untilAsserted(() -> assertThat(pump.ledger().dropped()).containsEntry(DropReason.SINK_FAILED, 1L));
        sink.thrown = null;

        offer("b");

        assertThat(sink.next().channels()).containsExactly("b");
    }

    @Test
    void closeHandsOverWhatIsWaiting() throws InterruptedException {
        offer("a");
        Batch first = sink.next();
        offer("b", "c");
        sink.answerAll();
        first.answer.complete(null);

        pump.close();

        assertThat(pump.ledger())
                .isEqualTo(new MessagePump.Ledger(
                        3, 3, Map.of(DropReason.OVERFLOW, 0L, DropReason.SINK_FAILED, 0L, DropReason.CLOSED, 0L), 0));
    }

    @Test
    void closeGivesUpOnASinkThatDoesNotAnswer() throws InterruptedException {
        offer("a");
        sink.next();
        offer("b", "c");

        pump.close();

        assertThat(pump.ledger().dropped()).containsEntry(DropReason.CLOSED, 3L);
        assertThat(pump.ledger().balances()).isTrue();
    }

    @Test
    void copiesOnOtherChannelsHaveOneFallbackId() throws InterruptedException {
        offer("a", "b");

        List<RedisMessage> messages = new ArrayList<>(sink.next().answered().messages);
        while (messages.size() < 2) {
            messages.addAll(sink.next().answered().messages);
        }

        assertThat(messages.get(1).fallbackId()).isEqualTo(messages.get(0).fallbackId());
    }

    private void offer(String... channels) {
        for (String channel : channels) {
            pump.offer(channel, "{}".getBytes(UTF_8));
        }
    }

    /** A batch that waits for the test's answer. */
    private static final class Batch {
        private final List<RedisMessage> messages;
        private final CompletableFuture<Void> answer = new CompletableFuture<>();

        Batch(List<RedisMessage> messages) {
            this.messages = messages;
        }

        List<String> channels() {
            return messages.stream().map(RedisMessage::channel).toList();
        }

        Batch answered() {
            answer.complete(null);
            return this;
        }
    }

    private static final class RecordingSink implements MessageSink {
        private final BlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
        private volatile boolean answering;
        private volatile @Nullable Error thrown;

        @Override
        public CompletionStage<Void> onMessages(List<RedisMessage> messages) {
            Error error = thrown;
            if (error != null) {
                throw error;
            }
            Batch batch = new Batch(messages);
            if (answering) {
                batch.answer.complete(null);
            }
            batches.add(batch);
            return batch.answer;
        }

        Batch next() throws InterruptedException {
            Batch batch = batches.poll(10, TimeUnit.SECONDS);
            assertThat(batch).as("a batch").isNotNull();
            return batch;
        }

        void answerAll() {
            answering = true;
            batches.forEach(batch -> batch.answer.complete(null));
        }
    }
}

package io.atalaya.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class LongBodiesTest {
    private final Queue<Runnable> handedOver = new ArrayDeque<>();
    private final List<String> atWork = new ArrayList<>();
    private final LongBodies bodies = new LongBodies(handedOver::add, 100);

    private CompletionStage<Void> take(String name, int bytes, CompletionStage<?> outcome) {
        return bodies.take(bytes, () -> {
            atWork.add(name);
            return outcome;
        });
    }

    private void runAll() {
        for (Runnable next = handedOver.poll(); next != null; next = handedOver.poll()) {
            next.run();
        }
    }

    @Test
    void whatFitsIsAtWorkAtOnceAndTheRestWaitsForItsCommit() {
        var first = new CompletableFuture<String>();
        var second = new CompletableFuture<String>();
        CompletionStage<Void> done = take("first", 60, first);
        take("second", 40, second);
        take("third", 50, new CompletableFuture<>());
        take("fourth", 1, new CompletableFuture<>());
        runAll();
        assertThat(atWork).containsExactly("first", "second");

        second.complete("committed");
        runAll();
        assertThat(atWork).as("40 bytes are free, the next has 50").containsExactly("first", "second");

        assertThat(done.toCompletableFuture()).isNotDone();
        first.complete("committed");
        runAll();
        assertThat(done.toCompletableFuture()).isCompleted();
        assertThat(atWork).containsExactly("first", "second", "third", "fourth");
    }

    @Test
    void aBodyLongerThanTheBoundIsAtWorkAlone() {
        var longest = new CompletableFuture<String>();
        take("longest", 1_000, longest);
        take("short", 1, new CompletableFuture<>());
        runAll();
        assertThat(atWork).containsExactly("longest");

        longest.complete("committed");
        runAll();
        assertThat(atWork).containsExactly("longest", "short");
    }

    @Test
    void workThatFailsMakesRoomAsWell() {
        CompletionStage<Void> broken = bodies.take(100, () -> {
            throw new IllegalStateException("broken");
        });
        take("next", 100, new CompletableFuture<>());
        runAll();

        assertThatThrownBy(() -> broken.toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("broken");
        assertThat(atWork).containsExactly("next");
    }

    @Test
    void whatIsRefusedIsSaidAndHoldsUpNothing() {
        var refusing = new LongBodies(
                _ -> {
                    throw new RejectedExecutionException();
                },
                100);
        CompletableFuture<Void> first =
                refusing.take(100, CompletableFuture::new).toCompletableFuture();
        CompletableFuture<Void> second =
                refusing.take(100, CompletableFuture::new).toCompletableFuture();

        assertThat(first.exceptionNow()).isInstanceOf(RejectedExecutionException.class);
        assertThat(second.exceptionNow()).isInstanceOf(RejectedExecutionException.class);
    }
}

package io.atalaya.bench;

import static io.atalaya.bench.SequenceWindow.Verdict.AHEAD;
import static io.atalaya.bench.SequenceWindow.Verdict.LATE;
import static io.atalaya.bench.SequenceWindow.Verdict.NEXT;
import static io.atalaya.bench.SequenceWindow.Verdict.REPEATED;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.bench.SequenceWindow.Verdict;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceWindowTest {
    @Test
    void inOrderEachIsNext() {
        var window = new SequenceWindow(64);
        for (long i = 0; i < 1_000; i++) {
            assertThat(window.onSequence(i)).isEqualTo(NEXT);
        }
    }

    @Test
    void aGapIsAheadAndWhatFillsItIsLateOnce() {
        var window = new SequenceWindow(64);
        window.onSequence(0);

        assertThat(window.onSequence(3)).isEqualTo(AHEAD);
        assertThat(window.onSequence(1)).isEqualTo(LATE);
        assertThat(window.onSequence(1)).isEqualTo(REPEATED);
        assertThat(window.onSequence(3)).isEqualTo(REPEATED);
        assertThat(window.onSequence(2)).isEqualTo(LATE);
        assertThat(window.onSequence(4)).isEqualTo(NEXT);
    }

    @Test
    void aJumpFarAheadForgetsEverythingBehindTheWindow() {
        var window = new SequenceWindow(64);
        window.onSequence(0);

        assertThat(window.onSequence(1_000)).isEqualTo(AHEAD);
        assertThat(window.onSequence(999)).isEqualTo(LATE);
        assertThat(window.onSequence(937)).isEqualTo(LATE);
        assertThat(window.onSequence(936)).isEqualTo(REPEATED);
    }

    @Test
    void anyOrderWithinTheWindowAgreesWithASet() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var window = new SequenceWindow(128);
        var seen = new HashSet<Long>();
        long highest = -1;
        for (int i = 0; i < 20_000; i++) {
            long sequence = Math.max(0, highest + 3 - random.nextInt(100));
            Verdict expected = seen.contains(sequence)
                    ? REPEATED
                    : sequence == highest + 1 ? NEXT : sequence > highest ? AHEAD : LATE;

            assertThat(window.onSequence(sequence))
                    .as("seed %d, step %d", seed, i)
                    .isEqualTo(expected);

            seen.add(sequence);
            highest = Math.max(highest, sequence);
        }
    }
}

package io.atalaya.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrecedenceTest {
    private final Precedence<String> precedence = new Precedence<>();

    @Test
    void anIdleWriterDoesWhatWaitsAtOnceAndInOrder() {
        precedence.add("first");
        precedence.add("second");

        assertThat(precedence.due(0)).isEqualTo("first");
        precedence.onDone(0, 1_000);
        assertThat(precedence.due(1_000)).isEqualTo("second");
        assertThat(precedence.due(1_000)).isNull();
    }

    @Test
    void afterAnAppendItWaitsFourTimesAsLongAsTheLastPieceTook() {
        precedence.onDone(100, 110);
        precedence.onAppend();
        precedence.add("batch");

        assertThat(precedence.due(149)).isNull();
        assertThat(precedence.nanosLeft(149)).isEqualTo(1);
        assertThat(precedence.isOverdue(149)).isFalse();
        assertThat(precedence.isOverdue(150)).isTrue();
        assertThat(precedence.due(150)).isEqualTo("batch");
    }

    @Test
    void withoutAnAppendInBetweenThereIsNothingToGiveWayTo() {
        precedence.onAppend();
        precedence.onDone(100, 1_000_000);
        precedence.add("batch");

        assertThat(precedence.isOverdue(1_000_001)).isFalse();
        assertThat(precedence.due(1_000_001)).isEqualTo("batch");
    }

    @Test
    void theEndWaitsForNothing() {
        precedence.onDone(100, 1_000_000);
        precedence.onAppend();
        precedence.add("batch");

        assertThat(precedence.rest()).isEqualTo("batch");
        assertThat(precedence.isEmpty()).isTrue();
    }
}

package io.atalaya.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectPacerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 7 * SECOND;

    @Test
    void unlimitedNeverWaits() {
        var pacer = new ConnectPacer(0, 0, START);

        for (int i = 0; i < 10_000; i++) {
            assertThat(pacer.reserve(START)).isZero();
        }
    }

    @Test
    void anIdleSecondMayBeUsedInOneBurst() {
        var pacer = new ConnectPacer(10, 5 * SECOND, START);

        for (int i = 0; i <= 10; i++) {
            assertThat(pacer.reserve(START)).as("connection %d", i).isZero();
        }
        assertThat(pacer.reserve(START)).isEqualTo(SECOND / 10);
        assertThat(pacer.reserve(START)).isEqualTo(2 * SECOND / 10);
    }

    @Test
    void whoWouldWaitTooLongIsRefusedAndTakesNobodysTurn() {
        var pacer = new ConnectPacer(1, SECOND, START);
        pacer.reserve(START);
        pacer.reserve(START);
        assertThat(pacer.reserve(START)).isEqualTo(SECOND);

        long tooMany = pacer.reserve(START);

        assertThat(tooMany).isEqualTo(ConnectPacer.REFUSED);
        assertThat(pacer.reserve(START + SECOND)).isEqualTo(SECOND);
    }

    @Test
    void aLongPauseSavesUpNoMoreThanASecond() {
        var pacer = new ConnectPacer(2, 0, START);
        long later = START + 3600 * SECOND;

        assertThat(pacer.reserve(later)).isZero();
        assertThat(pacer.reserve(later)).isZero();
        assertThat(pacer.reserve(later)).isZero();
        assertThat(pacer.reserve(later)).isEqualTo(ConnectPacer.REFUSED);
    }
}

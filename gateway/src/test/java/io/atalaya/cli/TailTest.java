package io.atalaya.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.client.CloseCode;
import io.atalaya.client.Connection;
import io.atalaya.client.ReconnectPolicy.Next;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final Connection NOBODY = new Connection() {
        @Override
        public void send(String text) {}

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return false;
        }
    };

    private final StringWriter err = new StringWriter();
    private final Tail tail = new Tail(
            new Tail.Style(false, false, 0),
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            InstantSource.system());

    @Test
    void beingTurnedAwayHasAnExitCodeOfItsOwnAndSaysWhatTheCodeMeans() {
        tail.onClose(NOBODY, new CloseCode(4001), "Authentication failed", new Next.Ended("reconnecting is off"));

        assertThat(tail.ended().getCount()).isZero();
        assertThat(tail.status()).isEqualTo(ExitCode.TURNED_AWAY);
        assertThat(err.toString())
                .contains(
                        "closed with 4001 \"Authentication failed\": ",
                        "coming back with the same credential or behaviour will not help");
    }

    @Test
    void aConnectionThatComesBackIsNoEnd() {
        tail.onClose(NOBODY, new CloseCode(1001), "", new Next.Retry(Duration.ofMillis(5), 1));

        assertThat(tail.ended().getCount()).isEqualTo(1);
        assertThat(err.toString()).contains("coming back in 5 ms (attempt 1)");
    }

    @Test
    void aConnectionThatEndsByItselfIsAFailure() {
        tail.onFailure(NOBODY, "Connection refused", new Next.Ended("reconnecting is off"));

        assertThat(tail.status()).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("Connection refused");
    }

    @Test
    void runningOutOfTimeIsFineUnlessEventsWereWaitedFor() {
        assertThat(tail.onTimeUp()).isEqualTo(ExitCode.OK);
        var waiting = new Tail(
                new Tail.Style(false, false, 1), new PrintWriter(err), new PrintWriter(err), InstantSource.system());
        assertThat(waiting.onTimeUp()).isEqualTo(ExitCode.FAILURE);
    }
}

package io.atalaya.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private final StringWriter err = new StringWriter();
    private final Progress progress = new Progress(new PrintWriter(err), "deleting", 0);

    @Test
    void whatTakesNoSecondIsNotSpokenOf() {
        progress.onTick(TimeUnit.MILLISECONDS.toNanos(999));
        progress.erase();

        assertThat(err).hasToString("");
    }

    @Test
    void thenOneLineSaysWhatIsDoneAndForHowLongAndIsTakenAwayAgain() {
        progress.onTick(TimeUnit.SECONDS.toNanos(1));
        progress.now("deleting: 7 deleted");
        progress.onTick(TimeUnit.MILLISECONDS.toNanos(2_250));
        progress.erase();

        assertThat(err.toString().split("\\r\\033\\[K", -1))
                .containsExactly("", "deleting … 1 s", "deleting: 7 deleted … 2 s", "");
    }

    /** Tests have no terminal. */
    @Test
    void withoutATerminalNothingIsWritten() {
        try (var silent = Progress.start(new PrintWriter(err), "deleting")) {
            silent.now("more");
        }

        assertThat(err).hasToString("");
    }
}

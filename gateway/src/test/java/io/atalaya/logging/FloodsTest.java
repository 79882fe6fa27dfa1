package io.atalaya.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.atalaya.logging.Floods.Summary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FloodsTest {
    private static final long PERIOD = Floods.PERIOD_NANOS;

    private final LoggerContext context = new LoggerContext();
    private final Floods floods = new Floods();

    @AfterEach
    void stop() {
        context.stop();
    }

    private ILoggingEvent line(String logger, Level level, String message, Object... values) {
        Logger log = context.getLogger(logger);
        return new LoggingEvent(FloodsTest.class.getName(), log, level, message, null, values);
    }

    private int passed(int lines, long nowNanos, ILoggingEvent line) {
        int passed = 0;
        for (int i = 0; i < lines; i++) {
            passed += floods.pass(line, nowNanos) ? 1 : 0;
        }
        return passed;
    }

    @Test
    void theFirstOfAKindAreWrittenAndTheOthersCounted() {
        var refused = line("ingest", Level.ERROR, "the log did not store");

        assertThat(passed(1_000, 0, refused)).isEqualTo(10);

        assertThat(floods.suppressed()).isEqualTo(990);
        assertThat(floods.onTime(PERIOD - 1)).isEmpty();
        assertThat(floods.onTime(PERIOD)).containsExactly(new Summary("ingest", "the log did not store", 990));
        assertThat(floods.onTime(PERIOD)).isEmpty();
    }

    @Test
    void theNextPeriodHasLinesOfItsOwn() {
        var refused = line("ingest", Level.ERROR, "the log did not store");
        passed(100, 0, refused);
        floods.onTime(PERIOD);

        assertThat(passed(100, PERIOD, refused)).isEqualTo(10);
    }

    @Test
    void aFloodHidesNothingElse() {
        passed(1_000, 0, line("ingest", Level.ERROR, "the log did not store"));

        assertThat(floods.pass(line("ingest", Level.ERROR, "something else"), 0))
                .isTrue();
        assertThat(floods.pass(line("hub", Level.WARN, "the log did not store"), 0))
                .isTrue();
    }

    @Test
    void linesThatDifferInTheirValuesAreOfOneKind() {
        int passed = 0;
        for (int i = 0; i < 100; i++) {
            passed += floods.pass(line("netty", Level.WARN, "channel {} failed", i), 0) ? 1 : 0;
        }

        assertThat(passed).isEqualTo(10);
    }

    @Test
    void whatIsNoWarningIsAlwaysWritten() {
        assertThat(passed(1_000, 0, line("gateway", Level.INFO, "an operator has logged in")))
                .isEqualTo(1_000);
        assertThat(floods.onTime(PERIOD)).isEmpty();
    }

    @Test
    void fewLinesOfAKindLeaveNothingToSay() {
        passed(10, 0, line("ingest", Level.ERROR, "the log did not store"));

        assertThat(floods.onTime(PERIOD)).isEmpty();
        assertThat(floods.suppressed()).isZero();
    }

    @Test
    void moreKindsThanCanBeToldApartCountTogether() {
        int passed = 0;
        for (int i = 0; i < 100_000; i++) {
            passed += floods.pass(line("logger" + i % 5_000, Level.WARN, "text " + i), 0) ? 1 : 0;
        }

        // each of the kinds, each of the loggers with theirs, and all the others
        assertThat(passed).isBetween(2_000, 2_000 + 10 * (Floods.MOST_KINDS + 1));
        long told = floods.onTime(PERIOD).stream().mapToLong(Summary::lines).sum();
        assertThat(told).isEqualTo(floods.suppressed()).isEqualTo(100_000 - passed);
    }
}

package io.atalaya.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.log.EventLog;
import io.atalaya.query.Buffers.Reading;
import io.atalaya.query.Buffers.Status;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuffersTest {
    private static final long SECOND = 1_000_000_000L;

    private long nowNanos = 500;
    private long logged;
    private long turnedAway;
    private long lost;
    private int room = 1_000;
    private EventLog.Totals log = new EventLog.Totals(0, 0, 0, 0);

    private final Buffers buffers = new Buffers(
            new Buffers.Sources(this::book, () -> log, () -> room),
            new Buffers.Bounds(1_000, 10_000, 1_000_000),
            () -> nowNanos);

    private IntakeBook book() {
        return new IntakeBook(
                logged + turnedAway + lost,
                logged,
                0,
                0,
                Map.of(Refusal.OVERLOADED, turnedAway, Refusal.INVALID, 1_000_000L),
                Map.of(),
                Map.of(Drop.LOG_FULL, lost),
                0,
                Map.of(),
                Map.of(),
                Map.of(),
                0,
                Optional.empty());
    }

    @ParameterizedTest(name = "{0} of 10,000 behind")
    @CsvSource({"0, HEALTHY", "6999, HEALTHY", "7000, WARNING", "8999, WARNING", "9000, CRITICAL", "10000, CRITICAL"})
    void theBacklogDecides(long backlog, Status status) {
        log = new EventLog.Totals(20_000, 20_000 - backlog, 20_000, 1_000);

        Reading reading = buffers.read();

        assertThat(reading.status()).isEqualTo(status);
        assertThat(reading.backlog().size()).isEqualTo(backlog);
        assertThat(reading.backlog().utilizationPercent()).isEqualTo(backlog / 100.0);
    }

    @ParameterizedTest(name = "room for {0} of 1,000")
    @CsvSource({"1000, HEALTHY", "301, HEALTHY", "300, WARNING", "101, WARNING", "100, CRITICAL", "0, CRITICAL"})
    void theUncommittedDecideToo(int left, Status status) {
        room = left;

        Reading reading = buffers.read();

        assertThat(reading.status()).isEqualTo(status);
        assertThat(reading.fuller()).isEqualTo(reading.uncommitted());
        assertThat(reading.fuller().size()).isEqualTo(1_000 - left);
        assertThat(reading.fuller().capacity()).isEqualTo(1_000);
    }

    @Test
    void theFullerOfBothIsShown() {
        room = 500;
        log = new EventLog.Totals(8_000, 0, 8_000, 1_000);

        assertThat(buffers.read().fuller()).isEqualTo(buffers.read().backlog());
    }

    @Test
    void largeEventsFillTheLogByBytes() {
        log = new EventLog.Totals(1_000, 0, 1_000, 950_000);

        assertThat(buffers.read().backlog().utilizationPercent()).isEqualTo(95);
        assertThat(buffers.read().status()).isEqualTo(Status.CRITICAL);
    }

    @ParameterizedTest(name = "{0} of 10,000 dropped")
    @CsvSource({"100, HEALTHY", "101, WARNING", "500, WARNING", "501, CRITICAL"})
    void theDropRateOfTheLastMinuteDecidesToo(long dropped, Status status) {
        logged = 1_000_000;
        turnedAway = 7_777;
        buffers.tick();
        for (int i = 0; i < 70; i++) {
            nowNanos += SECOND;
            buffers.tick();
        }
        logged += 10_000 - dropped;
        turnedAway += dropped / 2;
        lost += dropped - dropped / 2;

        Reading reading = buffers.read();

        assertThat(reading.dropRatePercent()).isEqualTo(dropped / 100.0);
        assertThat(reading.status()).isEqualTo(status);
        assertThat(reading.dropped()).isEqualTo(7_777 + dropped);
    }

    @Test
    void theRateIsThatOfTheLastMinute() {
        for (int i = 0; i < 200; i++) {
            nowNanos += SECOND;
            logged += i < 100 ? 1_000 : 50;
            buffers.tick();
        }

        assertThat(buffers.read().perSecond()).isEqualTo(50);
        assertThat(buffers.read().uptimeSeconds()).isEqualTo(200);
    }

    @Test
    void itIsSaidHowLongNothingHasHappened() {
        assertThat(buffers.read().sinceEnqueueSeconds()).isEmpty();
        assertThat(buffers.read().sinceDrainSeconds()).isEmpty();
        nowNanos += SECOND;
        logged = 5;
        log = new EventLog.Totals(5, 0, 5, 100);
        buffers.tick();
        nowNanos += 10 * SECOND;
        log = new EventLog.Totals(5, 5, 5, 100);
        buffers.tick();
        nowNanos += 3 * SECOND;

        Reading reading = buffers.read();

        assertThat(reading.sinceEnqueueSeconds()).hasValue(13);
        assertThat(reading.sinceDrainSeconds()).hasValue(3);
    }

    @Test
    void whereNothingIsArchivedOnlyTheUncommittedCount() {
        log = new EventLog.Totals(9_999, 0, 9_999, 999_999);
        var unarchived = new Buffers(
                new Buffers.Sources(this::book, () -> log, () -> 900), new Buffers.Bounds(1_000, 0, 0), () -> nowNanos);

        assertThat(unarchived.read().status()).isEqualTo(Status.HEALTHY);
        assertThat(unarchived.read().fuller().size()).isEqualTo(100);
    }
}

package io.atalaya.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveBook;
import io.atalaya.archive.ArchiveConfig;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.archive.DeadLetters.Redriven;
import io.atalaya.archive.Entries;
import io.atalaya.archive.EventQuery;
import io.atalaya.breaker.Breaker;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the writer does while the database stops, dies and refuses. */
@Timeout(180)
final class ArchiveOutageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ArchiveConfig CONFIG = new ArchiveConfig(200, Duration.ofMillis(50), Duration.ofDays(30));
    private static final ArchiveWriter.Timings TIMINGS = new ArchiveWriter.Timings(
            Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(30));
    private static final LogConfig BOUNDS =
            new LogConfig(1_000_000, 1L << 30, Duration.ofDays(1), Duration.ofDays(1), 1_000_000, true);

    private static PostgresServer server;

    private final List<Entry> heard = Collections.synchronizedList(new ArrayList<>());
    private final long epoch = ThreadLocalRandom.current().nextLong(1L << 32);
    private final InMemoryEventLog log = new InMemoryEventLog(BOUNDS, epoch, InstantSource.system(), heard::addAll);
    private URI database = URI.create("");
    private Archive archive;
    private ArchiveLedger ledger;
    private ArchiveWriter writer;
    private int appended;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void start() {
        database = server.createDatabase();
        var config =
                new PostgresConfig(database, 4, Duration.ofMillis(500), Duration.ofSeconds(20), OptionalLong.empty());
        archive = new PostgresArchive(
                config, new ArchiveFields(List.of("branch_id"), Optional.empty()), InstantSource.system());
        ledger = new ArchiveLedger(archive, log, epoch);
        writer = new ArchiveWriter(CONFIG, TIMINGS, archive, log, ledger, System::nanoTime);
    }

    @AfterEach
    void close() {
        writer.close();
        archive.close();
    }

    private void append(int count, String type) {
        var events = new ArrayList<Event>();
        for (int i = 0; i < count; i++) {
            events.add(Entries.event(Entries.TENANT, "e" + ++appended, type, Map.of("branch_id", "3")));
        }
        log.append(events).toCompletableFuture().join();
    }

    private void awaitArchived() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertBalanced();
            assertThat(log.totals().backlog())
                    .as(() -> "%s%n%s".formatted(writer.status(), whatTheWriterDoes()))
                    .isZero();
        });
    }

    private static String whatTheWriterDoes() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals(ArchiveWriter.THREAD))
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .map(frame -> "    at " + frame)
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private void assertBalanced() {
        ledger.book()
                .ifPresent(book -> assertThat(book.balanced()).as("%s", book).isTrue());
    }

    private void assertAllArchivedInOrder() {
        assertThat(server.query(database, "SELECT log_offset FROM event ORDER BY log_offset"))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, appended)
                        .mapToObj(Long::toString)
                        .toList());
        assertThat(ledger.book().map(ArchiveBook::counts).orElseThrow().archived())
                .isEqualTo(appended);
        assertThat(archive.count(EventQuery.of(Entries.TENANT))).isEqualTo(appended);
    }

    @Test
    void whileTheDatabaseIsStoppedTheLogKeepsTheBacklogAndDrainsItAfterwards() throws InterruptedException {
        writer.start();
        append(500, "T");
        awaitArchived();

        server.stop();
        for (int i = 0; i < 60; i++) {
            append(20, "T");
            assertBalanced();
            Thread.sleep(50);
        }
        await().atMost(PATIENCE).until(() -> writer.status().breaker().state() == Breaker.State.OPEN);
        assertThat(heard).as("delivery goes on").hasSize(1_700);
        assertThat(writer.status().backlog()).isEqualTo(1_200);
        assertThat(writer.status().retries()).isGreaterThanOrEqualTo(5);
        assertBalanced();

        server.restart();
        awaitArchived();

        assertAllArchivedInOrder();
        assertThat(writer.status().breaker().state()).isEqualTo(Breaker.State.CLOSED);
        assertThat(writer.status().breaker().rejectedCalls()).isPositive();
    }

    @Test
    void aDatabaseThatDiesInTheMiddleOfItLosesAndRepeatsNothing() throws InterruptedException {
        writer.start();
        for (int round = 0; round < 3; round++) {
            append(3_000, "T");
            Thread.sleep(100 + 150L * round);
            server.kill();
            append(500, "T");
            assertBalanced();
            server.restart();
        }
        awaitArchived();

        assertAllArchivedInOrder();
    }

    @Test
    void theDatabaseNeedNotBeThereAtTheStart() {
        server.stop();
        writer.start();
        append(300, "T");
        await().atMost(PATIENCE).until(() -> writer.status().retries() > 2);
        assertThat(ledger.book()).isEmpty();

        server.restart();
        awaitArchived();

        assertAllArchivedInOrder();
    }

    @Test
    void whatTheDatabaseRefusesIsSetAsideAndComesInLater() {
        archive.counts();
        PostgresArchiveIT.refuse(server, database, "POISON");
        append(130, "T");
        append(2, "POISON");
        append(68, "T");
        append(1, "nul\0");
        append(99, "T");
        writer.start();
        awaitArchived();

        assertThat(archive.counts(epoch)).isEqualTo(new Archive.Counts(297, 3, 0, 0));
        assertThat(archive.deadLetters().summary().byCode()).isEqualTo(Map.of("P0001", 2L, "22021", 1L));
        assertThat(ledger.redrive(new Cursor(epoch, 131))).isInstanceOf(Redriven.StillRejected.class);
        server.execute(database, "DROP TRIGGER refuse ON event");
        assertThat(ledger.redrive(new Cursor(epoch, 131))).isEqualTo(new Redriven.Archived());
        assertThat(ledger.redrive(new Cursor(epoch, 201))).isInstanceOf(Redriven.StillRejected.class);
        assertThat(ledger.discard(new Cursor(epoch, 201))).isTrue();
        assertBalanced();
        assertThat(archive.counts(epoch)).isEqualTo(new Archive.Counts(298, 1, 0, 1));
    }

    @Test
    void closingDrainsTheLog() {
        writer.start();
        append(5_000, "T");

        writer.close();

        assertThat(log.totals().backlog()).isZero();
        assertAllArchivedInOrder();
    }
}

package io.atalaya.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.IntakeLedger.Tally;
import io.atalaya.ingest.Submission.Format;
import io.atalaya.ingest.Submission.Scope;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class IntakeLedgerTest {
    private static final int REQUESTS = 2000;

    @Test
    @Timeout(60)
    void balancesAtEveryInstantWhileManySubmit() throws Exception {
        var log = new InMemoryEventLog(LogConfig.defaults(), 1, () -> Instant.EPOCH, _ -> {});
        var intake = new Intake(
                IngestFixtures.config(50, 20),
                IngestFixtures.profile(),
                log,
                _ -> {},
                InstantSource.fixed(Instant.EPOCH),
                () -> 1L);
        var running = new AtomicBoolean(true);
        try (var threads = Executors.newFixedThreadPool(4)) {
            Future<Boolean> auditor = threads.submit(() -> alwaysBalanced(intake, running));
            var publishers = new ArrayList<Future<Long>>();
            for (int seed = 0; seed < 3; seed++) {
                int own = seed;
                publishers.add(threads.submit(() -> publish(intake, new Random(own))));
            }
            long sent = 0;
            for (Future<Long> publisher : publishers) {
                sent += publisher.get();
            }
            running.set(false);

            assertThat(auditor.get()).isTrue();
            assertThat(intake.book())
                    .matches(IntakeBook::balanced)
                    .returns(sent, IntakeBook::received)
                    .returns(0L, IntakeBook::inFlight)
                    .returns(log.totals().logged(), IntakeBook::logged);
            assertThat(intake.room()).isEqualTo(20);
        }
    }

    @Test
    void boundsTheListOfUnknownTypes() {
        var ledger = new IntakeLedger(Set.of());
        var intake = new ArrayList<String>();
        for (int i = 0; i < 150; i++) {
            intake.add("{\"type\":\"T" + i + "\",\"tenant_id\":1}");
        }
        var parser = new EventParser(IngestFixtures.profile(), 4096);
        IntakeLedger.Tally tally = ledger.tally();
        ledger.receive(Source.HTTP, intake.size());
        for (String json : intake) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            var moment = new EventParser.Moment(Instant.EPOCH, 0);
            if (parser.parse(bytes, 0, bytes.length, moment, new EventIds(new Random(1))::next)
                    instanceof Parsed.Accepted(var event)) {
                tally.logged(event);
            }
        }

        ledger.settle(tally);

        assertThat(ledger.book().unknownTypes()).hasSize(100);
        assertThat(ledger.book().unlistedUnknownTypes()).isEqualTo(50);
        assertThat(ledger.book().acceptedByType()).containsEntry(IntakeBook.OTHER_TYPES, 150L);
    }

    @Test
    void theLogRefusesUntilItHasStoredSomething() {
        var ledger = new IntakeLedger(Set.of());
        assertThat(ledger.book().logRefuses()).isEmpty();

        settle(ledger, tally -> tally.drop(Drop.LOG_FULL, 1));
        assertThat(ledger.book().logRefuses()).contains(Refusal.LOG_FULL);
        settle(ledger, tally -> tally.refuse(Refusal.LOG_FAILED, 1));
        assertThat(ledger.book().logRefuses()).contains(Refusal.LOG_FAILED);
        settle(ledger, Tally::duplicate);
        settle(ledger, tally -> tally.refuse(Refusal.INVALID, 1));
        assertThat(ledger.book().logRefuses()).as("neither was stored").contains(Refusal.LOG_FAILED);
        settle(ledger, tally -> tally.logged(anEvent()));
        assertThat(ledger.book().logRefuses()).isEmpty();
    }

    private static Event anEvent() {
        byte[] json = "{\"type\":\"ORDER\",\"tenant_id\":1}".getBytes(StandardCharsets.UTF_8);
        var moment = new EventParser.Moment(Instant.EPOCH, 0);
        var parser = new EventParser(IngestFixtures.profile(), 4096);
        Parsed parsed = parser.parse(json, 0, json.length, moment, new EventIds(new Random(1))::next);
        return ((Parsed.Accepted) parsed).event();
    }

    private static void settle(IntakeLedger ledger, Consumer<Tally> outcome) {
        Tally tally = ledger.tally();
        outcome.accept(tally);
        ledger.receive(Source.HTTP, 1);
        ledger.settle(tally);
    }

    private static boolean alwaysBalanced(Intake intake, AtomicBoolean running) {
        boolean balanced = true;
        while (running.get()) {
            IntakeBook book = intake.book();
            balanced &= book.balanced() && book.inFlight() >= 0;
        }
        return balanced;
    }

    private static long publish(Intake intake, Random random) {
        long sent = 0;
        for (int i = 0; i < REQUESTS; i++) {
            var events = new ArrayList<String>();
            for (int n = 1 + random.nextInt(5); n > 0; n--) {
                events.add(event(random));
            }
            byte[] body = ("[" + String.join(",", events) + "]").getBytes(StandardCharsets.UTF_8);
            intake.submit(new Submission(
                            Source.HTTP, Scope.everyTenant(), body, Format.JSON, Submission.Answer.COMMITTED))
                    .toCompletableFuture()
                    .join();
            sent += events.size();
        }
        return sent;
    }

    private static String event(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> "{}";
            case 1 -> "broken";
            case 2 -> "{\"type\":\"TYPING\",\"tenant_id\":1}";
            default -> "{\"type\":\"ORDER\",\"tenant_id\":1,\"id\":\"" + random.nextInt(3000) + "\"}";
        };
    }
}

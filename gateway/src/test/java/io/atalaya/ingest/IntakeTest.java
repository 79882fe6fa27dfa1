package io.atalaya.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.ingest.IngestFixtures.HeldLog;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.Submission.Format;
import io.atalaya.ingest.Submission.Scope;
import io.atalaya.ingest.SubmitOutcome.EventProblem;
import io.atalaya.profile.Profile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final String ORDER_1 = "{\"type\":\"ORDER\",\"tenant_id\":1,\"id\":\"o1\"}";
    private static final String ORDER_2 = "{\"type\":\"ORDER\",\"tenant_id\":1,\"id\":\"o2\"}";
    private static final String FOREIGN = "{\"type\":\"ORDER\",\"tenant_id\":2,\"id\":\"f\"}";
    private static final String TYPING = "{\"type\":\"TYPING\",\"tenant_id\":1,\"id\":\"t\"}";
    private static final String UNKNOWN = "{\"type\":\"NEWS\",\"tenant_id\":1,\"id\":\"n\"}";

    private final HeldLog log = new HeldLog();
    private final List<Event> ephemeral = new ArrayList<>();
    private final Intake intake = new Intake(
            IngestFixtures.config(5, 3),
            IngestFixtures.profile(),
            log,
            ephemeral::addAll,
            InstantSource.fixed(Instant.EPOCH),
            () -> 1L);

    @AfterEach
    void booksBalance() {
        assertThat(intake.book()).matches(IntakeBook::balanced);
    }

    @Test
    void answersOnlyAfterTheCommit() {
        CompletableFuture<SubmitOutcome> outcome = submit("[" + ORDER_1 + "," + ORDER_2 + "]");
        assertThat(outcome).isNotDone();
        assertThat(intake.book().inFlight()).isEqualTo(2);

        log.commit();

        assertThat(outcome)
                .isCompletedWithValue(new SubmitOutcome.Accepted(
                        List.of(new EventId("o1"), new EventId("o2")), Optional.of(new Cursor(1, 2))));
        assertThat(intake.book()).returns(2L, IntakeBook::logged).returns(0L, IntakeBook::inFlight);
    }

    @Test
    void answersADuplicateLikeTheFirstAndCountsIt() {
        submit(ORDER_1);
        CompletableFuture<SubmitOutcome> again = submit(ORDER_1);
        log.commit();

        log.commit();

        assertThat(again)
                .isCompletedWithValue(
                        new SubmitOutcome.Accepted(List.of(new EventId("o1")), Optional.of(new Cursor(1, 1))));
        assertThat(intake.book()).returns(1L, IntakeBook::logged).returns(1L, IntakeBook::duplicate);
    }

    @Test
    void sendsEphemeralEventsWhenTheDurableOnesOfTheirRequestAreCommitted() {
        CompletableFuture<SubmitOutcome> outcome = submit("[" + ORDER_1 + "," + TYPING + "]");
        assertThat(ephemeral).isEmpty();

        log.commit();

        assertThat(ephemeral).extracting(Event::type).containsExactly("TYPING");
        assertThat(outcome)
                .isCompletedWithValue(
                        new SubmitOutcome.Accepted(List.of(new EventId("o1"), new EventId("t")), Optional.empty()));
    }

    private CompletableFuture<SubmitOutcome> submitForReceipt(String body) {
        return intake.submit(new Submission(
                        Source.HTTP, Scope.everyTenant(), bytes(body), Format.JSON, Submission.Answer.RECEIVED))
                .toCompletableFuture();
    }

    @Test
    void aReceiptDoesNotWaitForTheCommit() {
        CompletableFuture<SubmitOutcome> outcome = submitForReceipt(ORDER_1);

        assertThat(outcome)
                .isCompletedWithValue(new SubmitOutcome.Accepted(List.of(new EventId("o1")), Optional.empty()));
        assertThat(intake.book()).returns(1L, IntakeBook::inFlight);
        log.commit();
        assertThat(intake.book()).returns(1L, IntakeBook::logged).returns(0L, IntakeBook::inFlight);
    }

    @Test
    void whatTheLogCannotStoreAfterAReceiptIsCountedAsDropped() {
        submitForReceipt(ORDER_1);

        log.fail();

        assertThat(intake.book().dropped()).containsEntry(IntakeBook.Drop.LOG_FAILED, 1L);
    }

    /** Who was answered holds nothing any more, so the events that wait are bounded in bytes, too. */
    @Test
    void receiptsAreBoundedByBytes() {
        var small = new IntakeConfig(Map.of(), Map.of(), 4096, 1024, 5, 100);
        var strict =
                new Intake(small, IngestFixtures.profile(), log, _ -> {}, InstantSource.fixed(Instant.EPOCH), () -> 1L);
        var submission = new Submission(
                Source.HTTP,
                Scope.everyTenant(),
                bytes("{\"type\":\"ORDER\",\"tenant_id\":1,\"x\":\"" + "y".repeat(900) + "\"}"),
                Format.JSON,
                Submission.Answer.RECEIVED);
        for (int i = 0; i < 8; i++) {
            assertThat(strict.submit(submission).toCompletableFuture())
                    .isCompletedWithValueMatching(SubmitOutcome.Accepted.class::isInstance);
        }

        assertThat(strict.submit(submission).toCompletableFuture())
                .isCompletedWithValueMatching(SubmitOutcome.Busy.class::isInstance);
        assertThat(strict.room()).isEqualTo(92);

        log.commit();
        assertThat(strict.submit(submission).toCompletableFuture())
                .isCompletedWithValueMatching(SubmitOutcome.Accepted.class::isInstance);
        assertThat(strict.book()).matches(IntakeBook::balanced).returns(1L, IntakeBook::logged);
    }

    @Test
    void aReceiptIsRefusedForABadEventAsEver() {
        assertThat(submitForReceipt("{}")).isCompletedWithValueMatching(SubmitOutcome.Invalid.class::isInstance);
    }

    @Test
    void sendsEphemeralEventsPastTheLog() {
        CompletableFuture<SubmitOutcome> outcome = submit(TYPING);

        assertThat(outcome).isCompleted();
        assertThat(ephemeral).hasSize(1);
        assertThat(intake.book()).returns(1L, IntakeBook::ephemeral);
    }

    @Test
    void givesNoCursorForSeveralTenants() {
        CompletableFuture<SubmitOutcome> outcome = submit("[" + ORDER_1 + "," + FOREIGN + "]");

        log.commit();

        assertThat(outcome)
                .isCompletedWithValue(
                        new SubmitOutcome.Accepted(List.of(new EventId("o1"), new EventId("f")), Optional.empty()));
    }

    @Test
    void refusesTheWholeRequestAndNamesEveryBadField() {
        CompletableFuture<SubmitOutcome> outcome = submit("[" + ORDER_1 + ",{\"tenant_id\":true},7]");

        assertThat(outcome)
                .isCompletedWithValueMatching(value -> value instanceof SubmitOutcome.Invalid invalid
                        && invalid.more() == 0
                        && invalid.problems()
                                .equals(List.of(
                                        new EventProblem(1, "tenant_id", "true", "an integer, 1 or more"),
                                        new EventProblem(1, "type", "nothing", "a string"),
                                        new EventProblem(2, "", "7", "a JSON object"))));
        assertThat(intake.book().refused())
                .containsEntry(Refusal.COMPANION, 1L)
                .containsEntry(Refusal.INVALID, 1L)
                .containsEntry(Refusal.MALFORMED, 1L);
        assertThat(log.stored()).isEmpty();
    }

    @Test
    void refusesARequestThatBreaksBetweenItsEvents() {
        CompletableFuture<SubmitOutcome> outcome = submit("[" + ORDER_1 + " " + ORDER_2 + "]");

        assertThat(outcome).isCompletedWithValueMatching(SubmitOutcome.Invalid.class::isInstance);
        assertThat(intake.book().refused()).containsEntry(Refusal.MALFORMED, 1L);
    }

    @Test
    void refusesARequestWithoutEvents() {
        CompletableFuture<SubmitOutcome> outcome = submit("[]");

        assertThat(outcome).isCompletedWithValueMatching(SubmitOutcome.Invalid.class::isInstance);
        assertThat(intake.book().received()).isZero();
    }

    @Test
    void refusesOtherTenantsEvents() {
        var only1 = new Submission(
                Source.HTTP,
                Scope.of(new TenantId("1")),
                bytes("[" + ORDER_1 + "," + FOREIGN + "]"),
                Format.JSON,
                Submission.Answer.COMMITTED);

        CompletableFuture<SubmitOutcome> outcome = intake.submit(only1).toCompletableFuture();

        assertThat(outcome)
                .isCompletedWithValue(new SubmitOutcome.Forbidden(
                        List.of(new EventProblem(1, "tenant_id", "2", "a tenant of the API key")), 0));
        assertThat(intake.book().refused()).containsEntry(Refusal.FORBIDDEN, 1L).containsEntry(Refusal.COMPANION, 1L);
    }

    @Test
    void refusesTooManyEvents() {
        CompletableFuture<SubmitOutcome> outcome = submit("[1,2,3,4,5,6]");

        assertThat(outcome).isCompletedWithValue(new SubmitOutcome.TooMany(6, 5));
        assertThat(intake.book().refused()).containsEntry(Refusal.TOO_MANY, 6L);
    }

    @Test
    void tellsTooLargeFromInvalid() {
        CompletableFuture<SubmitOutcome> outcome = submit("{\"x\":\"" + "y".repeat(5000) + "\"}");

        assertThat(outcome).isCompletedWithValueMatching(SubmitOutcome.TooLarge.class::isInstance);
    }

    @Test
    void asksToComeBackWhenTooManyWait() {
        submit("[" + ORDER_1 + "," + ORDER_2 + "]");

        CompletableFuture<SubmitOutcome> second = submit("[" + UNKNOWN + "," + FOREIGN + "]");

        assertThat(second).isCompletedWithValueMatching(SubmitOutcome.Busy.class::isInstance);
        assertThat(intake.room()).isEqualTo(1);
        log.commit();
        assertThat(intake.room()).isEqualTo(3);
        assertThat(intake.book().refused()).containsEntry(Refusal.OVERLOADED, 2L);
    }

    @Test
    void whereEveryEventNeedsRoomWhoWouldBeTurnedAwayIsNotParsed() {
        Profile durable = IngestFixtures.durableProfile();
        var strict = new Intake(
                IngestFixtures.config(5, 3), durable, log, _ -> {}, InstantSource.fixed(Instant.EPOCH), () -> 1L);
        strict.submit(new Submission(
                Source.HTTP,
                Scope.everyTenant(),
                bytes("[" + ORDER_1 + "," + ORDER_2 + "]"),
                Format.JSON,
                Submission.Answer.COMMITTED));

        CompletionStage<SubmitOutcome> second = strict.submit(new Submission(
                Source.HTTP, Scope.everyTenant(), bytes("[{},{}]"), Format.JSON, Submission.Answer.COMMITTED));

        assertThat(second.toCompletableFuture()).isCompletedWithValueMatching(SubmitOutcome.Busy.class::isInstance);
        assertThat(strict.book().refused()).containsEntry(Refusal.OVERLOADED, 2L);
        assertThat(strict.book()).matches(IntakeBook::balanced);
    }

    @Test
    void tellsTheCallerWhenTheLogFails() {
        CompletableFuture<SubmitOutcome> outcome = submit("[" + ORDER_1 + "," + TYPING + "]");

        log.fail();

        assertThat(outcome).isCompletedWithValueMatching(SubmitOutcome.Failed.class::isInstance);
        assertThat(ephemeral).isEmpty();
        assertThat(intake.room()).isEqualTo(3);
        assertThat(intake.book().refused()).containsEntry(Refusal.LOG_FAILED, 2L);
    }

    @Test
    void takesEachUntoldEventByItself() {
        CompletableFuture<Void> done = untold(ORDER_1, "{}", TYPING, "{\"type\":\"ORDER\",\"tenant_id\":1}");

        log.commit();

        assertThat(done).isCompleted();
        assertThat(log.stored()).extracting(event -> event.id().value()).containsExactly("o1", "fallback-3");
        assertThat(ephemeral).hasSize(1);
        assertThat(intake.book())
                .returns(2L, IntakeBook::logged)
                .returns(1L, IntakeBook::ephemeral)
                .satisfies(book -> assertThat(book.quarantined()).containsEntry(Refusal.INVALID, 1L))
                .satisfies(book -> assertThat(book.receivedBySource()).containsEntry(Source.REDIS, 4L));
        assertThat(intake.quarantine().entries())
                .singleElement()
                .returns("channel", Quarantine.Entry::source)
                .returns("{}", Quarantine.Entry::excerpt);
    }

    @Test
    void dropsUntoldEventsThatDoNotFit() {
        untold(ORDER_1, ORDER_2, FOREIGN, UNKNOWN, TYPING);

        log.commit();

        assertThat(log.stored()).hasSize(3);
        assertThat(ephemeral).hasSize(1);
        assertThat(intake.book().dropped()).containsEntry(Drop.OVERLOADED, 1L);
    }

    @Test
    void dropsUntoldEventsThatTheLogDidNotStore() {
        CompletableFuture<Void> done = untold(ORDER_1, TYPING);

        log.fail();

        assertThat(done).isCompleted();
        assertThat(intake.book())
                .returns(1L, IntakeBook::ephemeral)
                .satisfies(book -> assertThat(book.dropped()).containsEntry(Drop.LOG_FAILED, 1L));
    }

    @Test
    void countsWhatASourceLost() {
        intake.drop(Source.REDIS, Drop.SOURCE_OVERFLOW, 7);

        assertThat(intake.book())
                .returns(7L, IntakeBook::received)
                .satisfies(book -> assertThat(book.dropped()).containsEntry(Drop.SOURCE_OVERFLOW, 7L));
    }

    @Test
    void countsByTypeAndListsUnknownTypes() {
        submit("[" + ORDER_1 + "," + UNKNOWN + "," + TYPING + "]");

        log.commit();

        assertThat(intake.book().acceptedByType())
                .containsOnly(
                        java.util.Map.entry("ORDER", 1L),
                        java.util.Map.entry("TYPING", 1L),
                        java.util.Map.entry(IntakeBook.OTHER_TYPES, 1L));
        assertThat(intake.book().unknownTypes()).containsOnly(java.util.Map.entry("NEWS", 1L));
    }

    private CompletableFuture<SubmitOutcome> submit(String body) {
        return intake.submit(new Submission(
                        Source.HTTP, Scope.everyTenant(), bytes(body), Format.JSON, Submission.Answer.COMMITTED))
                .toCompletableFuture();
    }

    private CompletableFuture<Void> untold(String... events) {
        var untold = new ArrayList<Intake.UntoldEvent>();
        for (int i = 0; i < events.length; i++) {
            untold.add(new Intake.UntoldEvent(bytes(events[i]), "channel", new EventId("fallback-" + i)));
        }
        return intake.acceptUntold(Source.REDIS, untold).toCompletableFuture();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

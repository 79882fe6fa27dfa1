package io.atalaya.ack;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Effect;
import io.atalaya.ack.AckStore.Receipt;
import io.atalaya.ack.AckStore.State;
import io.atalaya.ack.AckStore.Totals;
import io.atalaya.ack.AckStore.Waiting;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of acknowledgements must do. */
public abstract class AckStoreContract {
    protected static final long EPOCH = 7;
    static final TenantId TENANT = new TenantId("1");
    protected static final Recipient ANNA = new Recipient(TENANT, "staff", "anna", "");
    static final Recipient ANNAS_PHONE = new Recipient(TENANT, "staff", "anna", "phone");
    protected static final Recipient BORIS = new Recipient(TENANT, "staff", "boris", "");
    /** One position is never of two tenants. */
    private static final long OTHER_TENANTS = 1_000_000;

    static final long TIMEOUT = 30_000;
    protected static final long EXPIRES = 100_000;

    private AckStore store;

    /** A new store. */
    protected abstract AckStore create(AckBounds bounds);

    /** A new store that keeps at most so many entries, whosever they are. */
    protected final AckStore create(int maxEntries) {
        return create(new AckBounds(maxEntries, maxEntries, maxEntries));
    }

    @BeforeEach
    void open() {
        store = create(10_000);
    }

    @AfterEach
    void balancedToTheEnd() {
        assertThat(store.totals()).matches(Totals::balanced);
        store.close();
        release();
    }

    /** Gives back what {@link #create} needed. */
    protected void release() {}

    static EventLog.Entry entry(TenantId tenant, long offset) {
        var body = new Event.Body(("{\"n\":" + offset).getBytes(StandardCharsets.UTF_8));
        var event = new Event(
                tenant, new EventId("e" + offset), "ALARM", Map.of("room_id", "1"), body, Instant.EPOCH, 0, true);
        long position = tenant.equals(TENANT) ? offset : OTHER_TENANTS + offset;
        return new EventLog.Entry(new Cursor(EPOCH, position), 1_000, event);
    }

    protected static Change delivered(Recipient to, long offset, long atMillis) {
        return new Change.Delivered(to, entry(to.tenant(), offset), atMillis, atMillis + TIMEOUT, atMillis + EXPIRES);
    }

    protected static Change acknowledged(Recipient by, long offset, long atMillis) {
        return new Change.Acknowledged(by, new EventId("e" + offset), atMillis);
    }

    private List<Effect> apply(Change... changes) {
        return store.apply(List.of(changes));
    }

    private static List<Long> offsets(List<Waiting> waiting) {
        return waiting.stream().map(one -> one.entry().cursor().offset()).toList();
    }

    private List<Long> awaiting(Recipient recipient) {
        return offsets(store.awaiting(recipient, Optional.empty(), 1_000));
    }

    @Test
    void aDeliveryIsAwaitedUntilItIsAcknowledged() {
        List<Effect> effects =
                apply(delivered(ANNA, 1, 1_000), delivered(ANNA, 2, 1_100), acknowledged(ANNA, 1, 5_000));

        assertThat(effects)
                .containsExactly(
                        new Effect(Effect.Kind.DONE, 1_000),
                        new Effect(Effect.Kind.DONE, 1_100),
                        new Effect(Effect.Kind.DONE, 1_000));
        assertThat(awaiting(ANNA)).containsExactly(2L);
        assertThat(store.totals()).isEqualTo(new Totals(2, 1, 0, 1));
    }

    @Test
    void itComesBackAsItWas() {
        apply(delivered(ANNA, 1, 1_000));

        Waiting waiting = store.awaiting(ANNA, Optional.empty(), 1).getFirst();

        assertThat(waiting.recipient()).isEqualTo(ANNA);
        assertThat(waiting.deliveredMillis()).isEqualTo(1_000);
        assertThat(waiting.entry().cursor()).isEqualTo(new Cursor(7, 1));
        assertThat(waiting.entry().event().body()).hasToString("{\"n\":1}");
        assertThat(waiting.entry().event().type()).isEqualTo("ALARM");
        assertThat(waiting.entry().event().scope()).containsEntry("room_id", "1");
    }

    @Test
    void howeverOftenItIsSentItIsOneEntry() {
        apply(delivered(ANNA, 1, 1_000), delivered(ANNA, 1, 2_000));
        List<Effect> again = apply(delivered(ANNA, 1, 3_000));

        assertThat(again).containsExactly(new Effect(Effect.Kind.REPEATED, 1_000));
        assertThat(store.totals()).isEqualTo(new Totals(1, 0, 0, 1));
    }

    @Test
    void whatWasAcknowledgedIsNotAwaitedAgainWhenItIsSentOnceMore() {
        apply(delivered(ANNA, 1, 1_000), acknowledged(ANNA, 1, 2_000), delivered(ANNA, 1, 3_000));

        assertThat(awaiting(ANNA)).isEmpty();
        assertThat(store.totals()).isEqualTo(new Totals(1, 1, 0, 0));
    }

    @Test
    void recipientsAreToldApartByTenantSchemeSubjectAndClient() {
        var elsewhere = new Recipient(new TenantId("2"), "staff", "anna", "");
        var otherScheme = new Recipient(TENANT, "table", "anna", "");
        apply(
                delivered(ANNA, 1, 0),
                delivered(ANNAS_PHONE, 1, 0),
                delivered(BORIS, 1, 0),
                delivered(elsewhere, 1, 0),
                delivered(otherScheme, 1, 0));

        apply(acknowledged(ANNA, 1, 1));

        assertThat(awaiting(ANNA)).isEmpty();
        for (Recipient other : List.of(ANNAS_PHONE, BORIS, elsewhere, otherScheme)) {
            assertThat(awaiting(other)).as(other.toString()).hasSize(1);
        }
        assertThat(store.totals()).isEqualTo(new Totals(5, 1, 0, 4));
    }

    @Test
    void anAcknowledgementOfNothingIsUnknownAndASecondOneIsRepeated() {
        apply(delivered(ANNA, 1, 1_000));

        List<Effect> effects = apply(
                acknowledged(ANNA, 2, 2_000),
                acknowledged(BORIS, 1, 2_000),
                acknowledged(ANNA, 1, 2_000),
                acknowledged(ANNA, 1, 3_000));

        assertThat(effects)
                .extracting(Effect::kind)
                .containsExactly(Effect.Kind.UNKNOWN, Effect.Kind.UNKNOWN, Effect.Kind.DONE, Effect.Kind.REPEATED);
    }

    @Test
    void whatARecipientOwesComesInLogOrderPageByPage() {
        for (long offset : new long[] {5, 1, 4, 2, 3}) {
            apply(delivered(ANNA, offset, 1_000 - offset));
        }

        assertThat(offsets(store.awaiting(ANNA, Optional.empty(), 2))).containsExactly(1L, 2L);
        assertThat(offsets(store.awaiting(ANNA, Optional.of(new Cursor(7, 2)), 2)))
                .containsExactly(3L, 4L);
        assertThat(offsets(store.awaiting(ANNA, Optional.of(new Cursor(7, 5)), 2)))
                .isEmpty();
    }

    @Test
    void whatIsDueComesWithTheLongestDueFirst() {
        apply(delivered(ANNA, 1, 3_000), delivered(BORIS, 2, 1_000), delivered(ANNA, 3, 2_000));

        assertThat(store.due(1_000 + TIMEOUT - 1, 10)).isEmpty();
        assertThat(offsets(store.due(2_000 + TIMEOUT, 10))).containsExactly(2L, 3L);
        assertThat(offsets(store.due(Long.MAX_VALUE - 1, 2))).containsExactly(2L, 3L);
    }

    @Test
    void whatIsPostponedIsDueLaterAndWhatIsAcknowledgedNever() {
        apply(delivered(ANNA, 1, 0), delivered(ANNA, 2, 0), delivered(ANNA, 3, 0));

        apply(
                new Change.Due(ANNA, new EventId("e1"), 50_000),
                new Change.Due(ANNA, new EventId("e2"), Long.MAX_VALUE),
                acknowledged(ANNA, 3, 1));

        assertThat(store.due(49_999, 10)).isEmpty();
        assertThat(offsets(store.due(Long.MAX_VALUE - 1, 10))).containsExactly(1L);
        assertThat(awaiting(ANNA)).containsExactly(1L, 2L);
    }

    @Test
    void afterItsTimeAnEntryExpiresAndALateAcknowledgementChangesNothing() {
        apply(delivered(ANNA, 1, 0), delivered(ANNA, 2, 1_000), delivered(ANNA, 3, 0), acknowledged(ANNA, 3, 1));

        store.expire(EXPIRES - 1);
        assertThat(store.totals()).isEqualTo(new Totals(3, 1, 0, 2));
        store.expire(EXPIRES);

        assertThat(store.totals()).isEqualTo(new Totals(3, 1, 1, 1));
        assertThat(awaiting(ANNA)).containsExactly(2L);
        assertThat(store.due(Long.MAX_VALUE - 1, 10)).hasSize(1);
        assertThat(apply(acknowledged(ANNA, 1, EXPIRES + 1)))
                .extracting(Effect::kind)
                .containsExactly(Effect.Kind.LATE);
        assertThat(store.totals()).isEqualTo(new Totals(3, 1, 1, 1));
    }

    @Test
    void itAnswersWhoGotAnEventAndWhoHasAcknowledgedIt() {
        apply(delivered(ANNA, 1, 1_000), delivered(BORIS, 1, 1_500), delivered(ANNAS_PHONE, 1, 90_000));
        apply(acknowledged(BORIS, 1, 2_000));
        store.expire(1_000 + EXPIRES);

        assertThat(store.receipts(TENANT, new EventId("e1")))
                .containsExactly(
                        new Receipt(ANNA, State.EXPIRED, 1_000, 1_000 + EXPIRES),
                        new Receipt(BORIS, State.ACKNOWLEDGED, 1_500, 2_000),
                        new Receipt(ANNAS_PHONE, State.AWAITING, 90_000, 0));
        assertThat(store.receipts(new TenantId("2"), new EventId("e1"))).isEmpty();
        assertThat(store.receipts(TENANT, new EventId("e2"))).isEmpty();
    }

    @Test
    void whatWasSettledLongAgoIsForgottenButNotInTheBook() {
        apply(delivered(ANNA, 1, 0), acknowledged(ANNA, 1, 1), delivered(BORIS, 1, 0));
        store.expire(EXPIRES);
        assertThat(store.receipts(TENANT, new EventId("e1"))).hasSize(2);

        store.expire(2 * EXPIRES);

        assertThat(store.receipts(TENANT, new EventId("e1"))).isEmpty();
        assertThat(store.totals()).isEqualTo(new Totals(2, 1, 1, 0));
        assertThat(apply(acknowledged(ANNA, 1, 2 * EXPIRES)))
                .extracting(Effect::kind)
                .containsExactly(Effect.Kind.UNKNOWN);
    }

    @Test
    void aFullStoreGivesUpItsOldestEntry() {
        store.close();
        store = create(3);
        apply(delivered(ANNA, 1, 0), acknowledged(ANNA, 1, 1), delivered(ANNA, 2, 0), delivered(ANNA, 3, 0));

        apply(delivered(ANNA, 4, 10), delivered(ANNA, 5, 11));

        assertThat(awaiting(ANNA)).containsExactly(3L, 4L, 5L);
        assertThat(store.totals()).isEqualTo(new Totals(5, 1, 1, 3));
    }

    @Test
    void whoeverClaimsToHaveEverNewDevicesLosesItsOwnOldestEntries() {
        store.close();
        store = create(new AckBounds(100, 100, 3));
        apply(delivered(BORIS, 1, 0), delivered(ANNA, 1, 0), acknowledged(ANNA, 1, 1));

        for (int device = 0; device < 50; device++) {
            apply(delivered(new Recipient(TENANT, "staff", "anna", "device-" + device), 2, 10 + device));
        }

        assertThat(awaiting(BORIS)).containsExactly(1L);
        assertThat(store.receipts(TENANT, new EventId("e1")))
                .extracting(Receipt::recipient)
                .containsExactly(BORIS);
        assertThat(store.receipts(TENANT, new EventId("e2")))
                .extracting(receipt -> receipt.recipient().clientId())
                .containsExactly("device-47", "device-48", "device-49");
        assertThat(store.totals()).isEqualTo(new Totals(52, 1, 47, 4));
        assertThat(store.givenUp())
                .isEqualTo(Map.of(GivenUp.Bound.PRINCIPAL, 48L, GivenUp.Bound.TENANT, 0L, GivenUp.Bound.STORE, 0L));
    }

    @Test
    void aTenantWithManyPrincipalsTakesNoRoomFromAnother() {
        store.close();
        store = create(new AckBounds(100, 4, 3));
        var elsewhere = new Recipient(new TenantId("2"), "staff", "anna", "");
        apply(delivered(elsewhere, 1, 0));

        for (int who = 0; who < 10; who++) {
            apply(delivered(new Recipient(TENANT, "staff", "p" + who, ""), 1, who));
        }

        assertThat(awaiting(elsewhere)).containsExactly(OTHER_TENANTS + 1);
        assertThat(store.receipts(TENANT, new EventId("e1")))
                .extracting(receipt -> receipt.recipient().subject())
                .containsExactly("p6", "p7", "p8", "p9");
        assertThat(store.givenUp())
                .isEqualTo(Map.of(GivenUp.Bound.PRINCIPAL, 0L, GivenUp.Bound.TENANT, 6L, GivenUp.Bound.STORE, 0L));
    }

    @Test
    void whatIsForgottenLeavesRoomInItsShares() {
        store.close();
        store = create(new AckBounds(100, 3, 2));
        for (int round = 0; round < 30; round++) {
            long atMillis = 3L * EXPIRES * round;
            apply(delivered(ANNA, round, atMillis), delivered(ANNA, 100 + round, atMillis));
            apply(delivered(BORIS, round, atMillis), acknowledged(BORIS, round, atMillis + 1));
            store.expire(atMillis + 2 * EXPIRES);
            store.expire(atMillis + 2 * EXPIRES);
        }

        assertThat(store.givenUp().values()).containsOnly(0L);
        assertThat(store.totals()).isEqualTo(new Totals(90, 30, 60, 0));
    }

    /** Random changes against plain maps. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itAgreesWithAModel(long seed) {
        var random = new Random(seed);
        Map<List<Object>, State> model = new HashMap<>();
        Map<List<Object>, Long> ends = new HashMap<>();
        List<Recipient> recipients = List.of(ANNA, ANNAS_PHONE, BORIS);
        long nowMillis = 0;
        for (int step = 0; step < 500; step++) {
            nowMillis += random.nextInt(2_000);
            var changes = new ArrayList<Change>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                Recipient who = recipients.get(random.nextInt(3));
                long offset = 1L + random.nextInt(400);
                List<Object> key = List.of(who, offset);
                if (random.nextInt(3) > 0) {
                    changes.add(delivered(who, offset, nowMillis));
                    if (model.putIfAbsent(key, State.AWAITING) == null) {
                        ends.put(key, nowMillis + EXPIRES);
                    }
                } else {
                    changes.add(acknowledged(who, offset, nowMillis));
                    model.computeIfPresent(key, (_, state) -> state == State.AWAITING ? State.ACKNOWLEDGED : state);
                }
            }
            store.apply(changes);
            if (random.nextInt(4) == 0) {
                store.expire(nowMillis);
                long now = nowMillis;
                ends.forEach((key, end) -> {
                    if (end <= now && end + EXPIRES > now) {
                        model.computeIfPresent(key, (_, state) -> state == State.AWAITING ? State.EXPIRED : state);
                    }
                });
            }
            if (nowMillis > EXPIRES * 3 / 2) {
                break; // before anything is forgotten
            }
            for (Recipient who : recipients) {
                List<Long> owed = model.entrySet().stream()
                        .filter(one -> one.getKey().getFirst().equals(who) && one.getValue() == State.AWAITING)
                        .map(one -> (Long) one.getKey().getLast())
                        .sorted()
                        .toList();
                assertThat(awaiting(who)).as("seed %d, step %d", seed, step).isEqualTo(owed);
            }
            assertThat(store.totals())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(new Totals(
                            model.size(),
                            count(model, State.ACKNOWLEDGED),
                            count(model, State.EXPIRED),
                            count(model, State.AWAITING)));
        }
    }

    private static long count(Map<List<Object>, State> model, State state) {
        return model.values().stream().filter(state::equals).count();
    }
}

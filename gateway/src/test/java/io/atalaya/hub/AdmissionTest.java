package io.atalaya.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.profile.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AdmissionTest {
    private static final TenantId OTHER = new TenantId("2");

    private static Admission admission(int most, int perUser, int perTable) {
        HubConfig some = HubConfig.defaults();
        return new Admission(new HubConfig(
                1,
                most,
                perUser,
                perTable,
                some.messagesPerWindow(),
                some.messageWindow(),
                some.maxMessageBytes(),
                some.heartbeatTimeout(),
                Duration.ZERO,
                some.revalidationInterval(),
                some.maxOutboundBytes(),
                some.drain(),
                some.deliveryWindow(),
                0,
                0));
    }

    private static Principal user(String subject) {
        return HubRig.principal(HubRig.TENANT, subject, Instant.MAX);
    }

    private static Admission.Slot granted(Admission.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Admission.Outcome.Granted.class);
        return ((Admission.Outcome.Granted) outcome).slot();
    }

    @Test
    void aSubjectGetsAsManySessionsAsItsEndpointCountsBy() {
        Admission admission = admission(100, 3, 5);
        for (int i = 0; i < 3; i++) {
            granted(admission.ask(HubRig.STAFF, user("1")));
        }
        for (int i = 0; i < 5; i++) {
            granted(admission.ask(HubRig.TABLE, user("1")));
        }

        assertThat(admission.ask(HubRig.STAFF, user("1"))).isInstanceOf(Admission.Outcome.SubjectFull.class);
        assertThat(admission.ask(HubRig.TABLE, user("1"))).isInstanceOf(Admission.Outcome.SubjectFull.class);
        granted(admission.ask(HubRig.STAFF, user("2")));
        granted(admission.ask(HubRig.STAFF, HubRig.principal(OTHER, "1", Instant.MAX)));
        assertThat(admission.total()).isEqualTo(10);
        assertThat(admission.subjects()).isEqualTo(4);
    }

    @Test
    void theProcessGetsAsManySessionsAsConfigured() {
        Admission admission = admission(2, 3, 3);
        granted(admission.ask(HubRig.STAFF, user("1")));
        Admission.Slot second = granted(admission.ask(HubRig.STAFF, user("2")));

        assertThat(admission.ask(HubRig.STAFF, user("3"))).isInstanceOf(Admission.Outcome.ProcessFull.class);
        assertThat(admission.subjects()).isEqualTo(2);
        second.release();
        granted(admission.ask(HubRig.STAFF, user("3")));
    }

    @Test
    void aSlotCountsOnceHoweverOftenItIsReleased() {
        Admission admission = admission(10, 3, 3);
        Admission.Slot one = granted(admission.ask(HubRig.STAFF, user("1")));
        granted(admission.ask(HubRig.STAFF, user("1")));

        one.release();
        one.release();

        assertThat(admission.total()).isEqualTo(1);
        assertThat(admission.subjects()).isEqualTo(1);
    }

    @Test
    void aLimitOfNothingGrantsNothing() {
        Admission admission = admission(10, 0, 3);

        var outcome = admission.ask(HubRig.STAFF, user("1"));

        assertThat(outcome).isInstanceOf(Admission.Outcome.SubjectFull.class);
        assertThat(admission.total()).isZero();
        assertThat(admission.subjects()).isZero();
    }

    @Test
    @Timeout(60)
    void underAStormNoBoundIsEverExceededAndEveryCountReturnsToZero() throws Exception {
        Admission admission = admission(8, 3, 3);
        int threads = 6;
        var together = new CyclicBarrier(threads);
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var ended = new ArrayList<Future<?>>();
            for (int seed = 0; seed < threads; seed++) {
                var random = new Random(seed);
                ended.add(executor.submit(() -> {
                    together.await();
                    for (int i = 0; i < 3_000; i++) {
                        storm(admission, random);
                    }
                    return null;
                }));
            }
            awaitAll(ended);
        }
        assertThat(admission.total()).isZero();
        assertThat(admission.subjects()).isZero();
    }

    private static void storm(Admission admission, Random random) {
        var held = new ArrayList<Admission.Slot>();
        for (int i = 0; i < 4; i++) {
            Endpoint endpoint = random.nextBoolean() ? HubRig.STAFF : HubRig.TABLE;
            if (admission.ask(endpoint, user("" + random.nextInt(3))) instanceof Admission.Outcome.Granted some) {
                held.add(some.slot());
            }
            assertThat(admission.total()).isBetween(held.size(), 8);
        }
        held.forEach(Admission.Slot::release);
    }

    @Test
    @Timeout(60)
    void aSubjectThatIsFullNeverCostsAnotherItsPlace() throws Exception {
        Admission admission = admission(2, 1, 1);
        granted(admission.ask(HubRig.STAFF, user("greedy")));
        int threads = 3;
        var together = new CyclicBarrier(threads);
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var ended = new ArrayList<Future<?>>();
            for (int i = 1; i < threads; i++) {
                ended.add(executor.submit(() -> {
                    together.await();
                    for (int n = 0; n < 20_000; n++) {
                        assertThat(admission.ask(HubRig.STAFF, user("greedy")))
                                .isInstanceOf(Admission.Outcome.SubjectFull.class);
                    }
                    return null;
                }));
            }
            ended.add(executor.submit(() -> {
                together.await();
                for (int n = 0; n < 20_000; n++) {
                    granted(admission.ask(HubRig.STAFF, user("modest"))).release();
                }
                return null;
            }));
            awaitAll(ended);
        }
        assertThat(admission.total()).isEqualTo(1);
    }

    private static void awaitAll(List<Future<?>> ended) throws InterruptedException, ExecutionException {
        for (Future<?> one : ended) {
            one.get();
        }
    }
}

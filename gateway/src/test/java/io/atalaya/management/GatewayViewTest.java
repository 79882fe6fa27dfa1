package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.management.Sample.Health;
import io.atalaya.management.Sample.Phase;
import io.atalaya.protocol.CloseReason;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is gathered is what is there. */
final class GatewayViewTest {
    private final ManagementFixture gateway = new ManagementFixture();

    @AfterEach
    void release() {
        gateway.close();
    }

    @Test
    void theSessionsAreCountedByEveryDimension() {
        gateway.join("waiter", "1", "7", "a");
        gateway.join("waiter", "1", "7", "b");
        gateway.join("waiter", "2", "7", "c");
        gateway.join("diner", "1", "9", "d");

        var population = sample().population();

        assertThat(population.sessionsByEndpoint())
                .containsExactly(
                        Map.entry("admin", 0), Map.entry("diner", 1), Map.entry("kitchen", 0), Map.entry("waiter", 3));
        assertThat(population.subjects()).isEqualTo(3);
        assertThat(population.branches()).as("branch 1 of two tenants").isEqualTo(2);
        assertThat(population.tables()).isEqualTo(1);
    }

    @Test
    void allReturnsToZeroWhenEverybodyHasGone() {
        gateway.join("waiter", "1", "7", "a");
        gateway.hub.close(_ -> true, CloseReason.DISCONNECTED).join();

        var population = sample().population();

        assertThat(population.sessionsByEndpoint().values()).containsOnly(0);
        assertThat(population.subjects() + population.branches() + population.sectors() + population.tables())
                .isZero();
    }

    @Test
    void thePhaseIsTheOneLastReported() {
        assertThat(sample().health()).isEqualTo(Health.STARTING);
        gateway.view.onPhase(Phase.SERVING);
        assertThat(sample().health()).isEqualTo(Health.HEALTHY);
        gateway.view.onPhase(Phase.DRAINING);
        assertThat(sample().health()).isEqualTo(Health.DRAINING);
    }

    @Test
    void aClosedLogIsNoticed() {
        gateway.view.onPhase(Phase.SERVING);

        gateway.log.close();

        assertThat(sample().health()).isEqualTo(Health.LOG_CLOSED);
    }

    @Test
    void thePortsAreAskedAnewEachTime() {
        var answered = new AtomicLong(1);
        gateway.view.onPort("public", () -> Map.of(200, answered.get()));
        answered.set(5);

        assertThat(sample().answers()).containsExactly(Map.entry("public", Map.of(200, 5L)));
    }

    private Sample sample() {
        return gateway.view.sample().toCompletableFuture().join();
    }
}

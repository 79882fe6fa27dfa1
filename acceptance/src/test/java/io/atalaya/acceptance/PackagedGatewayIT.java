package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fixture itself, tested with a stand-in for the product. */
@Timeout(60)
final class PackagedGatewayIT {
    private static final List<String> STAND_IN =
            List.of("-cp", System.getProperty("java.class.path"), StandIn.class.getName());

    @Test
    void waitsUntilTheProgramIsReadyAndKeepsItsLog() {
        try (var gateway = PackagedGateway.running(STAND_IN)) {
            gateway.start();

            assertThat(gateway.log()).contains("stand-in: started");
        }
    }

    @Test
    void stopsInOrderBySigterm() {
        try (var gateway = PackagedGateway.running(STAND_IN).start()) {
            int status = gateway.stop();

            assertThat(status).isEqualTo(143);
            assertThat(gateway.log()).contains("stand-in: stopped in order");
        }
    }

    @Test
    void killLeavesNoTimeToTidyUp() {
        try (var gateway = PackagedGateway.running(STAND_IN).start()) {
            gateway.kill();

            assertThat(gateway.log()).doesNotContain("stand-in: stopped in order");
        }
    }

    @Test
    void startsAgainOnTheSamePorts() {
        try (var gateway = PackagedGateway.running(STAND_IN).start()) {
            var before = gateway.managementAddress();
            gateway.stop();

            gateway.start();

            assertThat(gateway.managementAddress()).isEqualTo(before);
        }
    }

    @Test
    void showsTheLogOfAProgramThatRefusesToStart() {
        try (var gateway = PackagedGateway.running(STAND_IN).setting("STAND_IN", "exit")) {
            assertThatThrownBy(gateway::start)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("exited before it was ready")
                    .hasMessageContaining("refusing to start");
        }
    }
}

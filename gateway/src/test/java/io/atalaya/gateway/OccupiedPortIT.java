package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that cannot listen says which setting is to blame and leaves nothing open. */
@Timeout(60)
class OccupiedPortIT {
    @TempDir
    private Path data;

    @ParameterizedTest
    @ValueSource(strings = {"ws-port", "management-port"})
    void namesTheSettingAndLeavesNothingOpen(String setting) throws IOException {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(other.getLocalPort());

            assertThatThrownBy(() -> GatewayTester.start("data-dir", data.toString(), setting, port))
                    .isInstanceOf(StartException.class)
                    .hasMessageStartingWith(setting + ": cannot listen on 127.0.0.1:" + port + ": ")
                    .hasMessageEndingWith("(expected: a free port of this machine)");
        }

        // the directory can be had again, so the first one let go of it
        GatewayTester.start("data-dir", data.toString()).close();
    }
}

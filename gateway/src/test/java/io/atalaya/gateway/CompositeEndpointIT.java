package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An endpoint that a profile opens to the tokens of staff and of guests alike. */
@Timeout(60)
class CompositeEndpointIT {
    private static final String SCHEME = "  either: {any-of: [staff, table], parameter: pass}\n";
    private static final String ENDPOINT = """
              board:
                path: /ws/board
                authentication: either
                origin: unchecked
                joins:
                  - {roles: [ADMIN], topics: [branch-admins]}
                  - {topics: [table-session, branch-diners, sector-waiters]}
            """;

    private GatewayTester gateway;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        String restaurant = Files.readString(Path.of("../profiles/restaurant.yaml"));
        String profile = restaurant
                .replace("authentication:\n  staff:", "authentication:\n" + SCHEME + "  staff:")
                .replace("endpoints:\n", "endpoints:\n" + ENDPOINT.indent(0));
        assertThat(profile.length()).isEqualTo(restaurant.length() + SCHEME.length() + ENDPOINT.length());
        gateway = GatewayTester.start(
                "profile",
                Files.writeString(directory.resolve("board.yaml"), profile).toString());
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void bothKindsOfTokensComeInAndEachGetsItsOwn() {
        WireClient admin = gateway.connect("/ws/board?pass=" + gateway.staffToken(1, 7, 3, "ADMIN"));
        WireClient guest = gateway.connect("/ws/board?pass=" + gateway.tableToken(1, 3, 9));
        WireClient neighbour = gateway.connect("/ws/board?pass=" + gateway.tableToken(1, 3, 10));
        gateway.awaitSessions(3);

        gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":3,\"sector_id\":5,\"session_id\":9}");
        gateway.publish("{\"type\":\"CART_CLEARED\",\"tenant_id\":1,\"branch_id\":3,\"session_id\":10}");

        assertThat(admin.readText()).contains("ROUND_READY");
        assertThat(guest.readText()).contains("ROUND_READY");
        assertThat(neighbour.readText()).contains("CART_CLEARED");
    }

    @Test
    void aTokenOfNeitherKindIsRefused() {
        assertThat(gateway.connect("/ws/board?pass=nonsense").readClose()).isEqualTo(4001);
        assertThat(gateway.connect("/ws/board?token=" + gateway.staffToken(1, 7, 3, "ADMIN"))
                        .readClose())
                .isEqualTo(4001);
    }

    @Test
    void eachIsAskedAboutByTheSchemeThatAcceptedIt() {
        WireClient admin = gateway.connect("/ws/board?pass=" + gateway.staffToken(1, 7, 3, "ADMIN"));
        gateway.awaitSessions(1);

        gateway.send(HttpRequest.newBuilder(gateway.managementUri("/api/v1/revocations"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"1\",\"subject\":\"7\"}")));

        assertThat(admin.readClose()).isEqualTo(4001);
    }
}

package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The packaged product starts from settings alone, serves, and ends in order when asked to. */
@Timeout(120)
final class StartAndStopIT {
    @RegisterExtension
    private final PackagedGateway gateway = PackagedGateway.packaged();

    @Test
    void servesPublicHealthOnceItIsReady() throws Exception {
        var request = HttpRequest.newBuilder(gateway.publicAddress().resolve("/ws/health"))
                .build();

        try (var http = HttpClient.newHttpClient()) {
            assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void drainsAndEndsOnSigterm() {
        int status = gateway.stop();

        assertThat(status).isEqualTo(143);
        assertThat(gateway.log()).contains("draining").contains("stopped");
    }

    @Test
    void keepsItsSecretsOutOfItsLog() {
        gateway.stop();

        assertThat(gateway.log())
                .doesNotContain(gateway.setting("JWT_SECRET"), gateway.setting("TABLE_TOKEN_SECRET"))
                .doesNotContain(gateway.setting("INGEST_API_KEYS").split("=", -1)[0]);
    }
}

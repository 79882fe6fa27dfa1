package io.atalaya.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Caddy accepts its configuration. */
@Timeout(60)
class CaddyfileIT {
    private static final String CADDY = System.getenv().getOrDefault("ATALAYA_CADDY", "");

    @Test
    void caddyAcceptsIt() throws IOException, InterruptedException {
        assumeTrue(!CADDY.isEmpty(), "no ATALAYA_CADDY");

        Process process = new ProcessBuilder(
                        CADDY, "validate", "--adapter", "caddyfile", "--config", "../deploy/caddy/Caddyfile")
                .directory(Path.of("").toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }
}

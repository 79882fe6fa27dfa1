package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The data directory is on a small disk, which fills up. Needs the right to mount one; skipped, and said so, without. */
@Timeout(120)
class DiskFullIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PADDING = "x".repeat(2_000);

    private Path disk;
    private GatewayTester gateway;

    @BeforeEach
    void start() throws Exception {
        disk = Files.createTempDirectory("atalaya-disk");
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=6m", "atalaya-test", disk.toString());
        if (!mounted) {
            Files.delete(disk);
            System.err.println("SKIPPED: DiskFullIT cannot mount a small disk here (expected: root, as in CI)");
        }
        Assumptions.assumeTrue(mounted, "no right to mount a small disk");
        gateway = open();
    }

    private GatewayTester open() {
        return GatewayTester.start("data-dir", disk.toString(), "query-api-keys", "reader-of-the-one=1");
    }

    @AfterEach
    void stop() throws Exception {
        if (gateway != null) {
            try {
                gateway.close();
            } finally {
                run("umount", disk.toString());
                Files.delete(disk);
            }
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private HttpResponse<String> post(String id) {
        return gateway.post(
                "key-of-all",
                "{\"id\":\"" + id + "\",\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,"
                        + "\"entity\":{\"note\":\"" + PADDING + "\"}}");
    }

    private Set<String> stored() {
        var ids = new HashSet<String>();
        String more = "";
        do {
            HttpResponse<String> answer =
                    gateway.send(HttpRequest.newBuilder(gateway.publicUri("/api/v1/events?limit=1000" + more))
                            .header("Authorization", "Bearer reader-of-the-one"));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode page = GatewayTester.json(answer.body());
            page.path("events")
                    .forEach(event -> assertThat(ids.add(event.path("id").stringValue("")))
                            .as("once")
                            .isTrue());
            more = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").stringValue();
        } while (!more.isEmpty());
        return ids;
    }

    /** Whether health says so while events go on being refused. */
    private boolean healthGetsCritical() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(post("refused" + i).statusCode()).isEqualTo(503);
            if (i % 50 == 49 && status("/health/buffer") == 503 && status("/health/detailed") == 503) {
                return true;
            }
        }
        return false;
    }

    private int status(String path) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))).statusCode();
    }

    /** Sessions live on, so clients are not sent away; the alert tells that nothing is stored. */
    private void assertLogIs(String status, String word) {
        JsonNode ready = gateway.management("/health/ready");
        assertThat(status("/health/ready")).isEqualTo(200);
        assertThat(ready.path("status").asString()).isEqualTo(status);
        assertThat(ready.at("/checks/log").asString()).isEqualTo(word);
        String metrics = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics")))
                .body();
        assertThat(metrics).containsPattern("(?m)^atalaya_log_open " + (word.equals("open") ? 1 : 0));
    }

    @Test
    void aFullDiskRefusesUntilThereIsRoomAndLosesNothingAcknowledged() throws Exception {
        WireClient client = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        var accepted = new ArrayList<String>();
        int refused = 0;
        for (int i = 0; i < 20_000 && refused < 20; i++) {
            HttpResponse<String> answer = post("e" + i);
            if (answer.statusCode() == 202) {
                accepted.add("e" + i);
            } else {
                refused++;
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            }
            if (i % 500 == 0) {
                gateway.assertBooksBalance();
            }
        }
        assertThat(refused).as("the disk is full").isEqualTo(20);
        gateway.assertBooksBalance();
        JsonNode books = gateway.management("/api/v1/books");
        assertThat(books.at("/intake/refused/log_failed").asInt())
                .as(books.path("intake").toString())
                .isEqualTo(refused);

        assertLogIs("degraded", "failing");
        assertThat(healthGetsCritical()).isTrue();

        assertThat(run("mount", "-o", "remount,size=64m", disk.toString())).isTrue();
        await().atMost(PATIENCE).until(() -> post("after").statusCode() == 202);
        accepted.add("after");
        assertLogIs("ready", "open");

        List<String> heard = client.drain(Duration.ofSeconds(1)).stream()
                .map(text -> GatewayTester.json(text).path("id").stringValue(""))
                .toList();
        assertThat(heard).isEqualTo(accepted);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored()).containsAll(accepted));
        gateway.close();
        gateway = open();
        assertThat(stored()).as("after a restart").hasSize(accepted.size()).containsAll(accepted);
        assertThat(post(accepted.getFirst()).statusCode())
                .as("still a duplicate")
                .isEqualTo(202);
        assertThat(gateway.management("/api/v1/books").at("/intake/duplicate").asInt())
                .isEqualTo(1);
    }
}

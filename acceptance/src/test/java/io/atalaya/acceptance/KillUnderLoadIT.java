package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.acceptance.StubbornPublisher.Published;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The gateway is killed at random moments while it takes in and delivers events: what it acknowledged is in the archive
 * exactly once, and every subscriber that resumes has seen each of its events once, in the order of the log.
 */
final class KillUnderLoadIT {
    private static final List<String> BOOKS = List.of("intake", "deliveries", "acknowledgements", "archive");
    private static final int TABLES = 3;
    private static final Duration SETTLED = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    @RegisterExtension
    private final PackagedGateway gateway = PackagedGateway.packaged()
            .setting("QUERY_API_KEYS", "reader-of-the-kill-test-0123456789=1")
            .setting("WS_DRAIN_SECONDS", "0");

    @Test
    @Timeout(180)
    void nothingAcknowledgedIsLostOrDoubledByAFewKills() throws Exception {
        killAgainAndAgain(4, 20_261);
    }

    @Test
    @Tag("long")
    @Timeout(1_800)
    void norByManyKills() throws Exception {
        killAgainAndAgain(60, System.nanoTime());
    }

    private void killAgainAndAgain(int kills, long seed) throws Exception {
        var random = new Random(seed);
        List<ResumingSubscriber> phones = phones();
        try {
            for (ResumingSubscriber phone : phones) {
                phone.awaitPosition();
            }
            var publisher = new StubbornPublisher(
                    gateway.publicAddress(), key(), Collections.nCopies(TABLES, "ROUND_READY"), Duration.ZERO, seed);
            for (int kill = 0; kill < kills; kill++) {
                Thread.sleep(100 + random.nextInt(1_500));
                gateway.kill();
                gateway.start();
            }
            publisher.close();
            check(publisher.acknowledged(), phones, "seed " + seed);
        } finally {
            phones.forEach(ResumingSubscriber::close);
        }
    }

    private List<ResumingSubscriber> phones() {
        return IntStream.rangeClosed(1, TABLES)
                .mapToObj(table -> new ResumingSubscriber(
                        gateway.publicAddress(), TableToken.of(gateway.setting("TABLE_TOKEN_SECRET"), table)))
                .toList();
    }

    private void check(List<Published> acknowledged, List<ResumingSubscriber> phones, String when) throws Exception {
        for (int table = 1; table <= TABLES; table++) {
            int own = table;
            List<String> expected = acknowledged.stream()
                    .filter(event -> event.session() == own)
                    .map(Published::id)
                    .toList();
            ResumingSubscriber phone = phones.get(table - 1);
            await(when + ": events of table " + table)
                    .atMost(SETTLED)
                    .until(() -> Set.copyOf(phone.ids()).containsAll(expected));
            assertThat(phone.ids()).as("%s, table %d", when, table).doesNotHaveDuplicates();
            assertThat(phone.gaps()).as("%s, table %d", when, table).isEmpty();
        }
        List<String> archived = archived(acknowledged.size());
        assertThat(archived).as(when).doesNotHaveDuplicates();
        assertThat(archived)
                .as(when)
                .containsAll(acknowledged.stream().map(Published::id).toList());
        for (ResumingSubscriber phone : phones) {
            var seen = Set.copyOf(phone.ids());
            assertThat(phone.ids())
                    .as("%s: in the order of the log", when)
                    .isEqualTo(archived.stream().filter(seen::contains).toList());
        }
        assertBooksBalance();
    }

    /** Every id in the archive, oldest first, read when at least {@code atLeast} are there. */
    private List<String> archived(int atLeast) {
        var ids = new ArrayList<String>();
        await("the archive has caught up").atMost(SETTLED).until(() -> {
            ids.clear();
            String next = "";
            do {
                JsonNode page = get(
                        gateway.publicAddress() + "/api/v1/events?order=asc&limit=1000" + next,
                        gateway.setting("QUERY_API_KEYS").split("=", -1)[0]);
                page.get("events").forEach(event -> ids.add(event.get("id").asString()));
                next = page.hasNonNull("next") ? "&cursor=" + page.get("next").asString() : "";
            } while (!next.isEmpty());
            return ids.size() >= atLeast;
        });
        return ids;
    }

    private void assertBooksBalance() throws Exception {
        JsonNode books = get(gateway.managementAddress() + "/api/v1/books", "");
        for (String name : BOOKS) {
            JsonNode book = books.path(name);
            assertThat(book.path("balanced").asBoolean(false))
                    .as("%s: %s", name, book)
                    .isTrue();
        }
    }

    private static JsonNode get(String address, String key) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(java.net.URI.create(address))
                    .header("Authorization", "Bearer " + key)
                    .build();
            var answer = http.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body());
        }
    }

    private String key() {
        return gateway.setting("INGEST_API_KEYS").split("=", -1)[0];
    }
}

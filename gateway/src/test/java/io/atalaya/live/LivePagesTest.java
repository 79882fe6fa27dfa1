package io.atalaya.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckReport;
import io.atalaya.budget.SloEngine;
import io.atalaya.budget.SloReport;
import io.atalaya.http.Route;
import io.atalaya.ingest.IntakeLedger;
import io.atalaya.management.DependencyStatus;
import io.atalaya.management.Exchange;
import io.atalaya.management.ManagementFixture;
import io.atalaya.management.Sample;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.recovery.RecoveryTotals;
import io.atalaya.slo.SloFolder;
import io.atalaya.slo.SloOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is told once a second, to those who watch. */
final class LivePagesTest {
    private static final long SECOND = 1_000_000_000L;

    private final ManagementFixture gateway = new ManagementFixture();
    private final IntakeLedger ledger = new IntakeLedger(Set.of());
    private int bookLooks;
    private int sloLooks;
    private boolean welcome = true;
    private long seconds = 1_900_000_000L;
    private final LiveFeed feed = new LiveFeed(
            new LiveSources(
                    gateway.hub,
                    ledger::book,
                    () -> 49_990,
                    gateway.log::totals,
                    Optional::empty,
                    DependencyStatus.Disabled::new,
                    () -> new RecoveryTotals(0, 0, 0, 3, 0, 0, Map.of()),
                    () -> AckReport.EMPTY,
                    () -> Sample.Phase.SERVING,
                    this::slo,
                    () -> {
                        bookLooks++;
                        return gateway.view.books();
                    }),
            new LiveSources.Bounds(1_000, 50_000, 0, 10_000),
            new ProcessProbe(Path.of("/proc/self")),
            () -> Instant.ofEpochSecond(seconds),
            () -> seconds * SECOND);
    private final Watcher watcher = new Watcher();

    private SloReport slo() {
        sloLooks++;
        if (SloFolder.shipped().read() instanceof SloOutcome.Valid valid) {
            return new SloEngine(valid.file(), Instant.EPOCH).report();
        }
        throw new AssertionError("the shipped objectives are valid");
    }

    @AfterEach
    void release() {
        watcher.close();
        gateway.close();
    }

    private List<Route> routes() {
        var routes = new ArrayList<Route>();
        new LivePages(feed, _ -> () -> welcome, () -> Map.of("profile", "restaurant"))
                .pages()
                .forEach((path, handler) -> routes.add(Route.get(path, handler)));
        return routes;
    }

    private void tick() {
        seconds++;
        feed.tick();
    }

    @Test
    void withoutViewersTheHistoryGoesOn() {
        gateway.join("waiter", "1", "7", "a");
        for (int i = 0; i < 11; i++) {
            tick();
        }

        JsonNode history =
                Exchange.of(routes(), "/api/v1/live/history").answer().json();

        assertThat(history.path("count").asInt()).isEqualTo(10);
        assertThat(history.at("/series/connections/9").asInt()).isEqualTo(1);
        assertThat(history.at("/series/uncommitted/9").asInt()).isEqualTo(10);
        assertThat(history.at("/series/p50/9").isNull()).isTrue();
    }

    @Test
    void aViewerIsToldWhoServesAndEverythingElseAtOnce() {
        tick();
        tick();

        watcher.watch(routes(), "/api/v1/live");

        assertThat(watcher.read())
                .contains("content-type: text/event-stream", "event: hello", "restaurant")
                .contains("event: slo\n", "event: books\n", "event: tenants\n", "event: tick\n");
        assertThat(watcher.last("tick").path("t").asLong()).isEqualTo(seconds * 1_000);
    }

    @Test
    void viewersCostNothingToGather() {
        for (int i = 0; i < 21; i++) {
            tick();
        }
        int books = bookLooks;
        int slo = sloLooks;

        watcher.watch(routes(), "/api/v1/live");
        var other = new Watcher();
        other.watch(routes(), "/api/v1/live");
        for (int i = 0; i < 20; i++) {
            tick();
        }

        assertThat(bookLooks - books).isEqualTo(4);
        assertThat(sloLooks - slo).isEqualTo(2);
        assertThat(other.last("books")).isEqualTo(watcher.last("books"));
        other.close();
    }

    @Test
    void aTickSaysWhatHasHappenedSinceTheLast() {
        watcher.watch(routes(), "/api/v1/live");
        tick();
        gateway.join("waiter", "1", "7", "a");
        gateway.join("waiter", "2", "8", "b");
        gateway.join("diner", "2", "9", "c").onInactive();
        tick();

        JsonNode tick = watcher.last("tick");

        assertThat(tick.path("t").asLong()).isEqualTo(seconds * 1_000);
        assertThat(tick.path("connections").asInt()).isEqualTo(2);
        assertThat(tick.path("connects").asInt()).isEqualTo(3);
        assertThat(tick.path("disconnects").asInt()).isEqualTo(1);
        assertThat(tick.at("/endpoints/0/name").asString()).isEqualTo("waiter");
        assertThat(tick.at("/endpoints/0/connections").asInt()).isEqualTo(2);
        assertThat(tick.at("/buffer/uncommitted/size").asInt()).isEqualTo(10);
        assertThat(tick.at("/latency/1s/p50").isNull()).isTrue();
        assertThat(tick.path("replays_waiting").asInt()).isEqualTo(3);
        assertThat(tick.path("viewers").asInt()).isEqualTo(1);
    }

    @Test
    void tenantsComeWithTheBusiestFirst() {
        gateway.join("waiter", "1", "7", "a");
        gateway.join("waiter", "2", "8", "b");
        gateway.join("diner", "2", "9", "c");
        watcher.watch(routes(), "/api/v1/live");
        tick();
        tick();

        JsonNode tenants = watcher.last("tenants");

        assertThat(tenants.path("total").asInt()).isEqualTo(2);
        assertThat(tenants.at("/tenants/0/tenant").asString()).isEqualTo("2");
        assertThat(tenants.at("/tenants/0/connections").asInt()).isEqualTo(2);
    }

    @Test
    void theBooksComeEveryFiveSecondsWithTheirSums() {
        watcher.watch(routes(), "/api/v1/live");
        for (int i = 0; i < 12; i++) {
            tick();
        }

        assertThat(bookLooks).isEqualTo(3);
        JsonNode books = watcher.last("books");
        assertThat(books.at("/sums/0/name").asString()).isEqualTo("intake");
        assertThat(books.at("/sums/0/balanced").asBoolean())
                .isEqualTo(books.at("/intake/balanced").asBoolean());
        assertThat(books.at("/deliveries/balanced").asBoolean()).isTrue();
    }

    @Test
    void whoMayNotStayIsSentAwayWithTheNextTick() {
        watcher.watch(routes(), "/api/v1/live");
        tick();
        assertThat(watcher.isOpen()).isTrue();

        welcome = false;
        tick();

        assertThat(watcher.isOpen()).isFalse();
        assertThat(feed.viewers().size()).isZero();
    }

    @Test
    void aViewerWhoDoesNotReadLosesTicksAndIsEndedAfterAMinute() {
        watcher.watch(routes(), "/api/v1/live");
        watcher.stopReading();
        var other = new Watcher();
        other.watch(routes(), "/api/v1/live");

        int ticks = 0;
        while (watcher.isOpen() && ticks < 100) {
            tick();
            ticks++;
        }

        assertThat(ticks).isBetween(60, 63);
        assertThat(feed.viewers().lost()).isGreaterThan(59);
        assertThat(other.last("tick").path("t").asLong()).isEqualTo(seconds * 1_000);
        assertThat(other.isOpen()).isTrue();
        other.close();
    }

    @Test
    void oneViewerTooManyIsToldToComeLater() {
        var many = new ArrayList<Watcher>();
        for (int i = 0; i < 32; i++) {
            many.add(new Watcher());
            many.getLast().watch(routes(), "/api/v1/live");
        }

        var answer = Exchange.of(routes(), "/api/v1/live").answer();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsKey("retry-after");
        many.forEach(Watcher::close);
        assertThat(feed.viewers().size()).isZero();
    }

    @Test
    void aHistoryThatIsNotKeptIsRefused() {
        assertThat(Exchange.of(routes(), "/api/v1/live/history?step=5s")
                        .answer()
                        .status())
                .isEqualTo(400);
        assertThat(Exchange.of(routes(), "/api/v1/live/history?seconds=0")
                        .answer()
                        .status())
                .isEqualTo(400);
        assertThat(Exchange.of(routes(), "/api/v1/live/history?step=10s&seconds=60")
                        .answer()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anEventIsOneLineOfData() {
        byte[] event = Viewers.event("tick", JsonMapper.shared().writeValueAsBytes(Map.of("a", "b\nc")));

        assertThat(new String(event, StandardCharsets.UTF_8)).isEqualTo("event: tick\ndata: {\"a\":\"b\\nc\"}\n\n");
    }
}

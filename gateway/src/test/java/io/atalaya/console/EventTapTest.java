package io.atalaya.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.http.Route;
import io.atalaya.live.Watcher;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.management.Exchange;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Operators see events pass, and hold nobody up. */
final class EventTapTest {
    private final List<String> routed = new ArrayList<>();
    private final ArrayDeque<Runnable> work = new ArrayDeque<>();
    private final EventTap tap = new EventTap(
            entries -> entries.forEach(entry -> routed.add(entry.event().id().value())),
            events -> events.forEach(event -> routed.add(event.id().value())),
            work::add,
            () -> Instant.ofEpochMilli(5_000));
    private final TailPage page = new TailPage(tap, _ -> () -> true, () -> Instant.ofEpochMilli(5_000));
    private final Watcher watcher = new Watcher();
    private long offset;

    @AfterEach
    void release() {
        watcher.close();
    }

    private List<Route> routes() {
        return List.of(Route.get("/tail", page::onTail));
    }

    private void commit(String id, String type, String tenant, String json) {
        tap.onCommitted(List.of(new Entry(new Cursor(1, ++offset), 4_000, event(id, type, tenant, json, true))));
    }

    private static Event event(String id, String type, String tenant, String json, boolean durable) {
        return new Event(
                new TenantId(tenant),
                new EventId(id),
                type,
                Map.of("branch_id", "3"),
                new Event.Body(json.substring(0, json.length() - 1).getBytes(UTF_8)),
                Instant.EPOCH,
                0,
                durable);
    }

    private void runWork() {
        while (!work.isEmpty()) {
            work.remove().run();
        }
    }

    @Test
    void theRouterHearsOfEverythingWhetherOrNotSomebodyWatches() {
        commit("a", "T", "1", "{\"x\":1}");
        assertThat(work).isEmpty();

        watcher.watch(routes(), "/tail");
        commit("b", "T", "1", "{\"x\":1}");
        tap.onEphemeral(List.of(event("c", "T", "1", "{\"x\":1}", false)));

        assertThat(routed).containsExactly("a", "b", "c");
        assertThat(work).hasSize(1);
    }

    @Test
    void anEventIsShownAsItIsDelivered() {
        watcher.watch(routes(), "/tail");
        assertThat(watcher.all()).contains("event: ready\n");

        commit("b", "ROUND_READY", "1", "{\"type\":\"ROUND_READY\",\n \"note\":\"ñ\"}");
        runWork();

        JsonNode seen = watcher.last("event");
        assertThat(seen.path("id").asString()).isEqualTo("b");
        assertThat(seen.path("at").asLong()).isEqualTo(4_000);
        assertThat(seen.path("cursor").asString()).isEqualTo("1-1");
        assertThat(seen.at("/scope/branch_id").asString()).isEqualTo("3");
        assertThat(seen.at("/event/note").asString()).isEqualTo("ñ");
        assertThat(seen.at("/event/cursor").asString()).isEqualTo("1-1");
    }

    @Test
    void anEphemeralEventHasNoCursor() {
        watcher.watch(routes(), "/tail");

        tap.onEphemeral(List.of(event("c", "TYPING", "1", "{\"x\":1}", false)));
        runWork();

        JsonNode seen = watcher.last("event");
        assertThat(seen.path("cursor").isNull()).isTrue();
        assertThat(seen.path("durable").asBoolean()).isFalse();
        assertThat(seen.path("event").toString()).isEqualTo("{\"x\":1}");
    }

    @Test
    void aLongEventIsShownWithoutItsBody() {
        watcher.watch(routes(), "/tail");

        commit("b", "T", "1", "{\"x\":\"" + "y".repeat(9_000) + "\"}");
        runWork();

        JsonNode seen = watcher.last("event");
        assertThat(seen.path("truncated").asBoolean()).isTrue();
        assertThat(seen.path("event").isNull()).isTrue();
        assertThat(seen.path("bytes").asInt()).isEqualTo(9_008);
    }

    @ParameterizedTest
    @CsvSource({
        "type=A,            a",
        "'type=A,B',        a b",
        "tenant=2,          b",
        "branch=3,          a b",
        "branch=4,          ''",
        "q=needle,          b",
        "type=A&tenant=2,   ''",
    })
    void onlyWhatIsWantedIsShown(String filter, String shown) {
        watcher.watch(routes(), "/tail?" + filter);

        commit("a", "A", "1", "{\"x\":1}");
        commit("b", "B", "2", "{\"x\":\"needle\"}");
        runWork();

        String all = watcher.all();
        assertThat(all.contains("\"id\":\"a\"")).isEqualTo(shown.contains("a"));
        assertThat(all.contains("\"id\":\"b\"")).isEqualTo(shown.contains("b"));
    }

    @Test
    void aboveTheRateEventsAreCountedInsteadOfShown() {
        watcher.watch(routes(), "/tail?max_per_second=2");

        for (int i = 0; i < 5; i++) {
            commit("e" + i, "T", "1", "{\"x\":1}");
        }
        runWork();
        page.tick();

        JsonNode skipped = watcher.last("skipped");
        assertThat(watcher.all()).contains("\"id\":\"e1\"").doesNotContain("\"id\":\"e2\"");
        assertThat(skipped.path("skipped").asInt()).isEqualTo(3);
        assertThat(skipped.path("reason").asString()).isEqualTo("rate");

        commit("next", "T", "1", "{\"x\":1}");
        runWork();
        page.tick();
        assertThat(watcher.last("event").path("id").asString()).isEqualTo("next");
        assertThat(watcher.last("skipped").path("total").asInt()).isEqualTo(3);
    }

    @Test
    void aViewerWhoDoesNotReadLosesEventsAndIsToldHowManyWhenItDoes() {
        watcher.watch(routes(), "/tail?max_per_second=200");
        watcher.stopReading();
        var other = new Watcher();
        other.watch(routes(), "/tail?max_per_second=200");

        for (int i = 0; i < 50; i++) {
            commit("e" + i, "T", "1", "{\"x\":\"" + "y".repeat(100) + "\"}");
        }
        runWork();

        assertThat(other.last("event").path("id").asString()).isEqualTo("e49");
        assertThat(routed).hasSize(50);
        assertThat(watcher.all()).doesNotContain("e49");
        watcher.readAgain();
        page.tick();
        JsonNode skipped = watcher.last("skipped");
        assertThat(skipped.path("reason").asString()).isEqualTo("slow");
        long shown = watcher.all()
                .lines()
                .filter(line -> line.equals("event: event"))
                .count();
        assertThat(shown + skipped.path("skipped").asLong()).isEqualTo(50);
        other.close();
    }

    @Test
    void whatWaitsForTheViewersIsBounded() {
        watcher.watch(routes(), "/tail");
        for (int i = 0; i < 10_100; i++) {
            commit("e" + i, "T", "1", "{\"x\":1}");
        }
        runWork();
        page.tick();

        assertThat(routed).hasSize(10_100);
        assertThat(watcher.last("skipped").path("skipped").asInt()).isEqualTo(10_050);
    }

    @Test
    void whoHasLeftIsNotServedAnyMore() {
        watcher.watch(routes(), "/tail");
        watcher.close();

        commit("a", "T", "1", "{\"x\":1}");

        assertThat(work).isEmpty();
    }

    @Test
    void thereAreOnlySoManyViewers() {
        var many = new ArrayList<Watcher>();
        for (int i = 0; i < 16; i++) {
            many.add(new Watcher());
            many.getLast().watch(routes(), "/tail");
        }

        assertThat(Exchange.of(routes(), "/tail").answer().status()).isEqualTo(503);
        many.forEach(Watcher::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_per_second=0", "max_per_second=201", "typ=A"})
    void whatIsNotUnderstoodIsRefused(String query) {
        assertThat(Exchange.of(routes(), "/tail?" + query).answer().status()).isEqualTo(400);
    }
}

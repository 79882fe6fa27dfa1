package io.atalaya.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.ModelArchive;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.query.HttpRig.Answer;
import io.atalaya.routing.Attendee;
import io.atalaya.routing.RoutingPropertyTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class EventsRouteIT {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final IntakeConfig KEYS = new IntakeConfig(
            Map.of("publisher", "1"), Map.of("one", "1", "two", "2", "all", "*"), 65_536, 1 << 20, 100, 100);
    private static final List<String> TYPES = List.of("ROUND_READY", "CHECK_PAID", "TABLE_CLEARED");

    private final ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor();
    private final ModelArchive archive = new ModelArchive(
            new ArchiveFields(List.of("branch_id", "session_id", "sector_id"), Optional.empty()),
            InstantSource.fixed(START));
    private final HttpRig rig = rig(archive, new QueryConfig(2, Duration.ofSeconds(5), 100, Duration.ofMinutes(5)));

    private HttpRig rig(io.atalaya.archive.Archive asked, QueryConfig config) {
        return new HttpRig(
                List.of(new EventsRoute(KEYS, asked, Attendee.restaurant(), new Reads(config, worker)).route()));
    }

    @AfterEach
    void close() {
        rig.close();
        worker.shutdownNow();
    }

    @Test
    void onlyQueryKeysRead() {
        assertThat(rig.get("/api/v1/events").status()).isEqualTo(401);
        assertThat(rig.get("/api/v1/events").header("www-authenticate")).isEqualTo("Bearer");
        assertThat(get("", "nobody").status()).isEqualTo(401);
        assertThat(get("", "publisher").status()).isEqualTo(403);
        assertThat(get("", "one").status()).isEqualTo(200);
    }

    @Test
    void eventsComeAsPublishedWithTheirCursor() {
        archive.store(List.of(entry(1, "1", "ROUND_READY", Map.of("branch_id", "3"))));

        Answer answer = get("", "one");

        assertThat(answer.body())
                .isEqualTo(
                        "{\"events\":[{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"ñ\":\"鹭\",\"id\":\"e-1\",\"cursor\":\""
                                + new Cursor(7, 1) + "\"}],\"next\":null}");
        assertThat(answer.header("content-type")).isEqualTo("application/json");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 4, 90})
    void everyQueryAnswersExactlyTheEventsOfItsTenantThatItSelects(long seed) {
        var random = new Random(seed);
        List<Entry> all = entries(random, 600);
        archive.store(all);
        int seen = 0;
        for (int i = 0; i < 60; i++) {
            Asked asked = asked(random);
            List<String> expected = all.stream()
                    .filter(asked.selects())
                    .sorted(asked.order())
                    .map(EventsRouteIT::name)
                    .toList();

            List<String> answered = pages(asked.query(), asked.key());

            assertThat(answered).as("seed %d: %s", seed, asked).isEqualTo(expected);
            seen += answered.size();
        }
        assertThat(seen).as("events seen, so that the property is not empty").isGreaterThan(500);
    }

    @Test
    void pagesShowWhatWasThereOnceThoughEventsArriveMeanwhile() {
        archive.store(entries(new Random(5), 200));
        List<String> before = pages("&order=newest", "all");
        var shown = new ArrayList<String>();
        String cursor = "";
        long offset = 10_000;
        do {
            JsonNode page = get("&limit=17" + cursor, "all").json();
            page.path("events").forEach(event -> shown.add(name(event)));
            archive.store(List.of(entry(offset++, "1", "LATE", Map.of())));
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());

        assertThat(shown).isEqualTo(before);
    }

    @Test
    void aKeyOfOneTenantCannotNameAnother() {
        archive.store(entries(new Random(6), 100));

        assertThat(get("&tenant=2", "one").status()).isEqualTo(403);
        assertThat(get("&tenant=1", "one").status()).isEqualTo(200);
        assertThat(get("&tenant=2", "all").json().path("events"))
                .isNotEmpty()
                .allMatch(event -> event.path("tenant_id").asInt() == 2);
    }

    @Test
    void aKeyOfOneTenantCannotGoOnWithTheCursorOfAnotherToSeeItsEvents() {
        archive.store(entries(new Random(7), 200));
        String next = get("&limit=1", "two").json().path("next").asString();

        JsonNode page = get("&limit=1000&cursor=" + next, "one").json();

        assertThat(page.path("events"))
                .isNotEmpty()
                .allMatch(event -> event.path("tenant_id").asInt() == 1);
    }

    @Test
    void everyBadParameterIsNamedAtOnce() {
        Answer answer = get(
                "&limit=0&order=up&time=x&from=yesterday&to=1e3&branch_id=x&sector=5&sector_id=6&cursor=abc"
                        + "&type=a&type=b&colour=red&tenant=%20",
                "all");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(StreamSupport.stream(answer.json().path("errors").spliterator(), false)
                        .map(error -> error.path("parameter").asString()))
                .containsExactlyInAnyOrder(
                        "limit",
                        "order",
                        "time",
                        "from",
                        "to",
                        "branch_id",
                        "sector",
                        "cursor",
                        "type",
                        "colour",
                        "tenant");
    }

    @ParameterizedTest
    @CsvSource({
        "from=2026-03-01T10:00:00Z&to=2026-03-01T10:00:00Z, to",
        "from=2026-03-01T10:00:00, from",
        "from=99999999999999999999, from",
        "limit=1001, limit",
        "limit=-1, limit",
        "limit=1.5, limit"
    })
    void oneBadParameterIsNamed(String query, String parameter) {
        JsonNode errors = get("&" + query, "one").json().path("errors");

        assertThat(errors).hasSize(1);
        assertThat(errors.get(0).path("parameter").asString()).isEqualTo(parameter);
        assertThat(errors.get(0).path("expected").asString()).isNotEmpty();
    }

    @Test
    void anArchiveThatIsDownIsSaid() {
        archive.down(true);

        Answer answer = get("", "one");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isEqualTo("1");
    }

    @Test
    void readersBeyondTheBoundAreToldToComeAgainAndTheOthersAreNot() throws Exception {
        var held = new HeldArchive(archive);
        try (var slow = rig(held, new QueryConfig(2, Duration.ofSeconds(10), 1, Duration.ofSeconds(1)))) {
            var first = CompletableFuture.supplyAsync(() -> ask(slow));
            var second = CompletableFuture.supplyAsync(() -> ask(slow));
            held.awaitReaders(2);

            Answer refused = ask(slow);
            held.release.countDown();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(first.get().status()).isEqualTo(200);
            assertThat(second.get().status()).isEqualTo(200);
            assertThat(ask(slow).status()).isEqualTo(200);
        }
    }

    @Test
    void aSlowArchiveEndsInATimeOutThatKeepsItsPlace() throws Exception {
        var held = new HeldArchive(archive);
        try (var slow = rig(held, new QueryConfig(1, Duration.ofMillis(200), 1, Duration.ofSeconds(1)))) {
            Answer timedOut = ask(slow);
            Answer refused = ask(slow);
            held.release.countDown();

            assertThat(timedOut.status()).isEqualTo(503);
            assertThat(timedOut.json().path("detail").asString()).contains("did not answer in time");
            assertThat(refused.json().path("detail").asString()).contains("too many reads");
            await().atMost(Duration.ofSeconds(10)).until(() -> ask(slow).status() == 200);
        }
    }

    private static Answer ask(HttpRig rig) {
        return rig.get("/api/v1/events", "Authorization", "Bearer one");
    }

    private Answer get(String query, String key) {
        String target = query.isEmpty() ? "" : "?" + query.substring(1);
        return rig.get("/api/v1/events" + target, "Authorization", "Bearer " + key);
    }

    /** The names of all events of a query, page by page. */
    private List<String> pages(String query, String key) {
        var shown = new ArrayList<String>();
        String cursor = "";
        do {
            Answer answer = get("&limit=50" + query + cursor, key);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            JsonNode page = answer.json();
            page.path("events").forEach(event -> shown.add(name(event)));
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());
        return shown;
    }

    private static String name(JsonNode event) {
        return event.path("tenant_id").asInt() + "/" + event.path("id").asString();
    }

    private static String name(Entry entry) {
        return entry.event().tenant() + "/" + entry.event().id();
    }

    private static List<Entry> entries(Random random, int count) {
        var entries = new ArrayList<Entry>();
        for (int i = 1; i <= count; i++) {
            entries.add(entry(
                    i,
                    RoutingPropertyTest.number(random, 3),
                    RoutingPropertyTest.pick(random, TYPES),
                    RoutingPropertyTest.scope(random)));
        }
        return entries;
    }

    /** Arrives a second after the one before; its own time is up to a minute before or after. */
    private static Entry entry(long offset, String tenant, String type, Map<String, String> scope) {
        String open = "{\"type\":\"%s\",\"tenant_id\":%s,\"ñ\":\"鹭\",\"id\":\"e-%d\"".formatted(type, tenant, offset);
        Instant arrival = START.plusSeconds(offset);
        var event = new Event(
                new TenantId(tenant),
                new EventId("e-" + offset),
                type,
                scope,
                new Event.Body(open.getBytes(StandardCharsets.UTF_8)),
                arrival.plusSeconds((offset * 7919) % 121 - 60),
                0,
                true);
        return new Entry(new Cursor(7, offset), arrival.toEpochMilli(), event);
    }

    /** A query, and what it should select, written without the archive's own idea of a query. */
    private record Asked(String query, String key, Predicate<Entry> selects, Comparator<Entry> order) {}

    private static Asked asked(Random random) {
        String key = RoutingPropertyTest.pick(random, List.of("one", "two", "all"));
        var query = new StringBuilder();
        Predicate<Entry> selects = entry -> switch (key) {
            case "one" -> entry.event().tenant().value().equals("1");
            case "two" -> entry.event().tenant().value().equals("2");
            default -> true;
        };
        if (random.nextBoolean()) {
            String type = RoutingPropertyTest.pick(random, TYPES);
            query.append("&type=").append(type);
            selects = selects.and(entry -> entry.event().type().equals(type));
        }
        var names = new HashMap<>(Map.of("branch_id", "branch", "session_id", "session", "sector_id", "sector_id"));
        for (var name :
                names.entrySet().stream().sorted(Map.Entry.comparingByKey()).collect(Collectors.toList())) {
            if (random.nextInt(3) == 0) {
                String value = RoutingPropertyTest.number(random, 4);
                String alias = random.nextBoolean() ? name.getKey() : name.getValue();
                query.append('&').append(alias).append('=').append(random.nextBoolean() ? value : "0" + value);
                selects =
                        selects.and(entry -> value.equals(entry.event().scope().get(name.getKey())));
            }
        }
        boolean byEvent = random.nextBoolean();
        query.append(byEvent ? "&time=event" : "");
        if (random.nextBoolean()) {
            Instant from = START.plusSeconds(random.nextInt(300));
            query.append("&from=").append(random.nextBoolean() ? from : from.toEpochMilli());
            selects = selects.and(entry -> time(entry, byEvent) >= from.toEpochMilli());
        }
        if (random.nextBoolean()) {
            Instant to = START.plusSeconds(300 + random.nextInt(300));
            query.append("&to=").append(to.toString().replace("Z", "%2B00:00"));
            selects = selects.and(entry -> time(entry, byEvent) < to.toEpochMilli());
        }
        Comparator<Entry> order =
                Comparator.<Entry>comparingLong(entry -> time(entry, byEvent)).thenComparing(Entry::cursor);
        boolean oldest = random.nextBoolean();
        query.append(oldest ? "&order=oldest" : random.nextBoolean() ? "&order=desc" : "");
        return new Asked(query.toString(), key, selects, oldest ? order : order.reversed());
    }

    private static long time(Entry entry, boolean byEvent) {
        return byEvent ? entry.event().timestamp().toEpochMilli() : entry.atMillis();
    }

    /** An archive whose answers wait. Thread-safe. */
    private static final class HeldArchive implements io.atalaya.archive.Archive {
        private final ModelArchive archive;
        private final CountDownLatch release = new CountDownLatch(1);
        private final java.util.concurrent.atomic.AtomicInteger readers =
                new java.util.concurrent.atomic.AtomicInteger();

        HeldArchive(ModelArchive archive) {
            this.archive = archive;
        }

        void awaitReaders(int wanted) {
            await().atMost(Duration.ofSeconds(10)).until(() -> readers.get() == wanted);
        }

        @Override
        public EventPage events(EventQuery query) {
            readers.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return archive.events(query);
        }

        @Override
        public ArchiveFields fields() {
            return archive.fields();
        }

        @Override
        public int store(List<Entry> entries) {
            return archive.store(entries);
        }

        @Override
        public boolean bury(Entry entry, io.atalaya.archive.Rejection rejection) {
            return archive.bury(entry, rejection);
        }

        @Override
        public long count(EventQuery query) {
            return archive.count(query);
        }

        @Override
        public Optional<Entry> find(TenantId tenant, EventId id) {
            return archive.find(tenant, id);
        }

        @Override
        public io.atalaya.archive.Statistics statistics(Instant now) {
            return archive.statistics(now);
        }

        @Override
        public io.atalaya.archive.Statistics statistics(TenantId tenant, Instant now) {
            return archive.statistics(tenant, now);
        }

        @Override
        public Purged purge(Instant before, int most) {
            return archive.purge(before, most);
        }

        @Override
        public Counts counts() {
            return archive.counts();
        }

        @Override
        public Counts counts(long epoch) {
            return archive.counts(epoch);
        }

        @Override
        public io.atalaya.archive.DeadLetters deadLetters() {
            return archive.deadLetters();
        }

        @Override
        public void probe() {
            archive.probe();
        }

        @Override
        public Optional<Size> size() {
            return Optional.empty();
        }

        @Override
        public Connections connections() {
            return archive.connections();
        }

        @Override
        public void close() {
            archive.close();
        }
    }
}

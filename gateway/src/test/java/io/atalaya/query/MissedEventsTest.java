package io.atalaya.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found backwards from the end is what a look through everything would find. */
class MissedEventsTest {
    private static final TenantId TENANT = new TenantId("1");

    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final List<Entry> stored = new ArrayList<>();

    private InMemoryEventLog log(int maxEvents) {
        var config = new LogConfig(maxEvents, 1L << 30, Duration.ofDays(1), Duration.ofDays(1), 1_000_000, false);
        return new InMemoryEventLog(config, 3, () -> Instant.ofEpochMilli(clock.get()), stored::addAll);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 17, 2026})
    void theNewestWantedEventsAreFound(long seed) {
        var random = new Random(seed);
        int retained = 500 + random.nextInt(8_000);
        var log = log(retained);
        int rarity = 1 + random.nextInt(40);
        for (int i = 0; i < 10_000; i++) {
            clock.addAndGet(random.nextInt(20));
            log.append(List.of(event(random.nextInt(rarity) == 0 ? "1" : "2", i)));
        }
        List<Entry> readable = stored.subList(stored.size() - retained, stored.size());
        for (int i = 0; i < 50; i++) {
            int max = 1 + random.nextInt(200);
            long since = 1_000_000L + random.nextInt(120_000);
            int modulus = 1 + random.nextInt(5);
            List<Entry> expected = readable.stream()
                    .filter(entry -> entry.event().tenant().equals(TENANT)
                            && entry.atMillis() >= since
                            && wanted(entry.event(), modulus))
                    .toList();

            List<Entry> found = new MissedEvents(log).newest(TENANT, since, max, event -> wanted(event, modulus));

            assertThat(found)
                    .as("seed %d: since %d, at most %d, every %d", seed, since, max, modulus)
                    .isEqualTo(expected.subList(Math.max(0, expected.size() - max), expected.size()));
        }
        log.close();
    }

    @Test
    void anEmptyLogHasNothing() {
        assertThat(new MissedEvents(log(10)).newest(TENANT, 0, 10, _ -> true)).isEmpty();
    }

    private static boolean wanted(Event event, int modulus) {
        return Integer.parseInt(event.id().value()) % modulus == 0;
    }

    private static Event event(String tenant, int id) {
        return new Event(
                new TenantId(tenant),
                new EventId(Integer.toString(id)),
                "T",
                Map.of(),
                new Event.Body(new byte[] {'{'}),
                Instant.EPOCH,
                0,
                true);
    }
}

package io.atalaya.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryEventLogTest extends EventLogContract {
    private static final long EPOCH = 0xFFFF_FFFFL;

    @Override
    protected EventLog create(LogConfig config, InstantSource clock, EventLog.CommitListener listener) {
        return new InMemoryEventLog(config, EPOCH, clock, listener);
    }

    private static LogConfig remembering(int ids) {
        return new LogConfig(1_000, 1L << 30, Duration.ofHours(1), Duration.ofHours(1), ids, false);
    }

    @Test
    void itsCursorsAreOfTheEpochThatItWasGiven() {
        try (var log = new InMemoryEventLog(LogConfig.defaults(), EPOCH, () -> Instant.EPOCH, _ -> {})) {
            assertThat(append(log, event("a")).getFirst().cursor()).isEqualTo(new Cursor(EPOCH, 1));
            assertThat(log.head(new TenantId("1")).epoch()).isEqualTo(EPOCH);
        }
    }

    @Test
    void itRemembersNoMoreIdsThanItMayAndForgetsTheOldestFirst() {
        try (var log = new InMemoryEventLog(remembering(2), EPOCH, () -> Instant.EPOCH, _ -> {})) {
            append(log, event("a"), event("b"), event("c"), event("d"));

            List<Appended> outcomes = append(log, event("d"), event("c"), event("b"));

            assertThat(outcomes.subList(0, 2)).hasOnlyElementsOfType(Appended.Duplicate.class);
            assertThat(outcomes.get(2)).isInstanceOf(Appended.Stored.class);
        }
    }
}

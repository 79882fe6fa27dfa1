package io.atalaya.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Appended;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class InMemoryEventLogTest extends EventLogContract {
    private static final long EPOCH = 0xFFFF_FFFFL;

    @Override
    protected EventLog create(LogConfig config, LongSupplier nanoClock, EventLog.CommitListener listener) {
        return new InMemoryEventLog(config, EPOCH, nanoClock, listener);
    }

    private static LogConfig remembering(int ids) {
        return new LogConfig(1_000, 1L << 30, Duration.ofHours(1), Duration.ofHours(1), ids);
    }

    @Test
    void itsCursorsAreOfTheEpochThatItWasGiven() {
        try (var log = new InMemoryEventLog(LogConfig.defaults(), EPOCH, () -> 0, _ -> {})) {
            assertThat(append(log, event("a")).getFirst().cursor()).isEqualTo(new Cursor(EPOCH, 1));
            assertThat(log.head().epoch()).isEqualTo(EPOCH);
        }
    }

    @Test
    void itRemembersNoMoreIdsThanItMayAndForgetsTheOldestFirst() {
        try (var log = new InMemoryEventLog(remembering(2), EPOCH, () -> 0, _ -> {})) {
            append(log, event("a"), event("b"), event("c"), event("d"));

            List<Appended> outcomes = append(log, event("d"), event("c"), event("b"));

            assertThat(outcomes.subList(0, 2)).hasOnlyElementsOfType(Appended.Duplicate.class);
            assertThat(outcomes.get(2)).isInstanceOf(Appended.Stored.class);
        }
    }

    @Test
    void whatTheListenerHearsCanBeReadAtOnce() {
        var heads = new ArrayList<Long>();
        var self = new EventLog[1];
        try (var log = new InMemoryEventLog(
                LogConfig.defaults(),
                EPOCH,
                () -> 0,
                entries -> heads.add(
                        self[0].head().offset() - entries.getLast().cursor().offset()))) {
            self[0] = log;

            append(log, event("a"), event("b"));

            assertThat(heads).containsExactly(0L);
        }
    }
}

package io.atalaya.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.CommitListener;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** A log under test with its clock and its listener. Confined to the test. */
abstract class EventLogFixture {
    static final TenantId TENANT = new TenantId("1");

    static final TenantId OTHER = new TenantId("2");

    static final LogConfig ROOMY =
            new LogConfig(10_000, 1L << 30, Duration.ofHours(24), Duration.ofMinutes(10), 100_000, false);

    static final LogConfig ARCHIVED =
            new LogConfig(5, 1L << 30, Duration.ofHours(24), Duration.ofMinutes(10), 100_000, true);

    /** Wall clock of the log under test, in milliseconds since 1970; moved by the tests alone. */
    final AtomicLong millis = new AtomicLong(1_000_000);

    final List<Entry> heard = Collections.synchronizedList(new ArrayList<>());

    final List<EventLog> opened = new ArrayList<>();

    /** A new, empty log. */
    protected abstract EventLog create(LogConfig config, InstantSource clock, CommitListener listener);

    EventLog open(LogConfig config) {
        EventLog log = create(config, () -> Instant.ofEpochMilli(millis.get()), heard::addAll);
        opened.add(log);
        return log;
    }

    @AfterEach
    final void closeEverything() {
        opened.forEach(EventLog::close);
    }

    /** An event with this id, whose body is as long as asked for. */
    protected static Event event(TenantId tenant, String id, int openLength) {
        String start = "{\"id\":\"" + id + "\",\"x\":\"";
        String open = start + "x".repeat(Math.max(0, openLength - start.length() - 1)) + "\"";
        return new Event(
                tenant,
                new EventId(id),
                "TYPE",
                Map.of("branch_id", "3"),
                new Event.Body(open.getBytes(UTF_8)),
                Instant.ofEpochSecond(1_000),
                5,
                true);
    }

    /** An event of the usual tenant. */
    protected static Event event(String id) {
        return event(TENANT, id, 0);
    }

    /** Appends and waits for the outcome. */
    protected static List<Appended> append(EventLog log, Event... events) {
        return log.append(List.of(events))
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    static Cursor at(EventLog log, long offset) {
        return new Cursor(log.head(TENANT).epoch(), offset);
    }

    static List<Entry> read(EventLog log, long after) {
        return read(log, TENANT, after);
    }

    static List<Entry> read(EventLog log, TenantId tenant, long after) {
        var all = new ArrayList<Entry>();
        Cursor at = new Cursor(log.head(tenant).epoch(), after);
        Cursor head = log.head(tenant);
        do {
            Slice slice = log.read(tenant, at, 10_000);
            assertThat(slice).isInstanceOf(Slice.Entries.class);
            all.addAll(((Slice.Entries) slice).entries());
            at = ((Slice.Entries) slice).through();
        } while (at.offset() < head.offset());
        return all;
    }

    static List<String> ids(List<Entry> entries) {
        return entries.stream().map(entry -> entry.event().id().value()).toList();
    }

    static List<Long> offsets(List<Appended> outcomes) {
        return outcomes.stream().map(outcome -> outcome.cursor().offset()).toList();
    }

    void pass(Duration time) {
        millis.addAndGet(time.toMillis());
    }
}

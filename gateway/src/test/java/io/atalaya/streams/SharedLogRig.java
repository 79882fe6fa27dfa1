package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import io.atalaya.redis.RedisServer;
import io.atalaya.streams.StreamNode.Given;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A real Redis and the nodes on it. Confined to the test. */
abstract class SharedLogRig {
    static final LogConfig ROOMY =
            new LogConfig(100_000, 1L << 30, Duration.ofHours(24), Duration.ofHours(1), 100_000, true);

    static final List<TenantId> TENANTS =
            IntStream.range(0, 8).mapToObj(i -> new TenantId("t" + i)).toList();

    final List<StreamNode> nodes = new ArrayList<>();

    RedisServer server;

    @BeforeEach
    void startServer() {
        server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterEach
    void stopEverything() {
        nodes.forEach(StreamNode::close);
        if (server != null) {
            server.close();
        }
    }

    StreamNode node(Given given) {
        StreamNode node = StreamNode.start(server.url(), given);
        nodes.add(node);
        return node;
    }

    StreamNode node() {
        return node(Given.of(ROOMY, 4));
    }

    static Event event(TenantId tenant, String id) {
        return new Event(
                tenant,
                new EventId(id),
                "TYPE",
                Map.of(),
                new Event.Body(("{\"id\":\"" + id + "\"").getBytes(UTF_8)),
                Instant.EPOCH,
                1,
                true);
    }

    static List<Appended> append(StreamNode node, Event... events) {
        return node.log
                .append(List.of(events))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    /** Appends until it works, as a producer that wants its event stored does. */
    static List<Appended> appendStubbornly(StreamNode node, Event... events) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                return append(node, events);
            } catch (RuntimeException refused) {
                if (attempt > 200) {
                    throw refused;
                }
                Thread.sleep(50);
            }
        }
    }

    static List<String> ids(List<Entry> entries, TenantId tenant) {
        return entries.stream()
                .map(Entry::event)
                .filter(event -> event.tenant().equals(tenant))
                .map(event -> event.id().value())
                .toList();
    }

    static List<String> names(List<Entry> entries) {
        return entries.stream()
                .map(entry -> entry.event().tenant() + "/" + entry.event().id())
                .toList();
    }

    static Map<String, Cursor> cursors(List<Entry> entries) {
        return entries.stream()
                .collect(java.util.stream.Collectors.toMap(
                        entry -> entry.event().tenant() + "/" + entry.event().id(), Entry::cursor));
    }

    static List<String> readAll(EventLog log, TenantId tenant) {
        Cursor head = log.head(tenant);
        var at = new Cursor(head.epoch(), 0);
        var all = new ArrayList<Entry>();
        while (at.offset() < head.offset()) {
            var entries = (Slice.Entries) log.read(tenant, at, 7);
            all.addAll(entries.entries());
            at = entries.through();
        }
        return ids(all, tenant);
    }
}

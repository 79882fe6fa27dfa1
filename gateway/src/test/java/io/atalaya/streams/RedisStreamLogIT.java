package io.atalaya.streams;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLogContract;
import io.atalaya.log.LogConfig;
import io.atalaya.redis.RedisServer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * What every log promises, of a log in a real Redis with one partition: the suite speaks of one sequence of offsets. What
 * this log does within moments, the suite asks for at once, so here an append ends when its events were heard, and the
 * upkeep comes before each look at the totals or the retention.
 */
class RedisStreamLogIT extends EventLogContract {
    private static RedisServer server;

    @BeforeAll
    static void startServer() {
        server = RedisServer.start("--appendonly", "yes", "--appendfsync", "no");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected EventLog create(LogConfig config, InstantSource clock, EventLog.CommitListener listener) {
        server.command("FLUSHALL");
        StreamNode.Given given = StreamNode.Given.of(config, 1).with(clock, listener);
        return new Settled(StreamNode.start(server.url(), given));
    }

    /** Waits for what follows an append by itself. Thread-safe, as what it is made of. */
    private static final class Settled implements EventLog {
        private final StreamNode node;
        private final ExecutorService waiters = Executors.newVirtualThreadPerTaskExecutor();

        Settled(StreamNode node) {
            this.node = node;
        }

        @Override
        public CompletionStage<List<Appended>> append(List<Event> events) {
            return node.log.append(events).thenApplyAsync(this::afterTheListener, waiters);
        }

        private List<Appended> afterTheListener(List<Appended> outcomes) {
            for (Appended outcome : outcomes) {
                if (outcome instanceof Appended.Stored(Cursor cursor)) {
                    node.awaitTold(cursor);
                }
            }
            return outcomes;
        }

        @Override
        public Slice read(TenantId tenant, Cursor after, int max) {
            node.log.refresh();
            return node.log.read(tenant, after, max);
        }

        @Override
        public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
            return node.log.recent(tenant, after, max);
        }

        @Override
        public Cursor head(TenantId tenant) {
            return node.log.head(tenant);
        }

        @Override
        public Backlog backlog() {
            return node.log.backlog();
        }

        @Override
        public Totals totals() {
            node.log.refresh();
            return node.log.totals();
        }

        @Override
        public void close() {
            node.close();
            waiters.close();
        }
    }
}

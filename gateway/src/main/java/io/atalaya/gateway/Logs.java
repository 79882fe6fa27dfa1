package io.atalaya.gateway;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.InMemoryAckStore;
import io.atalaya.config.GatewayConfig;
import io.atalaya.log.EventLog;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogException;
import io.atalaya.metrics.Timings;
import io.atalaya.redis.RedisConfig;
import io.atalaya.redis.RedisConnections;
import io.atalaya.sqlite.acks.SqliteAckStore;
import io.atalaya.sqlite.log.SqliteEventLog;
import io.atalaya.streams.RedisStreamLog;
import io.atalaya.streams.StreamContext;
import io.atalaya.streams.acks.AckCodec;
import io.atalaya.streams.acks.RedisAckStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * The log that the settings ask for, and the acknowledgements that are stored with it. Immutable; made of thread-safe
 * parts.
 */
record Logs(EventLog log, AckStore acks) {
    private static final AckBounds REMEMBERED_ACKS = AckBounds.of(1_000_000);

    /** In Redis an entry needs about a kilobyte of memory. */
    private static final AckBounds REMEMBERED_ACKS_IN_REDIS = AckBounds.of(250_000);

    /**
     * Opens both; what must be closed goes to {@code closing}.
     *
     * @param hearer hears what is stored
     * @param redisTimes how long its commands take
     */
    static Logs open(
            GatewayConfig config,
            InstantSource clock,
            RedisStreamLog.Hearer hearer,
            Closing closing,
            Timings redisTimes) {
        Logs logs = switch (config.logStore()) {
            case EMBEDDED -> {
                SqliteEventLog log = inFile(config, clock, hearer.listener());
                yield new Logs(log, new SqliteAckStore(log.store(), REMEMBERED_ACKS));
            }
            case MEMORY ->
                new Logs(
                        new InMemoryEventLog(config.log(), newEpoch(), clock, hearer.listener()),
                        new InMemoryAckStore(REMEMBERED_ACKS));
            case REDIS -> inRedis(config, hearer, closing, redisTimes);
        };
        closing.add("log", logs.log);
        closing.add("acknowledgements", logs.acks);
        return logs;
    }

    /** A log in memory is new with every process, and so is its epoch. */
    private static long newEpoch() {
        return new SecureRandom().nextInt() & 0xFFFF_FFFFL;
    }

    private static SqliteEventLog inFile(GatewayConfig config, InstantSource clock, EventLog.CommitListener listener) {
        try {
            return SqliteEventLog.open(config.dataDir(), config.log(), clock, listener);
        } catch (LogException refused) {
            throw new StartException(String.valueOf(refused.getMessage()), refused);
        }
    }

    /** Over connections of its own: a busy log and Pub/Sub do not share an I/O thread. */
    private static Logs inRedis(
            GatewayConfig config, RedisStreamLog.Hearer hearer, Closing closing, Timings redisTimes) {
        RedisConfig redis = config.redis().orElseThrow();
        var context = StreamContext.system(config.dataDir(), redisTimes);
        var connections = new RedisConnections(redis, context.redis());
        closing.add("log connections", connections);
        var log = new RedisStreamLog(config.log(), config.streams(), connections, context, hearer);
        try {
            log.open();
        } catch (LogException refused) {
            throw new StartException(String.valueOf(refused.getMessage()), refused);
        }
        return new Logs(log, acks(connections, context, log));
    }

    private static RedisAckStore acks(RedisConnections connections, StreamContext context, RedisStreamLog log) {
        String gateway = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
        var settings = new RedisAckStore.Settings(
                gateway, REMEMBERED_ACKS_IN_REDIS, context.timings().commandTimeout());
        return new RedisAckStore(connections, new AckCodec(gateway, System::nanoTime), settings, log.breaker());
    }

    /** Starts to hear what is stored, where the log does not tell by itself. */
    static void start(EventLog log) {
        if (log instanceof RedisStreamLog shared) {
            shared.listen();
        }
    }
}

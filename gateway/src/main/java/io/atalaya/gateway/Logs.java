package io.atalaya.gateway;

import io.atalaya.config.GatewayConfig;
import io.atalaya.hub.Router;
import io.atalaya.log.EventLog;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogException;
import io.atalaya.metrics.Timings;
import io.atalaya.redis.RedisConfig;
import io.atalaya.redis.RedisConnections;
import io.atalaya.sqlite.log.SqliteEventLog;
import io.atalaya.streams.RedisStreamLog;
import io.atalaya.streams.StreamContext;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Opens the log that the settings ask for. Pure functions. */
final class Logs {
    private Logs() {}

    /**
     * Opens the log; what must be closed goes to {@code closing}.
     *
     * @param router hears what is stored
     * @param redisTimes how long its commands take
     */
    static EventLog open(
            GatewayConfig config, InstantSource clock, Router router, Closing closing, Timings redisTimes) {
        EventLog log = switch (config.logStore()) {
            case EMBEDDED -> inFile(config, clock, router);
            case MEMORY -> new InMemoryEventLog(config.log(), newEpoch(), clock, router);
            case REDIS -> inRedis(config, router, closing, redisTimes);
        };
        closing.add("log", log);
        return log;
    }

    /** A log in memory is new with every process, and so is its epoch. */
    private static long newEpoch() {
        return new SecureRandom().nextInt() & 0xFFFF_FFFFL;
    }

    private static SqliteEventLog inFile(GatewayConfig config, InstantSource clock, Router router) {
        try {
            return SqliteEventLog.open(config.dataDir(), config.log(), clock, router);
        } catch (LogException refused) {
            throw new StartException(String.valueOf(refused.getMessage()), refused);
        }
    }

    /** Over connections of its own: a busy log and Pub/Sub do not share an I/O thread. */
    private static RedisStreamLog inRedis(GatewayConfig config, Router router, Closing closing, Timings redisTimes) {
        RedisConfig redis = config.redis().orElseThrow();
        var context = StreamContext.system(config.dataDir(), redisTimes);
        var connections = new RedisConnections(redis, context.redis());
        closing.add("log connections", connections);
        var hearer = new RedisStreamLog.Hearer(router, router::isBehind);
        var log = new RedisStreamLog(config.log(), config.streams(), connections, context, hearer);
        try {
            log.open();
        } catch (LogException refused) {
            throw new StartException(String.valueOf(refused.getMessage()), refused);
        }
        return log;
    }

    /** Starts to hear what is stored, where the log does not tell by itself. */
    static void start(EventLog log) {
        if (log instanceof RedisStreamLog shared) {
            shared.listen();
        }
    }
}

package io.atalaya.gateway;

import io.atalaya.postgres.PostgresServer;
import io.atalaya.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** What drills with real faults are set up with. Immutable. */
final class Drill {
    private static final String HEAD = """
            slo: drill
            window: 10m
            tiers:
              fast: {budget: 10, long: 40s, short: 20s, severity: critical}
            """;

    private Drill() {}

    /** Writes objectives whose alerts fire within seconds; {@code declared} are their services and themselves. */
    static void writeObjectives(Path directory, String declared) throws IOException {
        Files.writeString(directory.resolve("atalaya.yaml"), HEAD + declared);
    }

    /** Settings of a gateway with its log in Redis and its archive in PostgreSQL, and {@code more}. */
    static String[] onServers(RedisServer redis, PostgresServer database, String... more) {
        String[] servers = {
            "log-store",
            "redis",
            "redis-url",
            redis.url().toString(),
            "database-url",
            database.createDatabase().toString(),
            "archive-batch-interval",
            "50ms"
        };
        return Stream.concat(Arrays.stream(servers), Arrays.stream(more)).toArray(String[]::new);
    }
}

package io.atalaya.cli.trial;

import io.atalaya.bench.BenchTarget;
import io.atalaya.bench.ServerProcess;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A gateway of our own to be put under load, in a process of its own, with secrets and data of its own. Immutable.
 *
 * @param target how to reach it
 */
public record BenchGateway(ServerProcess process, BenchTarget target) implements AutoCloseable {
    private static final int SPARE = 100;

    /**
     * Starts one that lets the load in.
     *
     * @param mainClass of the command line
     * @param connections sessions at once
     * @param audience sessions of one table session
     */
    public static BenchGateway start(String mainClass, int connections, int audience)
            throws IOException, InterruptedException {
        var secrets = TrialSecrets.fresh(new SecureRandom(), InstantSource.system());
        String publishKey = secrets.publishKey("1");
        Map<String, String> settings = Map.of(
                "PROFILE", "restaurant",
                "JWT_SECRET", secrets.jwtSecret(),
                "TABLE_TOKEN_SECRET", secrets.tableTokenSecret(),
                "INGEST_API_KEYS", publishKey + "=1",
                "WS_MAX_TOTAL_CONNECTIONS", Integer.toString(connections + SPARE),
                "WS_MAX_DINERS_PER_SESSION", Integer.toString(audience),
                "LOG_LEVEL", "WARN");
        ServerProcess process = ServerProcess.start(mainClass, settings);
        var target =
                new BenchTarget(process.url(), publishKey, OptionalLong.of(process.pid()), secrets::tokenOfSession);
        return new BenchGateway(process, target);
    }

    @Override
    public void close() {
        process.close();
    }
}

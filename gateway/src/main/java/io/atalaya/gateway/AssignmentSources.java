package io.atalaya.gateway;

import io.atalaya.assignment.AssignmentConfig;
import io.atalaya.assignment.AssignmentException;
import io.atalaya.assignment.AssignmentRegister;
import io.atalaya.assignment.AssignmentStore;
import io.atalaya.assignment.CachedAssignments;
import io.atalaya.assignment.YamlAssignments;
import io.atalaya.exposition.Stopwatches;
import io.atalaya.metrics.Timings;
import io.atalaya.postgres.AssignmentPool;
import io.atalaya.postgres.PostgresAssignments;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assignments of this gateway, wherever they live. Immutable; made of thread-safe parts.
 *
 * @param today where they are looked up
 * @param register where operators edit them
 */
record AssignmentSources(CachedAssignments.Source today, AssignmentRegister register) {
    private static final Logger LOG = LoggerFactory.getLogger(AssignmentSources.class);

    /**
     * Opens what is configured; what must be closed goes to {@code closing}.
     *
     * @throws StartException when a file has problems, all of which the message lists, or when tables cannot be made
     */
    static AssignmentSources open(AssignmentConfig config, Closing closing) {
        Clock clock = Clock.system(config.zone());
        return switch (config.source()) {
            case AssignmentConfig.FileConfig file -> {
                AssignmentStore store = file.path()
                        .map(path -> fromFile(path, clock))
                        .orElseGet(() -> new AssignmentStore(List.of(), clock, AssignmentStore.Keeper.none()));
                yield new AssignmentSources(store::of, store);
            }
            case AssignmentConfig.DatabaseConfig database -> {
                PostgresAssignments tables = fromDatabase(database, clock, closing);
                yield new AssignmentSources(tables, tables);
            }
        };
    }

    /** Where they are looked up, measured. */
    CachedAssignments.Source timed(Timings timings) {
        return (tenant, subject) -> timings.timeStage(Stopwatches.ASSIGNMENTS, () -> today.today(tenant, subject));
    }

    /**
     * Reads the file, where there is one, and keeps nothing of it.
     *
     * @throws StartException when it has problems
     */
    static void check(AssignmentConfig config) {
        if (config.source() instanceof AssignmentConfig.FileConfig file) {
            file.path().ifPresent(path -> load(new YamlAssignments(path)));
        }
    }

    private static YamlAssignments.Loaded load(YamlAssignments yaml) {
        YamlAssignments.Loaded loaded = yaml.load();
        if (!loaded.problems().isEmpty()) {
            throw new StartException(String.join(System.lineSeparator(), loaded.problems()));
        }
        return loaded;
    }

    private static AssignmentStore fromFile(Path path, Clock clock) {
        var yaml = new YamlAssignments(path);
        YamlAssignments.Loaded loaded = load(yaml);
        LOG.atInfo()
                .addKeyValue("file", path)
                .addKeyValue("assignments", loaded.entries().size())
                .log("assignments loaded");
        return new AssignmentStore(loaded.entries(), clock, yaml);
    }

    /** A database that is away now does not keep the gateway from starting, unless tables are to be made in it. */
    private static PostgresAssignments fromDatabase(
            AssignmentConfig.DatabaseConfig database, Clock clock, Closing closing) {
        try {
            var pool = AssignmentPool.open(database.url());
            closing.add("assignments pool", pool);
            var tables = new PostgresAssignments(pool.database(), clock, Thread::startVirtualThread);
            if (database.createTables()) {
                tables.createTables();
            }
            return tables;
        } catch (AssignmentException | IllegalArgumentException problem) {
            throw new StartException(String.valueOf(problem.getMessage()), problem);
        }
    }
}

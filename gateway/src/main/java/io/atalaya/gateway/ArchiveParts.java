package io.atalaya.gateway;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveConfig;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.ArchiveRetention;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.config.GatewayConfig;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.metrics.Timings;
import io.atalaya.postgres.PostgresArchive;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.Profile;
import io.atalaya.sqlite.archive.SqliteArchive;
import io.atalaya.sqlite.log.SqliteEventLog;
import io.atalaya.streams.RedisStreamLog;
import io.atalaya.timed.TimedArchive;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Everything that exists only with an archive. Immutable; made of thread-safe parts.
 *
 * @param ledger the one door for changes
 */
record ArchiveParts(Archive archive, ArchiveLedger ledger, ArchiveWriter writer, ArchiveRetention retention)
        implements AutoCloseable {
    /** In a log of one process all tenants share an epoch. */
    private static final TenantId ANY_TENANT = new TenantId("0");

    /** Transactions of the embedded archive share a thread with those of its log, so they have to be short. */
    private static final int EMBEDDED_BATCH = 4_096;

    /** Over the database that is configured, or else in the file of an embedded log; empty without either. */
    static Optional<ArchiveParts> open(
            GatewayConfig config, EventLog log, InstantSource clock, LongSupplier nanoClock, Timings timings) {
        ArchiveFields fields = fields(config.profile());
        ArchiveConfig archiving = config.archive();
        if (config.database().isPresent()) {
            var archive = new TimedArchive(new PostgresArchive(config.database().get(), fields, clock), timings);
            return Optional.of(of(archive, archiving, log, clock, nanoClock));
        }
        if (log instanceof SqliteEventLog embedded) {
            var archive =
                    new TimedArchive(new SqliteArchive(embedded, fields, clock, SqliteArchive.SHORTEST_RUN), timings);
            var briefly = new ArchiveConfig(
                    Math.min(archiving.batchSize(), EMBEDDED_BATCH), archiving.batchInterval(), archiving.maxAge());
            return Optional.of(of(archive, briefly, log, clock, nanoClock));
        }
        return Optional.empty();
    }

    private static ArchiveParts of(
            Archive archive, ArchiveConfig config, EventLog log, InstantSource clock, LongSupplier nanoClock) {
        ArchiveLedger ledger = log instanceof RedisStreamLog shared
                ? ArchiveLedger.shared(archive, log, shared::epochs)
                : new ArchiveLedger(archive, log, log.head(ANY_TENANT).epoch());
        var timings = ArchiveWriter.Timings.defaults();
        var writer = new ArchiveWriter(config, timings, archive, log, ledger, nanoClock);
        return new ArchiveParts(archive, ledger, writer, new ArchiveRetention(config, ledger, clock));
    }

    /** Events can be filtered by what they are routed by, and are counted by what the profile says. */
    static ArchiveFields fields(Profile profile) {
        List<String> routing = profile.schema().members().values().stream()
                .filter(EventSchema.Member::routing)
                .map(EventSchema.Member::name)
                .sorted()
                .limit(ArchiveFields.MAX_FILTERS)
                .toList();
        return new ArchiveFields(routing, profile.http().statisticsBy());
    }

    void start() {
        writer.start();
        retention.start();
    }

    /** Archives what there is time for; the rest stays in the log. */
    @Override
    public void close() {
        retention.close();
        writer.close();
        archive.close();
    }
}

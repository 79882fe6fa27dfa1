package io.atalaya.gateway;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.ArchiveRetention;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.config.GatewayConfig;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.postgres.PostgresArchive;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.Profile;
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

    /** Over the database that is configured; empty without one. */
    static Optional<ArchiveParts> open(
            GatewayConfig config, EventLog log, InstantSource clock, LongSupplier nanoClock) {
        return config.database().map(database -> {
            var archive = new PostgresArchive(database, fields(config.profile()), clock);
            return of(archive, config, log, clock, nanoClock);
        });
    }

    private static ArchiveParts of(
            Archive archive, GatewayConfig config, EventLog log, InstantSource clock, LongSupplier nanoClock) {
        long epoch = log.head(new TenantId("0")).epoch();
        var ledger = new ArchiveLedger(archive, log, epoch);
        var timings = ArchiveWriter.Timings.defaults();
        var writer = new ArchiveWriter(config.archive(), timings, archive, log, ledger, nanoClock);
        return new ArchiveParts(archive, ledger, writer, new ArchiveRetention(config.archive(), ledger, clock));
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

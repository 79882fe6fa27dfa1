package io.atalaya.management;

import io.atalaya.ack.AckReport;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.hub.Router;
import io.atalaya.hub.ShardSnapshot;
import io.atalaya.ingest.IntakeBook;
import java.time.Instant;
import java.util.Optional;

/**
 * What became of every event and every delivery, gathered without looking at anything else. Immutable. Each book balances
 * in itself.
 *
 * @param archive empty where nothing is archived
 * @param logLines lines of the log that were not written
 */
public record Books(
        Instant instant,
        IntakeBook intake,
        ShardSnapshot.Account deliveries,
        AckReport acknowledgements,
        Optional<ArchiveWriter.Status> archive,
        Router.Totals router,
        DependencyStatus redis,
        Sample.LogLines logLines) {}

package io.atalaya.live;

import io.atalaya.ack.AckReport;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.budget.SloReport;
import io.atalaya.hub.Hub;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.log.EventLog;
import io.atalaya.management.Books;
import io.atalaya.management.DependencyStatus;
import io.atalaya.management.Sample;
import io.atalaya.recovery.RecoveryTotals;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What is looked at once a second. Immutable; everything in it is thread-safe.
 *
 * @param intake its book at the moment of the call
 * @param room how many more events may wait for their commit
 * @param log its totals at the moment of the call; may block
 * @param archive how its writer gets on; empty where nothing is archived
 * @param redis how the gateway gets on with Redis
 * @param slo how the objectives stood when they were last looked at
 * @param books gathers them, at the cost of a glance at every session: now and then
 */
public record LiveSources(
        Hub hub,
        Supplier<IntakeBook> intake,
        IntSupplier room,
        Supplier<EventLog.Totals> log,
        Supplier<Optional<ArchiveWriter.Status>> archive,
        Supplier<DependencyStatus> redis,
        Supplier<RecoveryTotals> recovery,
        Supplier<AckReport> acknowledgements,
        Supplier<Sample.Phase> phase,
        Supplier<SloReport> slo,
        Supplier<CompletionStage<Books>> books) {

    /**
     * What things are measured against. Immutable.
     *
     * @param maxConnections open connections that this process may have
     * @param maxUncommitted events that may wait for their commit
     * @param maxBacklog events that the log keeps for the archive; 0 where no archive takes any
     * @param deliveryWindow events that may be on their way to the shards
     */
    public record Bounds(int maxConnections, int maxUncommitted, long maxBacklog, int deliveryWindow) {}
}

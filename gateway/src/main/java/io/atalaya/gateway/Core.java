package io.atalaya.gateway;

import io.atalaya.archive.Archive;
import io.atalaya.assignment.AssignmentRegister;
import io.atalaya.assignment.CachedAssignments;
import io.atalaya.auth.InMemoryRevocationList;
import io.atalaya.auth.RevocationList;
import io.atalaya.auth.journal.JournalException;
import io.atalaya.auth.journal.JournaledRevocations;
import io.atalaya.config.GatewayConfig;
import io.atalaya.console.EventTap;
import io.atalaya.exposition.Stopwatches;
import io.atalaya.hub.Hub;
import io.atalaya.ingest.Intake;
import io.atalaya.log.EventLog;
import io.atalaya.management.DependencyStatus;
import io.atalaya.proof.Provision;
import io.atalaya.recovery.Recovery;
import io.atalaya.routing.EventRoutes;
import io.atalaya.streams.RedisStreamLog;
import io.atalaya.timed.TimedEventLog;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gateway without its ports: everything between an accepted event and a session. Immutable; made of thread-safe
 * parts.
 *
 * @param provision what was known before it was built
 * @param redis events from Redis; null without {@code REDIS_URL}
 * @param tap where operators see events pass
 * @param stopwatches how long things take that are not deliveries
 * @param archiving what takes events out of the log into the archive; empty where nothing is archived
 */
record Core(
        Provision provision,
        GatewayConfig config,
        InstantSource clock,
        LongSupplier nanoClock,
        Stopwatches stopwatches,
        RedisParts.@Nullable WayIn redis,
        RevocationList revocations,
        Authentication authentication,
        AssignmentRegister assignmentRegister,
        CachedAssignments assignments,
        Hub hub,
        EventTap tap,
        EventLog log,
        Recovery recovery,
        Optional<ArchiveParts> archiving,
        Intake intake) {

    private static final int REMEMBERED_REVOCATIONS = 100_000;

    /** Builds the parts in dependency order; what must be closed goes to {@code closing}. */
    static Core build(Provision provision, InstantSource clock, MultiThreadIoEventLoopGroup loops, Closing closing) {
        GatewayConfig config = provision.config();
        LongSupplier nanoClock = System::nanoTime;
        Stopwatches stopwatches = Stopwatches.of(nanoClock);

        RedisParts redis = config.redis()
                .map(settings -> new RedisParts(settings, config.profile(), stopwatches.redis()))
                .orElse(null);
        if (redis != null) {
            closing.add("redis connections", redis);
        }
        RevocationList revocations = redis == null ? journaledRevocations(config, clock, closing) : redis.revocations();
        var authentication = new Authentication(
                config.profile(), config.auth(), provision.authenticators(), revocations, clock, nanoClock);
        closing.add("authentication", authentication);

        var sources = AssignmentSources.open(config.assignments(), closing);
        var assignments = new CachedAssignments(
                sources.timed(stopwatches.database()),
                config.assignments(),
                nanoClock,
                CachedAssignments.Timer.system());

        var routes = new EventRoutes(config.profile());
        var hub = new Hub(loops, routes, config.hub(), authentication::standing, clock, nanoClock);
        var tap = new EventTap(
                provision.heard(hub.router()), hub.router()::onEphemeral, Thread::startVirtualThread, clock);
        Logs logs = Logs.open(
                config, clock, new RedisStreamLog.Hearer(tap, hub.router()::isBehind), closing, stopwatches.redis());
        EventLog log = logs.log();
        Recovery recovery = recovery(config, logs, routes, clock, closing);
        Optional<ArchiveParts> archiving = ArchiveParts.open(config, log, clock, nanoClock, stopwatches.database());
        archiving.ifPresent(parts -> closing.add("archive", parts));
        EventLog measured = config.logStore() == GatewayConfig.LogStore.EMBEDDED
                ? new TimedEventLog(log, stopwatches.database())
                : log;
        var intake = new Intake(config.intake(), config.profile(), measured, tap, clock, nanoClock);
        return new Core(
                provision,
                config,
                clock,
                nanoClock,
                stopwatches,
                redis == null ? null : redis.wayIn(intake, log),
                revocations,
                authentication,
                sources.register(),
                assignments,
                hub,
                tap,
                log,
                recovery,
                archiving,
                intake);
    }

    private static RevocationList journaledRevocations(GatewayConfig config, InstantSource clock, Closing closing) {
        try {
            var revocations = new JournaledRevocations(
                    new InMemoryRevocationList(clock, REMEMBERED_REVOCATIONS),
                    config.dataDir(),
                    clock,
                    Thread::startVirtualThread);
            closing.add("revocations", revocations);
            return revocations;
        } catch (JournalException problem) {
            throw new StartException(String.valueOf(problem.getMessage()));
        }
    }

    /** Where stored events are queried; empty where nothing is archived. */
    Optional<Archive> archive() {
        return archiving.map(ArchiveParts::archive);
    }

    private static Recovery recovery(
            GatewayConfig config, Logs logs, EventRoutes routes, InstantSource clock, Closing closing) {
        var worker = Executors.newVirtualThreadPerTaskExecutor();
        closing.add("replays", worker::shutdownNow);
        return new Recovery(
                config.recovery(),
                new Recovery.Stores(logs.log(), logs.acks()),
                routes,
                config.hub().maxOutboundBytes(),
                Recovery.Pace.system(worker, clock));
    }

    /** How the gateway gets on with Redis. */
    DependencyStatus.Source redisStatus() {
        return redis == null ? DependencyStatus.Source.disabled() : redis.status();
    }

    /** Starts what runs by itself. */
    void start(Closing closing) {
        hub.start();
        Logs.start(log);
        recovery.start();
        archiving.ifPresent(ArchiveParts::start);
        if (redis != null) {
            redis.start();
            closing.add("redis intake", redis);
        }
    }
}

package io.atalaya.management;

import io.atalaya.ack.AckReport;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.event.Topic;
import io.atalaya.hub.Hub;
import io.atalaya.hub.HubConfig;
import io.atalaya.hub.ShardSnapshot;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.log.EventLog;
import io.atalaya.management.Sample.Identity;
import io.atalaya.management.Sample.Ingest;
import io.atalaya.management.Sample.Known;
import io.atalaya.management.Sample.Phase;
import io.atalaya.management.Sample.Population;
import io.atalaya.management.Sample.Times;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import io.atalaya.recovery.RecoveryTotals;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The one place that gathers what metrics, health and books show. Thread-safe: immutable but for the phase and the
 * ports, which the composition root reports as they come.
 *
 * <p>Shards answer on their loops; everything else, the rendering that callers attach included, happens on the worker,
 * so that a scrape costs the loops one copy of their counters.
 */
public final class GatewayView {
    /** How long the shards, and the log, have for their answer. */
    public static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final String BRANCH = "branch_id";
    private static final String SECTOR = "sector_id";
    private static final String TABLE = "session_id";

    private final Sources sources;
    private final Identity identity;
    private final InstantSource clock;
    private final Executor worker;
    private final Map<String, Supplier<Map<Integer, Long>>> ports = new ConcurrentHashMap<>();
    private volatile Phase phase = Phase.STARTING;

    /**
     * What is looked at. Immutable; everything in it is thread-safe.
     *
     * @param limits the hub's
     * @param intake the intake's book at the moment of the call
     * @param acknowledgements how acknowledgements go
     * @param recovery what replays have done so far
     * @param redis how the gateway gets on with Redis
     * @param archive how its writer gets on; empty where nothing is archived
     * @param logLines lines of the log that were not written so far
     * @param times how long requests, queries and commands took so far
     * @param ingest what waits and what is stored; may block as reading the log's totals does
     */
    public record Sources(
            Profile profile,
            Hub hub,
            HubConfig limits,
            EventLog log,
            Supplier<IntakeBook> intake,
            Supplier<RecoveryTotals> recovery,
            Supplier<AckReport> acknowledgements,
            DependencyStatus.Source redis,
            Supplier<Optional<ArchiveWriter.Status>> archive,
            ProcessProbe process,
            Supplier<Sample.LogLines> logLines,
            Supplier<Times> times,
            Supplier<Ingest> ingest) {}

    /** @param worker runs what must not run on an event loop; unbounded, like virtual threads */
    public GatewayView(Sources sources, Identity identity, InstantSource clock, Executor worker) {
        this.sources = sources;
        this.identity = identity;
        this.clock = clock;
        this.worker = worker;
    }

    /** The process has come to another phase of its life. */
    public void onPhase(Phase next) {
        phase = next;
    }

    /** Which program this is. */
    public Identity identity() {
        return identity;
    }

    /** Where the process is in its life. */
    public Phase phase() {
        return phase;
    }

    /** A port has opened; {@code answers} gives what it has answered so far, by status. */
    public void onPort(String name, Supplier<Map<Integer, Long>> answers) {
        ports.put(name, answers);
    }

    /**
     * Gathers a sample. Callable by any thread.
     *
     * @return completes on the worker; exceptionally with a {@link java.util.concurrent.TimeoutException} when the
     *     shards do not answer in time
     */
    public CompletionStage<Sample> sample() {
        var shards = sources.hub().snapshot();
        return logOpen()
                .thenCombine(shards, Gathered::new)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApplyAsync(this::complete, worker);
    }

    /**
     * Gathers the books, for a fraction of what a sample costs. Callable by any thread.
     *
     * @return completes on the worker; exceptionally with a {@link java.util.concurrent.TimeoutException} when the
     *     shards do not answer in time
     */
    public CompletionStage<Books> books() {
        return sources.hub()
                .account()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApplyAsync(this::books, worker);
    }

    private Books books(ShardSnapshot.Account deliveries) {
        return new Books(
                clock.instant(),
                sources.intake().get(),
                deliveries,
                sources.acknowledgements().get(),
                sources.archive().get(),
                sources.hub().router().totals(),
                sources.redis().status(),
                sources.logLines().get());
    }

    /** Signs of life of Redis, asked for now. */
    public CompletionStage<List<DependencyStatus.Probe>> probes() {
        return sources.redis().probes();
    }

    private record Gathered(boolean logOpen, ShardSnapshot shards) {}

    /** An append of nothing tells whether the log takes appends. */
    private CompletionStage<Boolean> logOpen() {
        return sources.log().append(List.of()).handle((_, failure) -> failure == null);
    }

    private Sample complete(Gathered gathered) {
        return new Sample(
                clock.instant(),
                identity,
                phase,
                gathered.shards(),
                sources.limits(),
                population(gathered.shards()),
                sources.intake().get(),
                sources.log().totals(),
                gathered.logOpen(),
                sources.hub().router().totals(),
                sources.recovery().get(),
                sources.acknowledgements().get(),
                answers(),
                sources.redis().status(),
                sources.archive().get(),
                sources.process().sample(),
                sources.logLines().get(),
                sources.times().get(),
                sources.ingest().get(),
                Known.of(sources.profile(), sources.hub().tenants()));
    }

    private Population population(ShardSnapshot shards) {
        var byEndpoint = new TreeMap<String, Integer>();
        sources.profile().endpoints().keySet().forEach(endpoint -> byEndpoint.put(endpoint, 0));
        byEndpoint.putAll(shards.sessionsByEndpoint());
        var branches = new HashSet<List<String>>();
        var sectors = new HashSet<List<String>>();
        var tables = new HashSet<List<String>>();
        for (Topic topic : sources.hub().topics()) {
            addValue(topic, BRANCH, branches);
            addValue(topic, SECTOR, sectors);
            addValue(topic, TABLE, tables);
        }
        int subjects = sources.hub().admission().subjects();
        return new Population(byEndpoint, subjects, branches.size(), sectors.size(), tables.size());
    }

    /** Adds the tenant with the topic's key up to {@code member}, where the key has that member. */
    private void addValue(Topic topic, String member, Set<List<String>> values) {
        TopicShape shape = sources.profile().topics().get(topic.name());
        int index = shape == null ? -1 : shape.key().indexOf(member);
        if (index >= 0) {
            var value = new ArrayList<String>();
            value.add(topic.tenant().value());
            value.addAll(topic.key().subList(0, index + 1));
            values.add(value);
        }
    }

    private Map<String, Map<Integer, Long>> answers() {
        var answers = new TreeMap<String, Map<Integer, Long>>();
        ports.forEach((name, counts) -> answers.put(name, counts.get()));
        return answers;
    }
}

package io.atalaya.streams;

import io.atalaya.breaker.Breaker;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.SharedConnection;
import io.atalaya.streams.PartitionStore.Account;
import io.atalaya.streams.PartitionStore.Stretch;
import io.lettuce.core.StreamMessage;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that lives in Redis and is shared by every gateway that names it. Thread-safe: made of thread-safe parts.
 *
 * <ul>
 *   <li><b>Committed</b> means that Redis has run the append, and so written it to its append-only file as often as
 *       {@code appendfsync} says, and that as many replicas have it as were asked for.
 *   <li><b>The listener</b> hears what every gateway stores. The stage of an append may complete before or after this
 *       process has heard its events.
 *   <li><b>Failure.</b> {@link LogException.Reason#UNAVAILABLE} means that it is not known whether the events were stored:
 *       the answer may be what was lost. Events of several tenants may lie in several partitions, and then one part may be
 *       stored and another not. In both cases the same append again stores what is missing, and only that.
 *   <li><b>Bounds.</b> Each partition has an equal share of them. What is too old is forgotten within a second; what a
 *       gateway has still to hear is kept up to twice the bounds.
 * </ul>
 */
public final class RedisStreamLog implements EventLog {
    private static final Logger LOG = LoggerFactory.getLogger(RedisStreamLog.class);
    private static final int ENTRIES_PER_READ = 500;
    private static final int RECENT_EVENTS = 20_000;
    private static final long RECENT_BYTES = 16L << 20;
    private static final Duration START_PAUSE = Duration.ofMillis(200);

    private final StreamConfig config;
    private final StreamContext context;
    private final SharedConnection<byte[]> redis;
    private final String process = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    private final Breaker breaker;
    private final List<Partition> partitions = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final StreamReader reader;
    private final Upkeep upkeep;
    private final Backlog backlog;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Makes the log; {@link #open} finds it in Redis and {@link #listen} starts hearing.
     *
     * @param connections to the log's Redis; closed by their owner, after this
     */
    public RedisStreamLog(
            LogConfig log, StreamConfig config, RedisConnections connections, StreamContext context, Hearer hearer) {
        this.config = config;
        this.context = context;
        this.redis = connections.bytes();
        this.breaker = context.redis().commandBreaker("redis-log");
        var terms = new Terms(log, config.partitions(), context.clock());
        var codec = new EntryCodec(process, context.nanoClock());
        var limits = new PartitionStore.Limits(
                context.timings().commandTimeout(),
                config.waitReplicas(),
                context.timings().claimAfter());
        var marks = new HighWaterMarks(context.directory());
        List<HighWaterMarks.Mark> known = marks.read(config.partitions());
        for (int i = 0; i < config.partitions(); i++) {
            var store = new PartitionStore(StreamKeys.of(i), redis, terms, codec, limits);
            partitions.add(new Partition(i, store, known.get(i)));
            lanes.add(new Lane(partitions.get(i), breaker));
        }
        var memory = new StreamReader.Bounds(
                (int) Math.min(terms.events(), RECENT_EVENTS), Math.min(terms.bytes(), RECENT_BYTES));
        this.reader = new StreamReader(partitions, connections.bytes(), context, memory, hearer);
        this.upkeep = new Upkeep(process, partitions, marks, context.timings());
        this.backlog = log.archived()
                ? new ArchiveBacklog(
                        partitions, entry -> partitionOf(entry.event().tenant()), process, context)
                : new NoBacklog();
    }

    /**
     * Hears what anybody stores, and says when it needs a pause. Immutable.
     *
     * @param behind whether it has enough for now; what follows then waits in Redis
     */
    public record Hearer(CommitListener listener, BooleanSupplier behind) {}

    /**
     * How the log gets on with Redis. Immutable.
     *
     * @param connected whether what others store is heard
     * @param heard events heard since the start
     * @param missed events that were forgotten, or could not be read, before they were heard
     * @param outages times that Redis could not be read from
     * @param breaker the breaker around appends
     */
    public record Status(boolean connected, long heard, long missed, long outages, Breaker.Snapshot breaker) {}

    /** Nobody archives. */
    private record NoBacklog() implements Backlog {
        @Override
        public List<Entry> take(int max) {
            return List.of();
        }

        @Override
        public void confirm(List<Entry> taken) {}
    }

    /**
     * Finds the log in Redis, or makes it. Waits a while for a Redis that does not answer.
     *
     * @throws LogException when Redis stays away, or must not hold a log; the message says what to change
     */
    public void open() {
        long deadlineNanos = context.nanoClock().getAsLong()
                + context.timings().startPatience().toNanos();
        while (true) {
            try {
                find();
                return;
            } catch (LogException failure) {
                boolean refused = failure.getCause() == null;
                if (refused || context.nanoClock().getAsLong() - deadlineNanos >= 0) {
                    throw failure;
                }
                LOG.atInfo().addKeyValue("error", failure.getMessage()).log("waiting for the log's Redis");
                pause();
            }
        }
    }

    private void find() {
        if (config.durabilityChecked()) {
            new DurabilityCheck(redis, context.timings().commandTimeout()).run();
        }
        for (Partition partition : partitions) {
            partition.begin(Partition.join(
                    partition.attach(), context.timings().commandTimeout().multipliedBy(4)));
        }
        upkeep.now();
    }

    private static void pause() {
        try {
            Thread.sleep(START_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PartitionStore.unavailable("log: interrupted at the start");
        }
    }

    /** Starts to hear what is stored from now on. */
    public void listen() {
        reader.start();
        upkeep.start();
    }

    private int indexOf(TenantId tenant) {
        int hash = tenant.value().hashCode();
        return Math.floorMod(hash ^ (hash >>> 16), partitions.size());
    }

    private Partition partitionOf(TenantId tenant) {
        return partitions.get(indexOf(tenant));
    }

    @Override
    public CompletionStage<List<Appended>> append(List<Event> events) {
        if (events.isEmpty()) {
            return closed.get() || reader.connected()
                    ? CompletableFuture.completedFuture(List.of())
                    : CompletableFuture.failedFuture(PartitionStore.unavailable("log: Redis is away"));
        }
        int first = indexOf(events.getFirst().tenant());
        for (Event event : events) {
            if (indexOf(event.tenant()) != first) {
                return appendParts(events);
            }
        }
        return lanes.get(first).append(events);
    }

    /** Every part is one step of its partition; the append is stored when all of them are. */
    private CompletionStage<List<Appended>> appendParts(List<Event> events) {
        var parts = new ArrayList<List<Event>>();
        partitions.forEach(_ -> parts.add(new ArrayList<>()));
        events.forEach(event -> parts.get(indexOf(event.tenant())).add(event));
        var outcomes = new ArrayList<CompletableFuture<List<Appended>>>();
        for (int i = 0; i < parts.size(); i++) {
            outcomes.add(
                    parts.get(i).isEmpty()
                            ? CompletableFuture.completedFuture(List.of())
                            : lanes.get(i).append(parts.get(i)));
        }
        return CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                .thenApply(_ -> inOrder(events, outcomes));
    }

    private List<Appended> inOrder(List<Event> events, List<CompletableFuture<List<Appended>>> outcomes) {
        var next = new int[partitions.size()];
        return events.stream()
                .map(event -> {
                    int part = indexOf(event.tenant());
                    return outcomes.get(part).join().get(next[part]++);
                })
                .toList();
    }

    @Override
    public Slice read(TenantId tenant, Cursor after, int max) {
        Partition partition = partitionOf(tenant);
        Stretch stretch = Partition.join(
                partition.store().after(after.offset(), ENTRIES_PER_READ),
                context.timings().commandTimeout());
        var floor = new Cursor(stretch.epoch(), stretch.floor());
        if (after.epoch() != stretch.epoch()) {
            return new Slice.Gap(Slice.Reason.EPOCH, floor);
        }
        if (after.offset() > stretch.head()) {
            return new Slice.Gap(Slice.Reason.AHEAD, new Cursor(stretch.epoch(), stretch.head()));
        }
        if (after.offset() < stretch.floor() || !follows(stretch.messages(), after)) {
            return new Slice.Gap(Slice.Reason.RETENTION, floor);
        }
        // a position given out by another gateway may be one that this one is about to hear
        if (!partition.awaitHeard(after, context.timings().commandTimeout())) {
            throw PartitionStore.unavailable("log: %s not heard yet (expected: soon)".formatted(after));
        }
        return entries(partition, tenant, stretch, new Reading(after, max));
    }

    private record Reading(Cursor after, int max) {}

    /** Offsets are dense: what does not follow has been forgotten between two questions. */
    private static boolean follows(List<StreamMessage<String, byte[]>> messages, Cursor after) {
        return messages.isEmpty() || EntryCodec.offset(messages.getFirst()) == after.offset() + 1;
    }

    /** Nothing beyond what has been heard, so that a reader never runs ahead of live delivery. */
    private static Slice entries(Partition partition, TenantId tenant, Stretch stretch, Reading reading) {
        long heard = partition.view().offset();
        var found = new ArrayList<Entry>();
        long through = reading.after().offset();
        for (StreamMessage<String, byte[]> message : stretch.messages()) {
            long offset = EntryCodec.offset(message);
            if (offset > heard || found.size() == reading.max()) {
                break;
            }
            if (Arrays.equals(message.getBody().get("tenant"), EntryCodec.bytes(tenant.value()))) {
                found.add(partition.store().decode(message, stretch.epoch()));
            }
            through = offset;
        }
        return new Slice.Entries(found, new Cursor(stretch.epoch(), through));
    }

    @Override
    public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
        return partitionOf(tenant).view().recent().recent(tenant, after, max);
    }

    @Override
    public Cursor head(TenantId tenant) {
        return partitionOf(tenant).view().recent().head();
    }

    @Override
    public Backlog backlog() {
        return backlog;
    }

    /** As they were at the latest upkeep, at most a second or an outage ago. */
    @Override
    public Totals totals() {
        long logged = 0;
        long confirmed = 0;
        long retained = 0;
        long bytes = 0;
        for (Partition partition : partitions) {
            Account account = partition.account();
            logged += account.head();
            confirmed += account.confirmed();
            retained += account.head() - account.floor();
            bytes += account.bytes();
        }
        return new Totals(logged, confirmed, retained, bytes);
    }

    /** The epochs of all partitions, as far as this gateway has heard. */
    public Set<Long> epochs() {
        return partitions.stream()
                .map(partition -> partition.view().recent().head().epoch())
                .collect(Collectors.toSet());
    }

    /** The breaker around appends, for others that depend on the same Redis. */
    public Breaker breaker() {
        return breaker;
    }

    /** How the log gets on with Redis. */
    public Status status() {
        return new Status(reader.connected(), reader.heard(), reader.missed(), reader.outages(), breaker.snapshot());
    }

    /** Does the upkeep now instead of at its next time; waits for it. */
    void refresh() {
        upkeep.now();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Duration patience = context.timings().closePatience();
        try {
            Partition.join(
                    CompletableFuture.allOf(lanes.stream().map(Lane::close).toArray(CompletableFuture[]::new)),
                    patience);
        } catch (LogException | CompletionException late) {
            LOG.atWarn().log("some appends did not end in time");
        }
        if (reader.connected()) {
            for (Partition partition : partitions) {
                HighWaterMarks.Mark known = partition.known();
                partition.awaitHeard(new Cursor(known.epoch(), known.offset()), patience);
            }
        }
        reader.close();
        upkeep.close();
    }
}

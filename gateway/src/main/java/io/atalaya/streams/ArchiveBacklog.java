package io.atalaya.streams;

import io.atalaya.log.EventLog.Backlog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisConnections;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archive's end of the log: the consumer group of each partition, under a consumer name of this process. Confined to
 * the archive writer's thread.
 *
 * <p>First comes what this process took and did not confirm, then what nobody took yet, then what another process took and
 * has not confirmed for a while: it is taken for dead. An archive that is slower than that may get an event twice, which
 * its own rule about ids settles.
 */
final class ArchiveBacklog implements Backlog {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveBacklog.class);

    private final List<Partition> partitions;
    private final Function<Entry, Partition> partitionOf;
    private final String consumer;
    private final StreamContext.Timings timings;
    private final LongSupplier nanoClock;
    private final List<Set<Long>> outstanding;
    private long claimedNanos;
    private int first;

    /** @param consumer names this process, like no other */
    ArchiveBacklog(
            List<Partition> partitions,
            Function<Entry, Partition> partitionOf,
            String consumer,
            StreamContext context) {
        this.partitions = partitions;
        this.partitionOf = partitionOf;
        this.consumer = consumer;
        this.timings = context.timings();
        this.nanoClock = context.nanoClock();
        this.outstanding = IntStream.range(0, partitions.size())
                .<Set<Long>>mapToObj(_ -> new HashSet<>())
                .toList();
        this.claimedNanos = nanoClock.getAsLong() - timings.claimAfter().toNanos();
    }

    @Override
    public List<Entry> take(int max) {
        var taken = new ArrayList<Entry>();
        // every partition has its turn at being first
        first = (first + 1) % partitions.size();
        each(partition -> {
            if (!outstanding.get(partition.number()).isEmpty()) {
                takeHandedAgain(partition, max - taken.size(), taken);
            }
        });
        each(partition -> add(partition, max - taken.size(), taken, partition.store()::hand));
        if (nanoClock.getAsLong() - claimedNanos >= timings.claimAfter().toNanos() / 4) {
            claimedNanos = nanoClock.getAsLong();
            each(partition -> add(partition, max - taken.size(), taken, partition.store()::claim));
        }
        return taken;
    }

    private void each(Consumer<Partition> step) {
        for (int i = 0; i < partitions.size(); i++) {
            step.accept(partitions.get((first + i) % partitions.size()));
        }
    }

    private void takeHandedAgain(Partition partition, int room, List<Entry> taken) {
        Set<Long> mine = outstanding.get(partition.number());
        var before = taken.size();
        add(partition, room, taken, partition.store()::handed);
        if (taken.size() - before < Math.min(room, mine.size())) {
            // somebody else has claimed the rest
            mine.clear();
            taken.subList(before, taken.size())
                    .forEach(entry -> mine.add(entry.cursor().offset()));
        }
    }

    /** One way of getting entries from a partition. */
    private interface Source {
        CompletableFuture<List<StreamMessage<String, byte[]>>> ask(String consumer, int count);
    }

    private void add(Partition partition, int room, List<Entry> taken, Source source) {
        if (room <= 0) {
            return;
        }
        List<StreamMessage<String, byte[]>> messages;
        try {
            messages = await(source.ask(consumer, room));
        } catch (LogException failure) {
            if (!RedisConnections.describe(failure).contains("NOGROUP")) {
                throw failure;
            }
            // deleted, or restored from before there was an archive: it is made again at the very beginning
            LOG.atWarn().addKeyValue("partition", partition.number()).log("the archive's consumer group was missing");
            await(partition.attach());
            messages = await(source.ask(consumer, room));
        }
        messages.stream()
                .sorted(Comparator.comparingLong(EntryCodec::offset))
                .forEach(message -> addOne(partition, message, taken));
    }

    private void addOne(Partition partition, StreamMessage<String, byte[]> message, List<Entry> taken) {
        long offset = EntryCodec.offset(message);
        if (message.getBody() == null || message.getBody().isEmpty()) {
            // forgotten although it was not confirmed: there is nothing to archive
            await(partition.store().confirm(List.of(offset)));
            return;
        }
        outstanding.get(partition.number()).add(offset);
        taken.add(partition.store().decode(message, partition.view().epoch()));
    }

    @Override
    public void confirm(List<Entry> taken) {
        var byPartition = new LinkedHashMap<Partition, List<Long>>();
        for (Entry entry : taken) {
            byPartition
                    .computeIfAbsent(partitionOf.apply(entry), _ -> new ArrayList<>())
                    .add(entry.cursor().offset());
        }
        for (Map.Entry<Partition, List<Long>> one : byPartition.entrySet()) {
            await(one.getKey().store().confirm(one.getValue()));
            one.getValue().forEach(outstanding.get(one.getKey().number())::remove);
        }
    }

    private <T> T await(CompletableFuture<T> answer) {
        Duration patience = timings.commandTimeout().multipliedBy(2);
        return Partition.join(answer, patience);
    }
}

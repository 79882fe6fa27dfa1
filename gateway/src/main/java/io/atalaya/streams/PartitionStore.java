package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.SharedConnection;
import io.atalaya.streams.HighWaterMarks.Mark;
import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAutoClaimArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.models.stream.ClaimedMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * One partition in Redis: what can be asked of it, each question one round trip. Immutable, over a thread-safe connection.
 * Failures are {@link LogException}s.
 */
final class PartitionStore {
    /** The one consumer group: who archives. */
    static final String GROUP = "archive";

    private static final Duration DEAD_CONSUMER = Duration.ofHours(1);

    private final StreamKeys keys;
    private final SharedConnection<byte[]> redis;
    private final Terms terms;
    private final EntryCodec codec;
    private final Limits limits;

    /** @param timeout longest wait for any answer */
    record Limits(Duration timeout, int waitReplicas, Duration claimAfter) {}

    PartitionStore(StreamKeys keys, SharedConnection<byte[]> redis, Terms terms, EntryCodec codec, Limits limits) {
        this.keys = keys;
        this.redis = redis;
        this.terms = terms;
        this.codec = codec;
        this.limits = limits;
    }

    /**
     * Where the partition stands.
     *
     * @param base the head when the epoch began
     */
    record Position(long generation, long epoch, long head, long base) {}

    /** What became of an append. */
    sealed interface AppendReply {
        /** @param offsets one an event: where it was stored, or negative, where it was already */
        record Done(long generation, long epoch, long floor, List<Long> offsets) implements AppendReply {}

        /** Unconfirmed events alone exceed the bounds. */
        record Full() implements AppendReply {}

        /** The partition is not there, or behind what the caller knows: it has to be found anew. */
        record Astray() implements AppendReply {}
    }

    /** The partition's account. */
    record Account(long generation, long epoch, long head, long floor, long bytes, long confirmed) {
        static final Account EMPTY = new Account(0, 0, 0, 0, 0, 0);
    }

    /** Entries after a position, with the account that they were read under. */
    record Stretch(long epoch, long head, long floor, List<StreamMessage<String, byte[]>> messages) {}

    /** Finds the partition, or makes it with this epoch. */
    CompletableFuture<Position> open(long newEpoch) {
        return run(Script.OPEN, EntryCodec.bytes(terms.partitions()), EntryCodec.bytes(newEpoch), terms.archived())
                .thenApply(this::position);
    }

    /** Ends an epoch, unless somebody has done so since; answers the one that then holds. */
    CompletableFuture<Position> renew(long epoch, long newEpoch, long newGeneration) {
        return run(Script.RENEW, EntryCodec.bytes(epoch), EntryCodec.bytes(newEpoch), EntryCodec.bytes(newGeneration))
                .thenApply(this::position);
    }

    private Position position(List<Object> reply) {
        return switch (text(reply, 0)) {
            case "OK" -> new Position(number(reply, 2), number(reply, 1), number(reply, 3), number(reply, 4));
            case "PARTITIONS" ->
                throw unavailable("log-partitions: %d (expected: %s, which this log was created with)"
                        .formatted(terms.partitions(), text(reply, 1)));
            case "DAMAGED" ->
                throw unavailable("%s and %s: one of them missing (expected: both, or neither for a new log)"
                        .formatted(keys.stream(), keys.account()));
            default -> throw unavailable("%s: missing (expected: the log's account)".formatted(keys.account()));
        };
    }

    /** Stores events that are not there yet; see {@code append.lua}. */
    CompletableFuture<AppendReply> append(Mark known, List<Event> events) {
        var arguments = new ArrayList<byte[]>(9 + 7 * events.size());
        arguments.add(EntryCodec.bytes(known.epoch()));
        arguments.add(EntryCodec.bytes(known.offset()));
        arguments.add(terms.now());
        addBounds(arguments);
        arguments.add(terms.archived());
        events.forEach(event -> codec.encode(event, arguments));
        byte[][] all = arguments.toArray(byte[][]::new);
        if (limits.waitReplicas() == 0) {
            return ask(commands -> Script.APPEND.run(commands, keys.all(), all)).thenApply(PartitionStore::appended);
        }
        return ask(commands -> Script.APPEND
                        .run(commands, keys.all(), all)
                        .thenCompose(
                                reply -> replicated(commands).thenApply(replicas -> new Replicated(reply, replicas))))
                .thenApply(this::appendedEverywhere);
    }

    private record Replicated(List<Object> reply, long replicas) {}

    private CompletionStage<Long> replicated(RedisAsyncCommands<String, byte[]> commands) {
        return commands.waitForReplication(
                limits.waitReplicas(), limits.timeout().toMillis() / 2);
    }

    private AppendReply appendedEverywhere(Replicated result) {
        if (result.replicas() < limits.waitReplicas()) {
            throw unavailable("redis-wait-replicas: %d replicas have the append (expected: %d)"
                    .formatted(result.replicas(), limits.waitReplicas()));
        }
        return appended(result.reply());
    }

    private static AppendReply appended(List<Object> reply) {
        return switch (text(reply, 0)) {
            case "OK" -> {
                List<Long> offsets = IntStream.range(4, reply.size())
                        .mapToObj(i -> number(reply, i))
                        .toList();
                yield new AppendReply.Done(number(reply, 2), number(reply, 1), number(reply, 3), offsets);
            }
            case "FULL" -> new AppendReply.Full();
            default -> new AppendReply.Astray();
        };
    }

    /**
     * Forgets what is beyond the bounds; answers the account.
     *
     * @param heard how far this process has heard: what follows is kept for it, within reason
     */
    CompletableFuture<Account> upkeep(String process, long heard) {
        var arguments = new ArrayList<byte[]>(10);
        arguments.add(terms.now());
        addBounds(arguments);
        arguments.add(terms.archived());
        arguments.add(EntryCodec.bytes(DEAD_CONSUMER.toMillis()));
        arguments.add(EntryCodec.bytes(process));
        arguments.add(EntryCodec.bytes(heard));
        return run(Script.UPKEEP, arguments.toArray(byte[][]::new)).thenApply(reply -> {
            if (!text(reply, 0).equals("OK")) {
                throw unavailable("%s: missing (expected: the log's account)".formatted(keys.account()));
            }
            return new Account(
                    number(reply, 2),
                    number(reply, 1),
                    number(reply, 3),
                    number(reply, 4),
                    number(reply, 5),
                    number(reply, 6));
        });
    }

    private void addBounds(List<byte[]> arguments) {
        arguments.add(EntryCodec.bytes(terms.windowMillis()));
        arguments.add(EntryCodec.bytes(terms.ids()));
        arguments.add(EntryCodec.bytes(terms.events()));
        arguments.add(EntryCodec.bytes(terms.bytes()));
        arguments.add(EntryCodec.bytes(terms.ageMillis()));
    }

    /** Tells the event at an offset from others; empty when there is none any more. */
    CompletableFuture<Optional<Integer>> stampAt(long offset) {
        String id = EntryCodec.id(offset);
        return ask(commands -> commands.xrange(keys.stream(), Range.create(id, id)))
                .thenApply(found -> found.stream()
                        .findFirst()
                        .map(message -> Mark.stamp(codec.decode(message, 0).event())));
    }

    /** At most {@code count} entries after an offset. */
    CompletableFuture<Stretch> after(long offset, int count) {
        return ask(commands -> {
            var account = commands.hmget(keys.account(), "epoch", "head", "floor");
            var messages = commands.xrange(
                    keys.stream(),
                    Range.from(Range.Boundary.including(EntryCodec.id(offset + 1)), Range.Boundary.<String>unbounded()),
                    Limit.from(count));
            return account.thenCombine(messages, (fields, found) -> {
                List<Long> numbers = fields.stream()
                        .map(field -> Long.parseLong(new String(field.getValueOrElse(EntryCodec.bytes("0")), UTF_8)))
                        .toList();
                return new Stretch(numbers.get(0), numbers.get(1), numbers.get(2), found);
            });
        });
    }

    /** What was handed to this consumer and not confirmed; keeps others from claiming it. */
    CompletableFuture<List<StreamMessage<String, byte[]>>> handed(String consumer, int count) {
        return group(consumer, "0", count);
    }

    /** Hands this consumer what nobody was handed yet. */
    CompletableFuture<List<StreamMessage<String, byte[]>>> hand(String consumer, int count) {
        return group(consumer, ">", count);
    }

    @SuppressWarnings("unchecked") // an array of a generic type, made by the call
    private CompletableFuture<List<StreamMessage<String, byte[]>>> group(String consumer, String from, int count) {
        StreamOffset<String> place = StreamOffset.from(keys.stream(), from);
        return ask(
                commands -> commands.xreadgroup(Consumer.from(GROUP, consumer), XReadArgs.Builder.count(count), place));
    }

    /** Hands this consumer what another one has had for too long. */
    CompletableFuture<List<StreamMessage<String, byte[]>>> claim(String consumer, int count) {
        var wanted = new XAutoClaimArgs<String>()
                .consumer(Consumer.from(GROUP, consumer))
                .minIdleTime(limits.claimAfter())
                .startId("0-0")
                .count(count);
        return ask(commands -> commands.xautoclaim(keys.stream(), wanted)).thenApply(ClaimedMessages::getMessages);
    }

    /** Notes that the archive has the events at these offsets. */
    CompletableFuture<Void> confirm(List<Long> offsets) {
        byte[][] ids = offsets.stream()
                .map(offset -> EntryCodec.bytes(EntryCodec.id(offset)))
                .toArray(byte[][]::new);
        return ask(commands -> Script.CONFIRM.run(commands, keys.all(), ids)).thenApply(_ -> null);
    }

    Entry decode(StreamMessage<String, byte[]> message, long epoch) {
        return codec.decode(message, epoch);
    }

    StreamKeys keys() {
        return keys;
    }

    private CompletableFuture<List<Object>> run(Script script, byte[]... arguments) {
        return ask(commands -> script.run(commands, keys.all(), arguments));
    }

    private <T> CompletableFuture<T> ask(Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> commands) {
        return redis.run(commands, limits.timeout()).exceptionally(failure -> {
            throw unavailable("log: Redis: " + RedisConnections.describe(failure), failure);
        });
    }

    static LogException unavailable(String message) {
        return new LogException(LogException.Reason.UNAVAILABLE, message);
    }

    static LogException unavailable(String message, Throwable cause) {
        return new LogException(LogException.Reason.UNAVAILABLE, message, cause);
    }

    /** The log's own failure behind what a stage failed with. */
    static LogException cause(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof LogException known
                ? known
                : unavailable("log: " + RedisConnections.describe(cause), cause);
    }

    private static String text(List<Object> reply, int index) {
        return new String((byte[]) reply.get(index), UTF_8);
    }

    private static long number(List<Object> reply, int index) {
        return reply.get(index) instanceof Long number ? number : Long.parseLong(text(reply, index));
    }
}

package io.atalaya.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to one Redis and owns the client behind them, with its single I/O thread. Thread-safe: its parts
 * are.
 *
 * <p>Lettuce's own reconnection is off: the subscriber reconnects by its own rules, and commands open a new connection
 * when they need one. So nothing queues up for a Redis that is away, and a connection whose other end has vanished is given
 * up at the first command that it does not answer in time.
 */
public final class RedisConnections implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisConnections.class);
    private static final int MAX_PENDING_COMMANDS = 10_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final RedisURI uri;
    private final Duration connectTimeout;
    private final DefaultEventLoopGroupProvider eventLoops;
    private final ClientResources resources;
    private final RedisClient client;
    private final SharedConnection<String> commands;
    private final Queue<SharedConnection<?>> others = new ConcurrentLinkedQueue<>();

    /** Makes the client; connects to nothing yet. */
    public RedisConnections(RedisConfig config, RedisContext context) {
        this.connectTimeout = context.timings().connectTimeout();
        this.uri = RedisURI.create(config.url());
        uri.setTimeout(connectTimeout);
        this.eventLoops = new DefaultEventLoopGroupProvider(1);
        this.resources = ClientResources.builder()
                .eventLoopGroupProvider(eventLoops)
                .computationThreadPoolSize(2)
                .commandLatencyRecorder(new CommandTimes(context.commandTimes()))
                .build();
        this.client = RedisClient.create(resources, uri);
        client.setOptions(options(context.timings()));
        this.commands = connectionOf(StringCodec.UTF8);
    }

    private <V> SharedConnection<V> connectionOf(RedisCodec<String, V> codec) {
        return new SharedConnection<>(() -> client.connectAsync(codec, uri).toCompletableFuture());
    }

    /** A connection of its own for commands whose values are bytes; closed with this object. */
    public SharedConnection<byte[]> bytes() {
        SharedConnection<byte[]> connection = connectionOf(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
        others.add(connection);
        return connection;
    }

    private static ClientOptions options(RedisContext.Timings timings) {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_PENDING_COMMANDS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timings.connectTimeout())
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(timings.probeTimeout()))
                .build();
    }

    /** Opens a connection for Pub/Sub; the caller closes it. Waits for at most the connect time-out. */
    StatefulRedisPubSubConnection<String, byte[]> connectPubSub()
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> attempt = client.connectPubSubAsync(
                        RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri)
                .toCompletableFuture();
        try {
            return attempt.get(connectTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException | TimeoutException e) {
            attempt.thenAccept(StatefulConnection::closeAsync);
            throw e;
        }
    }

    /** As {@link SharedConnection#run}, over the connection that all commands share. */
    <T> CompletableFuture<T> run(
            Function<RedisAsyncCommands<String, String>, CompletionStage<T>> issue, Duration timeout) {
        return commands.run(issue, timeout);
    }

    /** Whether a failure is Redis' own answer, so that the connection is sound. */
    static boolean isAnswer(Throwable failure) {
        return SharedConnection.isAnswer(failure);
    }

    /** What went wrong, with its root cause; never holds the password. */
    public static String describe(Throwable failure) {
        Throwable top = failure;
        while ((top instanceof ExecutionException || top instanceof CompletionException) && top.getCause() != null) {
            top = top.getCause();
        }
        Throwable root = top;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return top.getCause() == null ? text(top) : text(top) + ": " + text(root);
    }

    private static String text(Throwable failure) {
        @Nullable String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Closes every connection and ends the client's threads; waits a few seconds at most. */
    @Override
    public void close() {
        await(commands.close());
        others.forEach(other -> await(other.close()));
        // the executors go before the event loops: what they still have scheduled would find those gone
        await(resources.shutdown(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        // not its shutdown without "async", which waits as long as a connection that is under way may take: for ever
        await(client.shutdownAsync(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        await(eventLoops.shutdown(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private static void await(Future<?> end) {
        try {
            end.get(2 * CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.atWarn().addKeyValue("error", describe(e)).log("the Redis client did not end cleanly");
        }
    }
}

package io.atalaya.gateway;

import io.atalaya.auth.RevocationList;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.log.EventLog;
import io.atalaya.management.DependencyStatus;
import io.atalaya.metrics.Timings;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Profile;
import io.atalaya.redis.ChannelPatterns;
import io.atalaya.redis.MessagePump;
import io.atalaya.redis.MessageSink;
import io.atalaya.redis.RedisConfig;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.RedisContext;
import io.atalaya.redis.RedisHealth;
import io.atalaya.redis.RedisMessage;
import io.atalaya.redis.RedisRevocations;
import io.atalaya.redis.RedisSubscriber;
import io.atalaya.streams.RedisStreamLog;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Everything that exists only with {@code REDIS_URL}. Thread-safe: immutable, made of thread-safe parts. */
final class RedisParts implements AutoCloseable {
    private final RedisConfig config;
    private final RedisContext context;
    private final RedisConnections connections;
    private final RedisRevocations revocations;

    /** @param times how long its commands take */
    RedisParts(RedisConfig config, Profile profile, Timings times) {
        this.config = config;
        this.context = RedisContext.system(times);
        this.connections = new RedisConnections(config, context);
        this.revocations = new RedisRevocations(connections, userSchemes(profile), context);
    }

    /** Only staff tokens name a user; a table token's subject is a session. */
    private static Set<String> userSchemes(Profile profile) {
        return profile.authentication().values().stream()
                .filter(scheme -> scheme.kind() == AuthenticationScheme.Kind.STAFF_JWT)
                .map(AuthenticationScheme::name)
                .collect(Collectors.toSet());
    }

    RevocationList revocations() {
        return revocations;
    }

    /**
     * The way in, not yet started.
     *
     * @param log shown with the rest when it is in Redis too
     */
    WayIn wayIn(Intake intake, EventLog log) {
        var pump = new MessagePump(config, new IntakeSink(intake), context);
        var subscriber =
                new RedisSubscriber(connections, new ChannelPatterns(ChannelPatterns.RESTAURANT), pump, context);
        var health = new RedisHealth(connections, config, context);
        return new WayIn(
                subscriber,
                pump,
                new RedisStatus(subscriber, pump, revocations, statusOf(log), health, config.poolSize()));
    }

    private static Supplier<Optional<RedisStreamLog.Status>> statusOf(EventLog log) {
        return () -> log instanceof RedisStreamLog shared ? Optional.of(shared.status()) : Optional.empty();
    }

    @Override
    public void close() {
        connections.close();
    }

    /** Hands messages to the intake and tells it of those that never came so far. Immutable. */
    private record IntakeSink(Intake intake) implements MessageSink {
        @Override
        public CompletionStage<Void> onMessages(List<RedisMessage> batch) {
            return intake.acceptUntold(
                    IntakeBook.Source.REDIS,
                    batch.stream()
                            .map(message ->
                                    new Intake.UntoldEvent(message.body(), message.channel(), message.fallbackId()))
                            .toList());
        }

        @Override
        public void onDropped(int messages) {
            intake.drop(IntakeBook.Source.REDIS, IntakeBook.Drop.SOURCE_OVERFLOW, messages);
        }
    }

    /** Events from Redis to the intake. Closing it hands over what is queued. */
    record WayIn(RedisSubscriber subscriber, MessagePump pump, DependencyStatus.Source status)
            implements AutoCloseable {
        void start() {
            subscriber.start();
        }

        @Override
        public void close() {
            subscriber.close();
            pump.close();
        }
    }
}

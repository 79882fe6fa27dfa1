package io.atalaya.gateway;

import io.atalaya.auth.RevocationList;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Profile;
import io.atalaya.redis.ChannelPatterns;
import io.atalaya.redis.MessagePump;
import io.atalaya.redis.RedisConfig;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.RedisContext;
import io.atalaya.redis.RedisHealth;
import io.atalaya.redis.RedisMessage;
import io.atalaya.redis.RedisRevocations;
import io.atalaya.redis.RedisSubscriber;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything that exists only with {@code REDIS_URL}. Confined to the composition root. */
final class RedisParts implements AutoCloseable {
    private final RedisConfig config;
    private final RedisContext context = RedisContext.system();
    private final RedisConnections connections;
    private final RedisRevocations revocations;
    private final RedisHealth health;
    private @Nullable MessagePump pump;
    private @Nullable RedisSubscriber subscriber;

    RedisParts(RedisConfig config, Profile profile) {
        this.config = config;
        this.connections = new RedisConnections(config, context);
        this.revocations = new RedisRevocations(connections, userSchemes(profile), context);
        this.health = new RedisHealth(connections, config, context);
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

    RedisHealth health() {
        return health;
    }

    /** Starts to take events in. */
    void start(Intake intake) {
        var messages = new MessagePump(config, batch -> takeIn(intake, batch), context);
        var subscription =
                new RedisSubscriber(connections, new ChannelPatterns(ChannelPatterns.RESTAURANT), messages, context);
        subscription.start();
        pump = messages;
        subscriber = subscription;
    }

    private static CompletionStage<Void> takeIn(Intake intake, List<RedisMessage> batch) {
        return intake.acceptUntold(
                IntakeBook.Source.REDIS,
                batch.stream()
                        .map(message -> new Intake.UntoldEvent(message.body(), message.channel(), message.fallbackId()))
                        .toList());
    }

    RedisSubscriber subscriber() {
        if (subscriber == null) {
            throw new IllegalStateException("redis: not started (expected: started)");
        }
        return subscriber;
    }

    /** Stops taking events in; what is queued is still handed over. */
    void stopIntake() {
        if (subscriber != null) {
            subscriber.close();
        }
        if (pump != null) {
            pump.close();
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}

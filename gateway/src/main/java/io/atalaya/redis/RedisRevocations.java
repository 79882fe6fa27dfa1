package io.atalaya.redis;

import io.atalaya.auth.Principal;
import io.atalaya.auth.RevocationList;
import io.atalaya.breaker.Breaker;
import io.atalaya.event.TenantId;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation list in Redis, shared with the restaurant platform's backend and by all gateways. Thread-safe: holds
 * only its breaker and a counter.
 *
 * <ul>
 *   <li>{@code auth:token:blacklist:{jti}}, any value: the token is revoked; read and written
 *   <li>{@code atalaya:user:revoked:{tenant}:{user}}, an ISO-8601 instant: the user's tokens issued before it are revoked;
 *       read and written. A tenant's name has no colon, so no two users share a key
 *   <li>{@code auth:user:revoked:{user_id}}, likewise, and read only: the backend's own. It has no tenant, because user ids
 *       are unique over all tenants there; to write it would revoke the users of the same id of every other tenant
 * </ul>
 *
 * <p>All are read in one round trip. When Redis cannot be asked, or answers something that cannot be understood, the
 * status is UNKNOWN: neither a blip nor a damaged key may end a session for good, or let a revoked one in.
 */
public final class RedisRevocations implements RevocationList {
    /** How long the revocation of a user is kept: the longest life of a token. */
    public static final Duration USER_REVOCATION_TTL = Duration.ofDays(7);

    private static final Logger log = LoggerFactory.getLogger(RedisRevocations.class);
    private static final String TOKEN_KEY = "auth:token:blacklist:";
    private static final String USER_KEY = "atalaya:user:revoked:";
    private static final String BACKENDS_USER_KEY = "auth:user:revoked:";
    private static final String GUEST = "-";
    /** Tokens that live longer are blacklisted without an end; Redis refuses much longer lifetimes. */
    private static final Duration LONGEST_TTL = Duration.ofDays(36_500);
    /** As the backend writes it; its parser does not know {@code Z} for UTC. */
    private static final DateTimeFormatter INSTANT_FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

    private static final int PROBES = 3;

    private final RedisConnections connections;
    private final Set<String> userSchemes;
    private final Duration timeout;
    private final InstantSource clock;
    private final Breaker breaker;
    private final AtomicLong damagedKeys = new AtomicLong();

    /**
     * @param userSchemes names of the authentication schemes whose subject is a user id; subjects of others are users only
     *     where they begin with a minus sign, as guests do here
     */
    public RedisRevocations(RedisConnections connections, Set<String> userSchemes, RedisContext context) {
        this.connections = connections;
        this.userSchemes = Set.copyOf(userSchemes);
        this.timeout = context.timings().commandTimeout();
        this.clock = context.clock();
        this.breaker = new Breaker("redis-revocations", context.timings().commandOpen(), PROBES, context.nanoClock());
    }

    /** The breaker around the look-ups. */
    public Breaker.Snapshot breaker() {
        return breaker.snapshot();
    }

    /** Look-ups since start that met a key which cannot be understood. */
    public long damagedKeys() {
        return damagedKeys.get();
    }

    @Override
    public CompletionStage<Status> status(Principal principal) {
        Optional<String> token = principal.revocationKey();
        boolean user = userSchemes.contains(principal.scheme());
        String[] keys = userKeys(principal, user);
        if (token.isEmpty() && keys.length == 0) {
            return CompletableFuture.completedFuture(Status.VALID);
        }
        // guests whose tokens have no id: the platform never revokes them, so that they do not depend on Redis
        Status unasked = token.isPresent() || user ? Status.UNKNOWN : Status.VALID;
        if (!breaker.tryAcquire()) {
            return CompletableFuture.completedFuture(unasked);
        }
        return connections
                .run(commands -> ask(commands, token, keys), timeout)
                .handle((answer, failure) -> failure == null ? judge(answer, principal) : unanswered(failure, unasked));
    }

    private static String[] userKeys(Principal principal, boolean user) {
        String own = userKey(principal.tenant(), principal.subject());
        if (user) {
            return new String[] {own, BACKENDS_USER_KEY + principal.subject()};
        }
        return principal.subject().startsWith(GUEST) ? new String[] {own} : new String[0];
    }

    private static String userKey(TenantId tenant, String subject) {
        return USER_KEY + tenant.value() + ":" + subject;
    }

    private static CompletionStage<Answer> ask(
            RedisAsyncCommands<String, String> commands, Optional<String> token, String[] userKeys) {
        CompletionStage<Boolean> listed = token.<CompletionStage<Boolean>>map(
                        jti -> commands.exists(TOKEN_KEY + jti).thenApply(found -> found > 0))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
        CompletionStage<List<String>> revokedAt = CompletableFuture.completedFuture(List.of());
        for (String key : userKeys) {
            revokedAt = revokedAt.thenCombine(commands.get(key), RedisRevocations::with);
        }
        return listed.thenCombine(revokedAt, Answer::new);
    }

    private static List<String> with(List<String> found, @Nullable String value) {
        return value == null
                ? found
                : Stream.concat(found.stream(), Stream.of(value)).toList();
    }

    private Status judge(Answer answer, Principal principal) {
        breaker.onSuccess();
        if (answer.tokenListed()) {
            return Status.REVOKED;
        }
        Status status = Status.VALID;
        for (String revokedAt : answer.userRevokedAt()) {
            Optional<Instant> before = parse(revokedAt);
            if (before.isEmpty()) {
                status = damaged("not an ISO-8601 instant");
            } else if (principal.issuedAt().isBefore(before.get())) {
                return Status.REVOKED;
            }
        }
        return status;
    }

    private Status unanswered(Throwable failure, Status unasked) {
        // a key of another type is an answer about one key, not a Redis that fails
        if (RedisConnections.isAnswer(failure)
                && RedisConnections.describe(failure).startsWith("WRONGTYPE")) {
            breaker.onSuccess();
            return damaged("not a string");
        }
        breaker.onFailure(failure);
        log.atDebug().addKeyValue("error", RedisConnections.describe(failure)).log("revocations cannot be asked");
        return unasked;
    }

    private Status damaged(String error) {
        boolean first = damagedKeys.getAndIncrement() == 0;
        (first ? log.atWarn() : log.atDebug())
                .addKeyValue("keys", List.of(USER_KEY + "…", BACKENDS_USER_KEY + "…"))
                .addKeyValue("error", error)
                .log("a revocation key in Redis is damaged");
        return Status.UNKNOWN;
    }

    @Override
    public CompletionStage<Void> revokeToken(String tokenId, Instant expiresAt) {
        Instant now = clock.instant();
        if (!expiresAt.isAfter(now)) {
            return CompletableFuture.completedFuture(null);
        }
        SetArgs args = new SetArgs();
        if (expiresAt.isBefore(now.plus(LONGEST_TTL))) {
            args.px(Math.max(1, Duration.between(now, expiresAt).toMillis()));
        }
        return connections
                .run(commands -> commands.set(TOKEN_KEY + tokenId, "1", args), timeout)
                .handle(RedisRevocations::written);
    }

    /** An earlier revocation of the user that reaches further stays. */
    @Override
    public CompletionStage<Void> revokeUser(TenantId tenant, String subject, Instant before) {
        String key = userKey(tenant, subject);
        SetArgs args = new SetArgs().ex(USER_REVOCATION_TTL);
        return connections
                .run(
                        commands -> commands.get(key)
                                .thenCompose(old -> commands.set(key, INSTANT_FORMAT.format(later(old, before)), args)),
                        timeout)
                .handle(RedisRevocations::written);
    }

    private static Instant later(@Nullable String old, Instant before) {
        return Optional.ofNullable(old)
                .flatMap(RedisRevocations::parse)
                .filter(before::isBefore)
                .orElse(before);
    }

    private static @Nullable Void written(@Nullable String ok, @Nullable Throwable failure) {
        if (failure != null) {
            throw new CompletionException(
                    new IllegalStateException("revocation not written: " + RedisConnections.describe(failure)));
        }
        return null;
    }

    /** An instant as the backend writes it: with an offset, or without one and then UTC. */
    static Optional<Instant> parse(String text) {
        try {
            return Optional.of(
                            DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from))
                    .map(time -> time instanceof OffsetDateTime with
                            ? with.toInstant()
                            : LocalDateTime.from(time).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** What Redis said about one principal. Immutable. */
    private record Answer(boolean tokenListed, List<String> userRevokedAt) {}
}

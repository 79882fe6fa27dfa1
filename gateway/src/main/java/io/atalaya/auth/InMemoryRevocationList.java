package io.atalaya.auth;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Revocations of this process only, made through the management API and forgotten at a restart. Thread-safe: two
 * concurrent maps, each entry immutable; writers are serialised by this object's monitor, readers never wait.
 *
 * <p>An entry lives as long as it can matter: that of a token until the token would have ended, that of a user for
 * seven days, so a token that lives longer outlives the revocation of its user. Bounded: when a list is full of entries
 * that still matter, a new revocation fails; an old one is never forgotten early, as that would let somebody back in.
 */
public final class InMemoryRevocationList implements RevocationList {
    /** How long the revocation of a user is kept. */
    public static final Duration USER_RETENTION = Duration.ofDays(7);

    private final Map<String, Instant> tokens = new ConcurrentHashMap<>();
    private final Map<User, UserRevocation> users = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private final int capacity;

    /** @param capacity most tokens, and most users, remembered at a time (at least 1) */
    public InMemoryRevocationList(InstantSource clock, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "revocation list capacity: %d (expected: at least 1)".formatted(capacity));
        }
        this.clock = clock;
        this.capacity = capacity;
    }

    @Override
    public CompletionStage<Status> status(Principal principal) {
        return completedFuture(isRevoked(principal) ? Status.REVOKED : Status.VALID);
    }

    private boolean isRevoked(Principal principal) {
        Instant now = clock.instant();
        Instant until = principal.revocationKey().map(tokens::get).orElse(Instant.MIN);
        if (until.isAfter(now)) {
            return true;
        }
        UserRevocation user = users.get(new User(principal.tenant(), principal.subject()));
        return user != null && user.until().isAfter(now) && principal.issuedAt().isBefore(user.before());
    }

    @Override
    public synchronized CompletionStage<Void> revokeToken(String tokenId, Instant expiresAt) {
        Instant now = clock.instant();
        if (Claims.isOver(expiresAt, now)) {
            return completedFuture(null);
        }
        if (!tokens.containsKey(tokenId) && tokens.size() >= capacity) {
            tokens.values().removeIf(until -> !until.isAfter(now));
            if (tokens.size() >= capacity) {
                return full("tokens");
            }
        }
        // A token is still accepted within the leeway after its expiry, so the entry has to last as long.
        tokens.merge(tokenId, after(expiresAt, Claims.CLOCK_SKEW), InMemoryRevocationList::later);
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> revokeUser(TenantId tenant, String subject, Instant before) {
        Instant now = clock.instant();
        var user = new User(tenant, subject);
        if (!users.containsKey(user) && users.size() >= capacity) {
            users.values().removeIf(revocation -> !revocation.until().isAfter(now));
            if (users.size() >= capacity) {
                return full("users");
            }
        }
        users.merge(
                user, new UserRevocation(before, after(later(before, now), USER_RETENTION)), UserRevocation::widened);
        return completedFuture(null);
    }

    /** Entries held, those included that no longer matter and were not yet removed. */
    public int size() {
        return tokens.size() + users.size();
    }

    private CompletionStage<Void> full(String what) {
        return failedFuture(new IllegalStateException(
                "revocation list: %d %s already (expected: fewer than %d)".formatted(capacity, what, capacity)));
    }

    /** The sum, or the end of time where it would be beyond. */
    private static Instant after(Instant start, Duration span) {
        return start.isAfter(Instant.MAX.minus(span)) ? Instant.MAX : start.plus(span);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** A user of one tenant; another tenant's user of the same name is somebody else. */
    private record User(TenantId tenant, String subject) {}

    /**
     * @param before tokens issued before it are revoked
     * @param until when the entry no longer matters
     */
    private record UserRevocation(Instant before, Instant until) {
        UserRevocation widened(UserRevocation that) {
            return new UserRevocation(later(before, that.before), later(until, that.until));
        }
    }
}

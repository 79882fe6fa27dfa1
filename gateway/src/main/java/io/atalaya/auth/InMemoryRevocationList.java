package io.atalaya.auth;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Revocations of this process only, made through the management API; by itself it forgets them at a restart. Thread-safe: two
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
    public CompletionStage<Void> revokeToken(String tokenId, Instant expiresAt) {
        return Claims.isOver(expiresAt, clock.instant())
                ? completedFuture(null)
                : outcome(put(Revocation.ofToken(tokenId, expiresAt)));
    }

    @Override
    public CompletionStage<Void> revokeUser(TenantId tenant, String subject, Instant before) {
        return outcome(put(Revocation.ofUser(tenant, subject, before, clock.instant())));
    }

    private CompletionStage<Void> outcome(boolean taken) {
        return taken ? completedFuture(null) : failedFuture(new IllegalStateException(full()));
    }

    /** Adds a revocation, or widens the one that is there; false when the list is full. */
    public synchronized boolean put(Revocation revocation) {
        if (!hasRoomFor(revocation)) {
            return false;
        }
        switch (revocation) {
            case Revocation.OfToken token ->
                tokens.merge(token.tokenId(), token.until(), InMemoryRevocationList::later);
            case Revocation.OfUser user ->
                users.merge(
                        new User(user.tenant(), user.subject()),
                        new UserRevocation(user.before(), user.until()),
                        UserRevocation::widened);
        }
        return true;
    }

    /** Whether {@link #put} would take it. Forgets what no longer matters when that is needed to make room. */
    public synchronized boolean hasRoomFor(Revocation revocation) {
        Instant now = clock.instant();
        return switch (revocation) {
            case Revocation.OfToken token -> {
                if (!tokens.containsKey(token.tokenId()) && tokens.size() >= capacity) {
                    tokens.values().removeIf(until -> !until.isAfter(now));
                }
                yield tokens.containsKey(token.tokenId()) || tokens.size() < capacity;
            }
            case Revocation.OfUser user -> {
                var key = new User(user.tenant(), user.subject());
                if (!users.containsKey(key) && users.size() >= capacity) {
                    users.values().removeIf(entry -> !entry.until().isAfter(now));
                }
                yield users.containsKey(key) || users.size() < capacity;
            }
        };
    }

    /** Everything that still matters, in no order. */
    public List<Revocation> revocations() {
        Instant now = clock.instant();
        var found = new ArrayList<Revocation>();
        tokens.forEach((tokenId, until) -> found.add(new Revocation.OfToken(tokenId, until)));
        users.forEach((user, entry) ->
                found.add(new Revocation.OfUser(user.tenant(), user.subject(), entry.before(), entry.until())));
        found.removeIf(revocation -> !revocation.until().isAfter(now));
        return found;
    }

    /** What a caller is told when nothing more fits. */
    public String full() {
        return "revocation list: %d already (expected: fewer than %d)".formatted(capacity, capacity);
    }

    /** Entries held, those included that no longer matter and were not yet removed. */
    public int size() {
        return tokens.size() + users.size();
    }

    /** The sum, or the end of time where it would be beyond. */
    private static Instant after(Instant start, Duration span) {
        return start.isAfter(Instant.MAX.minus(span)) ? Instant.MAX : start.plus(span);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** One entry of the list. Immutable. */
    public sealed interface Revocation {
        /** When it no longer matters. */
        Instant until();

        /** One token, until nobody accepts it any more. */
        record OfToken(String tokenId, Instant until) implements Revocation {}

        /**
         * A user of one tenant.
         *
         * @param before tokens issued before it are revoked
         */
        record OfUser(TenantId tenant, String subject, Instant before, Instant until) implements Revocation {}

        /** A token is still accepted within the leeway after its expiry, so the entry has to last as long. */
        static Revocation ofToken(String tokenId, Instant expiresAt) {
            return new OfToken(tokenId, after(expiresAt, Claims.CLOCK_SKEW));
        }

        /** Every token of a user that was issued before {@code before}. */
        static Revocation ofUser(TenantId tenant, String subject, Instant before, Instant now) {
            return new OfUser(tenant, subject, before, after(later(before, now), USER_RETENTION));
        }
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

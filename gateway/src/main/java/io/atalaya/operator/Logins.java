package io.atalaya.operator;

import io.atalaya.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Operators who have logged in with a browser. Thread-safe: one lock, held for a look-up. Only digests of what browsers
 * hold are kept, and only in memory: a restart ends every login.
 */
public final class Logins {
    /** How long a login lasts at most. */
    public static final Duration LONGEST = Duration.ofHours(12);

    /** How long it lasts unused; an open stream is a use. */
    static final Duration LONGEST_UNUSED = Duration.ofHours(1);

    private static final int MOST = 1_000;
    private static final int SECRET_BYTES = 32;
    private static final String COOKIE = "atalaya_";

    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<String, Login> byDigest = new LinkedHashMap<>(16, 0.75f, true);

    /** @param random where the secrets come from */
    public Logins(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** A login just made: the value of its cookie, and when it ends at the latest. Immutable. */
    record Opened(String secret, Instant expiresAt) {}

    private record Login(Instant expiresAt, Instant usedAt) {
        boolean isOver(Instant now) {
            return !now.isBefore(expiresAt) || !now.isBefore(usedAt.plus(LONGEST_UNUSED));
        }
    }

    /** Makes a login; where there are very many, the one unused for longest ends. */
    Opened open() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant();
        var login = new Login(now.plus(LONGEST), now);
        synchronized (byDigest) {
            byDigest.values().removeIf(other -> other.isOver(now));
            if (byDigest.size() >= MOST) {
                byDigest.remove(byDigest.keySet().iterator().next());
            }
            byDigest.put(digest(secret), login);
        }
        return new Opened(secret, login.expiresAt());
    }

    /** Ends the login of a request, if it has one. */
    void close(RequestHead head) {
        cookie(head).ifPresent(secret -> {
            synchronized (byDigest) {
                byDigest.remove(digest(secret));
            }
        });
    }

    /** When the login of a request ends; empty when it has none, or none any more. Asking is a use. */
    public Optional<Instant> expiryOf(RequestHead head) {
        return cookie(head).flatMap(secret -> use(digest(secret)));
    }

    private Optional<Instant> use(String digest) {
        Instant now = clock.instant();
        synchronized (byDigest) {
            Login login = byDigest.get(digest);
            if (login == null || login.isOver(now)) {
                byDigest.remove(digest);
                return Optional.empty();
            }
            byDigest.put(digest, new Login(login.expiresAt(), now));
            return Optional.of(login.expiresAt());
        }
    }

    /** Gateways on one machine share its cookies, whatever their ports: the name tells them apart. */
    static String cookieName(RequestHead head) {
        String authority = HostNames.authority(head);
        int colon = authority.lastIndexOf(':');
        String port = colon > authority.lastIndexOf(']') ? authority.substring(colon + 1) : "";
        return COOKIE + (port.matches("\\d{1,5}") ? port : "web");
    }

    private static Optional<String> cookie(RequestHead head) {
        String wanted = cookieName(head) + '=';
        for (String field : head.headers().getAll(HttpHeaderNames.COOKIE)) {
            for (String pair : field.split(";", -1)) {
                if (pair.strip().startsWith(wanted)) {
                    return Optional.of(pair.strip().substring(wanted.length()));
                }
            }
        }
        return Optional.empty();
    }

    private static String digest(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }
}

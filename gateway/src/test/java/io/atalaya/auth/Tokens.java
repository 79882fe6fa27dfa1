package io.atalaya.auth;

import io.atalaya.auth.AuthOutcome.Accepted;
import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Refused;
import io.atalaya.auth.CompactToken.HmacKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Secrets, a clock that is set by hand, and tokens of any content for the tests of this package. */
final class Tokens {
    static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    static final String JWT_SECRET = "staff-secret-that-is-long-enough-0001";
    static final String TABLE_SECRET = "table-secret-that-is-long-enough-0002";
    static final ClaimMapping STAFF = new ClaimMapping("staff", "sub", Map.of("branch_id", "branch_ids"));
    static final ClaimMapping TABLE = new ClaimMapping(
            "table",
            "session_id",
            Map.of("session_id", "session_id", "branch_id", "branch_id", "table_id", "table_id"));

    private Tokens() {}

    static AuthConfig config() {
        return new AuthConfig(
                Optional.of(JWT_SECRET),
                AuthConfig.DEFAULT_ISSUER,
                AuthConfig.DEFAULT_AUDIENCE,
                Optional.empty(),
                Optional.of(TABLE_SECRET),
                false);
    }

    static AuthConfig configWithoutSecrets() {
        return new AuthConfig(
                Optional.empty(),
                AuthConfig.DEFAULT_ISSUER,
                AuthConfig.DEFAULT_AUDIENCE,
                Optional.empty(),
                Optional.empty(),
                false);
    }

    /** The claims of a good staff token, as JSON values by name. */
    static Map<String, String> staffClaims() {
        return new TreeMap<>(Map.of(
                "sub", "\"7\"",
                "tenant_id", "1",
                "branch_ids", "[3,4]",
                "roles", "[\"WAITER\"]",
                "type", "\"access\"",
                "jti", "\"token-1\"",
                "iss", "\"menu-ops\"",
                "aud", "\"menu-ops-users\"",
                "iat", "" + NOW.minusSeconds(60).getEpochSecond(),
                "exp", "" + NOW.plusSeconds(900).getEpochSecond()));
    }

    static Map<String, String> tableClaims() {
        return new TreeMap<>(Map.of(
                "tenant_id", "1",
                "branch_id", "3",
                "table_id", "12",
                "session_id", "42",
                "type", "\"table\"",
                "iss", "\"integrador:table\"",
                "aud", "\"integrador:diner\"",
                "iat", "" + NOW.minusSeconds(60).getEpochSecond(),
                "exp", "" + NOW.plusSeconds(900).getEpochSecond()));
    }

    static Map<String, String> with(Map<String, String> claims, String name, String json) {
        var changed = new TreeMap<>(claims);
        changed.put(name, json);
        return changed;
    }

    static Map<String, String> without(Map<String, String> claims, String name) {
        var changed = new TreeMap<>(claims);
        changed.remove(name);
        return changed;
    }

    static String staff(Map<String, String> claims) {
        return signed(claims, JWT_SECRET);
    }

    static String table(Map<String, String> claims) {
        return signed(claims, TABLE_SECRET);
    }

    static String signed(Map<String, String> claims, String secret) {
        List<String> members = claims.entrySet().stream()
                .map(claim -> "\"" + claim.getKey() + "\":" + claim.getValue())
                .toList();
        return signed("{" + String.join(",", members) + "}", secret);
    }

    static String signed(String json, String secret) {
        return CompactToken.signed(json.getBytes(StandardCharsets.UTF_8), new HmacKey(secret));
    }

    static String legacy(String fields) {
        return fields + ":" + new HmacKey(TABLE_SECRET).signHex(fields).substring(0, 32);
    }

    static AuthOutcome now(Authenticator authenticator, String credential) {
        var outcome = authenticator.authenticate(credential).toCompletableFuture();
        if (!outcome.isDone()) {
            throw new AssertionError("the answer should be there at once");
        }
        return outcome.join();
    }

    static Principal accepted(AuthOutcome outcome) {
        if (outcome instanceof Accepted(Principal principal)) {
            return principal;
        }
        throw new AssertionError("expected a principal, got " + outcome);
    }

    static Reason reason(AuthOutcome outcome) {
        if (outcome instanceof Refused(Reason reason)) {
            return reason;
        }
        throw new AssertionError("expected a refusal, got " + outcome);
    }

    /** A clock that stands still until it is set. Confined to the test's thread. */
    static final class HandClock implements InstantSource {
        private Instant now = NOW;

        void set(Instant instant) {
            now = instant;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}

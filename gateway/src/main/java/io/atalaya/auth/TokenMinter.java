package io.atalaya.auth;

import io.atalaya.auth.CompactToken.HmacKey;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Issues the tokens that the authenticators accept, for the command line, the demo and tests. Immutable; holds secrets,
 * shows none.
 *
 * <p>Each method throws {@link IllegalStateException} when the configuration lacks the secret that it needs, and {@link
 * IllegalArgumentException} when the lifetime is not from a second to a century.
 */
public final class TokenMinter {
    /** A century. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(36_500);

    private static final JsonFactory JSON = new JsonFactory();

    private final AuthConfig config;
    private final InstantSource clock;

    public TokenMinter(AuthConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /** A staff access token, HS256. */
    public String staff(Staff staff, Duration lifetime) {
        HmacKey key = key(config.jwtSecret(), "jwt-secret");
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", Long.toString(staff.user()));
        claims.put("tenant_id", staff.tenant());
        claims.put("branch_ids", staff.branches());
        claims.put("roles", staff.roles());
        claims.put("type", "access");
        return signed(claims, new Parties(config.jwtIssuer(), config.jwtAudience()), lifetime, key);
    }

    /** A table token in the current form, a JWT. */
    public String table(Table table, Duration lifetime) {
        HmacKey key = key(config.tableTokenSecret(), "table-token-secret");
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("tenant_id", table.tenant());
        claims.put("branch_id", table.branch());
        claims.put("table_id", table.table());
        claims.put("session_id", table.session());
        claims.put("type", TableTokenAuthenticator.TYPE);
        var parties = new Parties(TableTokenAuthenticator.ISSUER, TableTokenAuthenticator.AUDIENCE);
        return signed(claims, parties, lifetime, key);
    }

    /** A table token in the older form, six fields joined by colons. */
    public String legacyTable(Table table, Duration lifetime) {
        HmacKey key = key(config.tableTokenSecret(), "table-token-secret");
        String fields = "%d:%d:%d:%d:%d"
                .formatted(
                        table.tenant(),
                        table.branch(),
                        table.table(),
                        table.session(),
                        clock.instant().getEpochSecond() + seconds(lifetime));
        return fields + ":" + key.signHex(fields).substring(0, TableTokenAuthenticator.LEGACY_SIGNATURE_LENGTH);
    }

    private String signed(Map<String, Object> claims, Parties parties, Duration lifetime, HmacKey key) {
        long now = clock.instant().getEpochSecond();
        claims.put("iss", parties.issuer());
        claims.put("aud", parties.audience());
        claims.put("iat", now);
        claims.put("exp", now + seconds(lifetime));
        claims.put("jti", UUID.randomUUID().toString());
        return CompactToken.signed(json(claims), key);
    }

    private static HmacKey key(Optional<String> secret, String setting) {
        return secret.map(HmacKey::new)
                .orElseThrow(() -> new IllegalStateException(setting + ": not set (expected: the signing secret)"));
    }

    private static long seconds(Duration lifetime) {
        if (lifetime.toSeconds() < 1 || lifetime.compareTo(MAX_LIFETIME) > 0) {
            throw new IllegalArgumentException(
                    "lifetime: %ds (expected: 1s … %ds)".formatted(lifetime.toSeconds(), MAX_LIFETIME.toSeconds()));
        }
        return lifetime.toSeconds();
    }

    /** Values are strings, longs and lists of these. */
    static byte[] json(Map<String, Object> claims) {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            generator.writeStartObject();
            claims.forEach((name, value) -> write(generator.writeName(name), value));
            generator.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, Object value) {
        switch (value) {
            case Long number -> generator.writeNumber(number);
            case List<?> list -> {
                generator.writeStartArray();
                list.forEach(element -> write(generator, element));
                generator.writeEndArray();
            }
            default -> generator.writeString(value.toString());
        }
    }

    private record Parties(String issuer, String audience) {}

    /**
     * Who a staff token is for. Immutable.
     *
     * @param tenant at least 1
     * @param user at least 1
     * @param branches the branches that the token entitles to
     * @param roles role names of the profile
     */
    public record Staff(long tenant, long user, List<Long> branches, List<String> roles) {
        public Staff {
            requirePositive("tenant", tenant);
            requirePositive("user", user);
            branches = List.copyOf(branches);
            roles = List.copyOf(roles);
        }
    }

    /** Where the guest with a table token sits; each number is at least 1. Immutable. */
    public record Table(long tenant, long branch, long table, long session) {
        public Table {
            requirePositive("tenant", tenant);
            requirePositive("branch", branch);
            requirePositive("table", table);
            requirePositive("session", session);
        }
    }

    private static void requirePositive(String what, long value) {
        // Eighteen digits are the longest identifier that every reader of a token takes.
        if (value < 1 || value > 999_999_999_999_999_999L) {
            throw new IllegalArgumentException("%s: %d (expected: 1 … 10¹⁸−1)".formatted(what, value));
        }
    }
}

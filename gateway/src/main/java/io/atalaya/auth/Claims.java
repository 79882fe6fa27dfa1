package io.atalaya.auth;

import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The members of a token's JSON object. Immutable. Values are {@code String}, {@code Long}, {@code Double},
 * {@code Boolean}, a {@code List} of these, or {@link #UNUSABLE}; a member that is JSON null counts as absent.
 */
record Claims(Map<String, Object> members) {
    /** How far the clocks of an issuer and of this machine may differ (RFC 7519 section 4.1.4: "small leeway"). */
    static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    /** Stands for a value that no claim of ours can have: an object, a nested array, a number out of range. */
    private static final Object UNUSABLE = new Object();

    /** The last second that a date may name: the end of the year 9999. */
    private static final long MAX_EPOCH_SECOND = 253_402_300_799L;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Reads one JSON object and nothing after it; null when {@code json} is anything else. */
    static @Nullable Claims parse(byte[] json) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            var members = new HashMap<String, Object>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_NULL) {
                    members.put(name, parser.currentToken() == JsonToken.START_ARRAY ? array(parser) : scalar(parser));
                }
            }
            return parser.nextToken() == null ? new Claims(members) : null;
        } catch (JacksonException _) {
            return null;
        }
    }

    private static Object array(JsonParser parser) {
        var values = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(scalar(parser));
        }
        return values;
    }

    private static Object scalar(JsonParser parser) {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> {
                boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
                yield fits ? (Object) parser.getLongValue() : UNUSABLE;
            }
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> {
                parser.skipChildren();
                yield UNUSABLE;
            }
        };
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    /** A string member; null when absent or something else. */
    @Nullable
    String text(String name) {
        return members.get(name) instanceof String text ? text : null;
    }

    /** An integer member; null when absent or something else. */
    @Nullable
    Long integer(String name) {
        return members.get(name) instanceof Long number ? number : null;
    }

    /** The tenant: a positive integer; null when absent or something else. */
    @Nullable
    TenantId tenant() {
        Long tenant = integer("tenant_id");
        return tenant == null || tenant <= 0 ? null : new TenantId(Long.toString(tenant));
    }

    /**
     * A positive integer given as a number or as decimal digits, in canonical form, so that a revocation of user 7 is
     * not dodged as user 007; null when absent or something else.
     */
    @Nullable
    String integerLike(String name) {
        Object value = members.get(name);
        long number = switch (value) {
            case Long integer -> integer;
            case String digits -> digits(digits);
            case null, default -> -1;
        };
        return number <= 0 ? null : Long.toString(number);
    }

    /** The value of up to 18 ASCII digits; -1 for any other text. */
    static long digits(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    /** The strings and integers of a member, alone or in an array; empty when absent, null when it is something else. */
    @Nullable
    List<String> values(String name) {
        Object value = members.get(name);
        if (value == null) {
            return List.of();
        }
        List<?> elements = value instanceof List<?> list ? list : List.of(value);
        var texts = new ArrayList<String>(elements.size());
        for (Object element : elements) {
            if (!(element instanceof String || element instanceof Long)) {
                return null;
            }
            texts.add(element.toString());
        }
        return texts;
    }

    /** The role names; empty when absent, null when it is not an array of strings. */
    @Nullable
    Set<String> roles() {
        Object value = members.get("roles");
        if (value == null) {
            return Set.of();
        }
        if (!(value instanceof List<?> elements)) {
            return null;
        }
        var roles = new HashSet<String>();
        for (Object element : elements) {
            if (!(element instanceof String role)) {
                return null;
            }
            roles.add(role);
        }
        return roles;
    }

    /** A NumericDate (RFC 7519 section 2), whole or with a fraction; null when absent or out of range. */
    @Nullable
    Instant instant(String name) {
        return switch (members.get(name)) {
            case Long second when second >= 0 && second <= MAX_EPOCH_SECOND -> Instant.ofEpochSecond(second);
            case Double second
            when second >= 0 && second <= MAX_EPOCH_SECOND -> Instant.ofEpochMilli((long) (second * 1000));
            case null, default -> null;
        };
    }

    /** When the token was issued; the epoch when it does not say. */
    Instant issuedAt() {
        Instant issuedAt = instant("iat");
        return issuedAt == null ? Instant.EPOCH : issuedAt;
    }

    /** Why the registered claims (RFC 7519 section 4.1) do not hold at {@code now}; null when they do. */
    @Nullable
    Reason objection(String issuer, String audience, Instant now) {
        Reason untimely = untimely(now);
        if (untimely != null) {
            return untimely;
        }
        List<String> audiences = values("aud");
        boolean ours = issuer.equals(text("iss")) && audiences != null && audiences.contains(audience);
        return ours ? null : Reason.WRONG_ISSUER;
    }

    private @Nullable Reason untimely(Instant now) {
        Instant expiresAt = instant("exp");
        if (expiresAt == null || isUnreadable("nbf") || isUnreadable("iat")) {
            return Reason.BAD_CLAIMS;
        }
        if (isOver(expiresAt, now)) {
            return Reason.EXPIRED;
        }
        Instant latest = now.plus(CLOCK_SKEW);
        Instant notBefore = instant("nbf");
        boolean early =
                (notBefore != null && notBefore.isAfter(latest)) || issuedAt().isAfter(latest);
        return early ? Reason.NOT_YET_VALID : null;
    }

    private boolean isUnreadable(String date) {
        return has(date) && instant(date) == null;
    }

    /** Whether a credential that ends at {@code expiresAt} has ended, leeway included. */
    static boolean isOver(Instant expiresAt, Instant now) {
        return !now.minus(CLOCK_SKEW).isBefore(expiresAt);
    }
}

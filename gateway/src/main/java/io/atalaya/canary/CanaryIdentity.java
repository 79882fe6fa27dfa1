package io.atalaya.canary;

import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.profile.Audience;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who the canary is: a tenant, an endpoint and an event type of its own, and secrets that live and die with the process.
 * Immutable. Nobody else can come in by its endpoint, and its events go nowhere else.
 */
public final class CanaryIdentity {
    /** Its endpoint, topic, audience and scheme. */
    static final String NAME = "atalaya-canary";

    /** The type of its events. */
    static final String TYPE = "ATALAYA_CANARY";

    /** Where it connects. */
    static final String PATH = "/ws/" + NAME;

    private static final String PARAMETER = "token";

    private final EventSchema schema;
    private final String token;
    private final String apiKey;
    private final String run;

    /** @param random source of the secrets */
    public CanaryIdentity(Profile profile, SecureRandom random) {
        this.schema = profile.schema();
        this.token = secret(random);
        this.apiKey = secret(random);
        this.run = secret(random).substring(0, 12);
    }

    private static String secret(SecureRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private boolean numbered() {
        return member("tenant_id").kind() == EventSchema.Kind.INTEGER;
    }

    private EventSchema.Member member(String name) {
        EventSchema.Member member = schema.members().get(name);
        if (member == null) {
            throw new IllegalStateException(name + ": not in the schema");
        }
        return member;
    }

    /** Its tenant, in the way that the profile names tenants. */
    public TenantId tenant() {
        return numbered() ? TenantId.OWN_NUMBER : TenantId.OWN_NAME;
    }

    /** The key that it publishes with, and for whom. */
    public Map<String, String> publishKeys() {
        return Map.of(apiKey, tenant().value());
    }

    String authorization() {
        return "Bearer " + apiKey;
    }

    /** Path and query that it connects to; its first frame says that it is there. */
    String target() {
        return PATH + "?" + PARAMETER + "=" + token + "&since=now";
    }

    /** The id of a round's event, unlike that of any other gateway. */
    String eventId(long round) {
        return "canary-" + run + "-" + round;
    }

    /** A round's event, with everything that the profile wants of one. */
    byte[] event(String id, Instant now) {
        var event = new LinkedHashMap<String, Object>();
        new TreeMap<>(schema.members()).forEach((name, member) -> {
            if (member.required()) {
                event.put(name, filler(member, now));
            }
        });
        event.put("type", TYPE);
        event.put("tenant_id", numbered() ? Long.parseLong(tenant().value()) : tenant().value());
        event.put("id", id);
        return JsonMapper.shared().writeValueAsBytes(event);
    }

    private static Object filler(EventSchema.Member member, Instant now) {
        return switch (member.kind()) {
            case STRING, ANY -> NAME;
            case INTEGER -> Math.max(1, member.min());
            case OBJECT -> Map.of();
            case TIMESTAMP -> now.toString();
        };
    }

    /** A profile with the canary's endpoint and event. */
    public static Profile into(Profile profile) {
        var topic = new TopicShape(NAME, List.of());
        var audience = new Audience(NAME, List.of(topic));
        var scheme = new AuthenticationScheme(NAME, AuthenticationScheme.Kind.STAFF_JWT, PARAMETER, "sub", Map.of());
        var endpoint = new Endpoint(
                NAME,
                PATH,
                scheme,
                Set.of(),
                false,
                Endpoint.SessionsPer.USER,
                List.of(new Endpoint.Join(Set.of(), List.of(topic))),
                Set.of());
        return new Profile(
                profile.name(),
                profile.schema(),
                with(profile.authentication(), NAME, scheme),
                with(profile.topics(), NAME, topic),
                with(profile.audiences(), NAME, audience),
                with(profile.endpoints(), NAME, endpoint),
                with(profile.events(), TYPE, EventType.plain(TYPE, true, List.of(audience))),
                profile.unknownEvents(),
                profile.commands(),
                profile.http());
    }

    private static <T> Map<String, T> with(Map<String, T> map, String name, T value) {
        var more = new LinkedHashMap<>(map);
        more.put(name, value);
        return more;
    }

    /** Lets the canary in, and nobody else; by scheme. */
    public Map<String, Authenticator> authenticators() {
        var own = new HashMap<String, Authenticator>();
        own.put(NAME, new TokenCheck(token, tenant()));
        return Map.copyOf(own);
    }

    /** Knows one token. Immutable. */
    private static final class TokenCheck implements Authenticator {
        private final byte[] expected;
        private final Principal principal;

        TokenCheck(String token, TenantId tenant) {
            this.expected = token.getBytes(StandardCharsets.UTF_8);
            this.principal = new Principal(tenant, NAME, NAME, Set.of(), Map.of(), null, Instant.EPOCH, Instant.MAX);
        }

        @Override
        public CompletionStage<AuthOutcome> authenticate(String credential) {
            boolean known = MessageDigest.isEqual(credential.getBytes(StandardCharsets.UTF_8), expected);
            return CompletableFuture.completedFuture(
                    known
                            ? new AuthOutcome.Accepted(principal)
                            : new AuthOutcome.Refused(
                                    credential.isEmpty()
                                            ? AuthOutcome.Reason.MISSING
                                            : AuthOutcome.Reason.BAD_SIGNATURE));
        }

        @Override
        public CompletionStage<Standing> standing(Principal who) {
            return CompletableFuture.completedFuture(Standing.GOOD);
        }
    }
}

package io.atalaya.gateway;

import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.ClaimMapping;
import io.atalaya.auth.CompositeAuthenticator;
import io.atalaya.auth.JwksKeys;
import io.atalaya.auth.OpenAuthenticator;
import io.atalaya.auth.Principal;
import io.atalaya.auth.RevocationList;
import io.atalaya.auth.StaffTokenAuthenticator;
import io.atalaya.auth.TableTokenAuthenticator;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Profile;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The authenticators of a profile's schemes. Thread-safe: immutable, made of thread-safe parts. */
final class Authentication implements AutoCloseable {
    private final Map<String, Authenticator> byScheme;
    private final @Nullable JwksKeys keys;

    /** @param own authenticators of schemes that need no settings, by scheme */
    Authentication(
            Profile profile,
            AuthConfig config,
            Map<String, Authenticator> own,
            RevocationList revocations,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.keys = config.jwks()
                .map(location -> new JwksKeys(keySource(location), nanoClock))
                .orElse(null);
        var authenticators = new HashMap<String, Authenticator>();
        for (AuthenticationScheme scheme : profile.authentication().values()) {
            if (!own.containsKey(scheme.name())) {
                authenticators.put(scheme.name(), authenticator(scheme, config, revocations, clock));
            }
        }
        authenticators.putAll(own);
        this.byScheme = Map.copyOf(authenticators);
    }

    /**
     * Where the keys of staff tokens come from.
     *
     * @throws StartException when there are none to begin with
     */
    static JwksKeys.Source keySource(String location) {
        try {
            return JwksKeys.Source.at(location);
        } catch (IllegalArgumentException unusable) {
            throw new StartException("jwt-jwks: " + unusable.getMessage(), unusable);
        }
    }

    private Authenticator authenticator(
            AuthenticationScheme scheme, AuthConfig config, RevocationList revocations, InstantSource clock) {
        if (scheme.kind() == AuthenticationScheme.Kind.ANY_OF) {
            var parts = new LinkedHashMap<String, Authenticator>();
            scheme.anyOf().forEach(part -> parts.put(part.name(), authenticator(part, config, revocations, clock)));
            return new CompositeAuthenticator(parts);
        }
        var mapping = new ClaimMapping(scheme.name(), scheme.subjectClaim(), scheme.scope());
        if (config.insecure()) {
            return new OpenAuthenticator(config, mapping);
        }
        return switch (scheme.kind()) {
            case ANY_OF -> throw new IllegalStateException("made of its parts, above");
            case STAFF_JWT -> new StaffTokenAuthenticator(config, keys, mapping, revocations, clock);
            case TABLE_TOKEN -> new TableTokenAuthenticator(config, mapping, revocations, clock);
        };
    }

    Map<String, Authenticator> byScheme() {
        return byScheme;
    }

    /** Whether a principal of any scheme still stands; one of a scheme that is not there does not. */
    CompletionStage<Standing> standing(Principal principal) {
        Authenticator authenticator = byScheme.get(principal.scheme());
        return authenticator == null
                ? CompletableFuture.completedFuture(Standing.REVOKED)
                : authenticator.standing(principal);
    }

    @Override
    public void close() {
        if (keys != null) {
            keys.close();
        }
    }
}

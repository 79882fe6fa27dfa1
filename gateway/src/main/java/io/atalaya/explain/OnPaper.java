package io.atalaya.explain;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.ClaimMapping;
import io.atalaya.auth.OpenAuthenticator;
import io.atalaya.auth.Principal;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.ingest.EventParser;
import io.atalaya.ingest.Parsed;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.routing.Explanation;
import io.atalaya.routing.Explanation.Subscriber;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Explains without a gateway: a profile, a token that is believed whoever signed it, assignments and an event. Immutable.
 *
 * @param endpoint where the session would be; empty for the first endpoint that accepts it
 */
record OnPaper(Profile profile, Optional<String> endpoint, List<Assignment> assignments) {
    private static final int MAX_EVENT_BYTES = 1 << 20;
    private static final AuthConfig BELIEVING = new AuthConfig(
            Optional.empty(),
            AuthConfig.DEFAULT_ISSUER,
            AuthConfig.DEFAULT_AUDIENCE,
            Optional.empty(),
            Optional.empty(),
            true);

    OnPaper {
        assignments = List.copyOf(assignments);
    }

    /** What cannot be explained, and why; for the user. */
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /** A token with these claims, signed by nobody. */
    static String tokenOf(String claims) {
        return base64("{\"alg\":\"none\"}") + "." + base64(claims) + ".";
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Unusable when token, endpoint or event do not fit the profile */
    Explanation explain(String token, byte[] event) {
        Seat seat = seat(token);
        var subscriber = Subscriber.connecting(seat.endpoint, seat.principal, assignments);
        return Explanation.of(profile, subscriber, event(event));
    }

    private record Seat(Endpoint endpoint, Principal principal) {
        boolean admitted() {
            return endpoint.roles().isEmpty() || principal.hasAnyRole(endpoint.roles());
        }
    }

    private Seat seat(String token) {
        var fitting = new ArrayList<Seat>();
        for (Endpoint candidate : candidates()) {
            principal(candidate.authentication(), token)
                    .ifPresent(principal -> fitting.add(new Seat(candidate, principal)));
        }
        if (fitting.isEmpty()) {
            throw new Unusable("token: none of the endpoints %s understands it (expected: the claims that they map)"
                    .formatted(candidates().stream().map(Endpoint::name).toList()));
        }
        return fitting.stream().filter(Seat::admitted).findFirst().orElse(fitting.getFirst());
    }

    private List<Endpoint> candidates() {
        if (endpoint.isEmpty()) {
            return List.copyOf(profile.endpoints().values());
        }
        Endpoint named = profile.endpoints().get(endpoint.get());
        if (named == null) {
            throw new Unusable("endpoint: %s (expected: one of %s)"
                    .formatted(endpoint.get(), profile.endpoints().keySet()));
        }
        return List.of(named);
    }

    private static Optional<Principal> principal(AuthenticationScheme scheme, String token) {
        var mapping = new ClaimMapping(scheme.name(), scheme.subjectClaim(), scheme.scope());
        AuthOutcome outcome = new OpenAuthenticator(BELIEVING, mapping)
                .authenticate(token)
                .toCompletableFuture()
                .join();
        return switch (outcome) {
            case AuthOutcome.Accepted(Principal principal) -> Optional.of(principal);
            case AuthOutcome.Refused _, AuthOutcome.Unavailable _ -> Optional.empty();
        };
    }

    private Event event(byte[] bytes) {
        var moment = new EventParser.Moment(Instant.EPOCH, 0);
        Parsed parsed = new EventParser(profile, MAX_EVENT_BYTES)
                .parse(bytes, 0, bytes.length, moment, () -> new EventId("on-paper"));
        return switch (parsed) {
            case Parsed.Accepted(Event event) -> event;
            case Parsed.Invalid(var _, List<Parsed.FieldProblem> problems) -> {
                Parsed.FieldProblem first = problems.getFirst();
                String field = first.field().isEmpty() ? "event" : first.field();
                throw new Unusable("%s: %s (expected: %s)".formatted(field, first.found(), first.expected()));
            }
        };
    }
}

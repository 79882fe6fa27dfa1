package io.atalaya.routing;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.Principal;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A session as the tests of routing think of it, before it is turned into topics. Immutable.
 *
 * @param claims what the credential entitles to, by event member
 */
public record Attendee(
        String name,
        String tenant,
        String endpoint,
        Set<String> roles,
        Map<String, List<String>> claims,
        List<Map<String, String>> assigned) {

    public Set<Topic> topics(Profile profile) {
        Endpoint at = Objects.requireNonNull(profile.endpoints().get(endpoint), endpoint);
        return SessionTopics.of(
                at, principal(at), assigned.stream().map(Assignment::new).toList());
    }

    public Principal principal(Endpoint at) {
        return new Principal(
                new TenantId(tenant),
                name,
                at.authentication().name(),
                roles,
                claims,
                null,
                Instant.EPOCH,
                Instant.MAX);
    }

    public boolean gets(Event event, Profile profile) {
        Set<Topic> mine = topics(profile);
        return new EventRoutes(profile).topicsOf(event).stream().anyMatch(mine::contains);
    }

    public static Event event(String tenant, String type, Map<String, String> scope) {
        var body = new Event.Body(new byte[] {'{'});
        return new Event(new TenantId(tenant), new EventId("e-1"), type, scope, body, Instant.EPOCH, 0, true);
    }

    public static Profile profile(String source, ProfileReader.Switches switches) {
        ProfileOutcome outcome = ProfileReader.read(ProfileSource.of(source, Path.of("")), switches);
        return switch (outcome) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }

    public static Profile restaurant() {
        return profile("restaurant", ProfileReader.Switches.NONE);
    }
}

package io.atalaya.demo;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.atalaya.routing.EventRoutes;
import io.atalaya.routing.SessionTopics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two independent answers to "who hears of it": the demonstration's own, and the router with the shipped profile. */
class HearersAgreementTest {
    private final Profile profile = restaurant();
    private final EventRoutes routes = new EventRoutes(profile);

    @Test
    void theDemonstrationExpectsExactlyWhatTheShippedProfileSays() {
        for (long seed = 1; seed <= 3; seed++) {
            Evening evening = Evening.plan(seed);
            Map<Person, Set<Topic>> topics = new HashMap<>();
            evening.people().forEach(person -> topics.put(person, topicsOf(person)));
            for (Step step : evening.steps()) {
                List<Topic> to = routes.topicsOf(event(step));

                List<Person> routed = evening.people().stream()
                        .filter(person ->
                                topics.getOrDefault(person, Set.of()).stream().anyMatch(to::contains))
                        .toList();

                assertThat(routed)
                        .as("seed %d, %s %s", seed, step.id(), step.type())
                        .isEqualTo(step.hearers());
            }
        }
    }

    private Set<Topic> topicsOf(Person person) {
        Endpoint endpoint = profile.endpointAt(person.endpoint()).orElseThrow();
        Map<String, List<String>> claims = new HashMap<>();
        claims.put("branch_id", person.branches().stream().map(String::valueOf).toList());
        if (person.role() == Person.Role.DINER) {
            claims.put("session_id", List.of(Integer.toString(person.session())));
        }
        var principal = new Principal(
                new TenantId(Integer.toString(person.tenant())),
                Integer.toString(person.userId()),
                endpoint.authentication().name(),
                person.jwtRole().isEmpty() ? Set.of() : Set.of(person.jwtRole()),
                claims,
                null,
                Instant.EPOCH,
                Instant.MAX);
        return SessionTopics.of(endpoint, principal, assignments(person));
    }

    private static List<Assignment> assignments(Person person) {
        return person.sectors().stream()
                .map(sector -> new Assignment(Map.of(
                        "branch_id",
                                Integer.toString(person.branches().iterator().next()),
                        "sector_id", Integer.toString(sector))))
                .toList();
    }

    private static Event event(Step step) {
        Map<String, String> scope = new HashMap<>();
        put(scope, "branch_id", step.place().branch());
        put(scope, "sector_id", step.place().sector());
        put(scope, "session_id", step.place().session());
        return new Event(
                new TenantId(Integer.toString(step.restaurant().tenant())),
                new EventId(step.id()),
                step.type(),
                scope,
                new Event.Body(new byte[] {'{'}),
                Instant.EPOCH,
                0,
                true);
    }

    private static void put(Map<String, String> scope, String member, int value) {
        if (value != 0) {
            scope.put(member, Integer.toString(value));
        }
    }

    private static Profile restaurant() {
        ProfileOutcome outcome =
                ProfileReader.read(ProfileSource.of("restaurant", Path.of("")), ProfileReader.Switches.NONE);
        return Objects.requireNonNull(outcome instanceof ProfileOutcome.Valid valid ? valid.profile() : null);
    }
}

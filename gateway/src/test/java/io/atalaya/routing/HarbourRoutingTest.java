package io.atalaya.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** New endpoints, roles, members, audiences and text tenants by a file alone. */
class HarbourRoutingTest {
    private static final String FILE = "src/test/resources/profiles-of-tests/harbour.yaml";

    private final Profile harbour = Attendee.profile(FILE, ProfileReader.Switches.NONE);
    private final Attendee master = officer("master", "tower", "HARBOUR_MASTER", List.of("vigo"), List.of());
    private final Attendee controller = officer("controller", "tower", "CONTROLLER", List.of("vigo"), List.of());
    private final Attendee crew =
            officer("crew", "quay", "DOCKER", List.of("vigo"), List.of(Map.of("port", "vigo", "berth", "7b")));

    @Test
    void tenantsMayBeTexts() {
        assertThat(harbour.schema().members().get("tenant_id"))
                .extracting(EventSchema.Member::kind)
                .isEqualTo(EventSchema.Kind.STRING);
        assertThat(master.topics(harbour)).extracting(Topic::toString).contains("galicia/port-control/vigo");
    }

    @Test
    void aBerthsEventsReachItsCrewAndThePort() {
        Event event = moored("galicia", Map.of("port", "vigo", "berth", "7b"));

        List<Attendee> recipients = recipients(event, harbour);

        assertThat(recipients).containsExactly(master, controller, crew);
    }

    @Test
    void aBerthOfTheSameNameElsewhereIsAnother() {
        Event event = moored("galicia", Map.of("port", "ferrol", "berth", "7b"));

        List<Attendee> recipients = recipients(event, harbour);

        assertThat(recipients).isEmpty();
    }

    @Test
    void whatNamesNoPortIsForTheAuthority() {
        Event event = moored("galicia", Map.of());

        List<Attendee> recipients = recipients(event, harbour);

        assertThat(recipients).containsExactly(master);
    }

    @Test
    void otherTenantsGetNothing() {
        Event event = moored("asturias", Map.of("port", "vigo", "berth", "7b"));

        List<Attendee> recipients = recipients(event, harbour);

        assertThat(recipients).isEmpty();
    }

    @Test
    void typesThatTheProfileDoesNotKnowReachNobody() {
        Event event = Attendee.event("galicia", "WHALE_SIGHTED", Map.of("port", "vigo"));

        List<Attendee> recipients = recipients(event, harbour);

        assertThat(recipients).isEmpty();
        assertThat(harbour.ruleOf("WHALE_SIGHTED")).isEmpty();
    }

    @Test
    void aSwitchAddsAudiences() {
        Profile stormy = Attendee.profile(FILE, _ -> Optional.of(true));
        Event event = Attendee.event("galicia", "STORM_WARNING", Map.of("port", "vigo", "berth", "7b"));

        List<Attendee> recipients = recipients(event, stormy);

        assertThat(recipients).containsExactly(master, controller, crew);
        assertThat(recipients(event, harbour)).containsExactly(master, controller);
    }

    @Test
    void onlySessionsThatNeedThemAskForAssignments() {
        Endpoint quay = harbour.endpointAt("/harbour/quay").orElseThrow();
        Endpoint tower = harbour.endpointAt("/harbour/tower").orElseThrow();

        assertThat(SessionTopics.needsAssignments(quay, crew.principal(quay))).isTrue();
        assertThat(SessionTopics.needsAssignments(tower, master.principal(tower)))
                .isFalse();
    }

    @Test
    void anAssignmentOutsideTheClaimEntitlesToNothing() {
        Attendee stranger = officer(
                "stranger", "quay", "DOCKER", List.of("ferrol"), List.of(Map.of("port", "vigo", "berth", "7b")));

        assertThat(stranger.topics(harbour)).isEmpty();
    }

    @Test
    void aClaimThatTheCredentialLacksIsNotFilledFromAssignments() {
        Attendee claimless = new Attendee(
                "x", "galicia", "quay", Set.of(), Map.of(), List.of(Map.of("port", "vigo", "berth", "7b")));

        assertThat(claimless.topics(harbour)).isEmpty();
    }

    private List<Attendee> recipients(Event event, Profile profile) {
        return List.of(master, controller, crew).stream()
                .filter(officer -> officer.gets(event, profile))
                .toList();
    }

    private static Event moored(String tenant, Map<String, String> scope) {
        return Attendee.event(tenant, "SHIP_MOORED", scope);
    }

    private static Attendee officer(
            String name, String endpoint, String role, List<String> ports, List<Map<String, String>> assigned) {
        return new Attendee(name, "galicia", endpoint, Set.of(role), Map.of("port", ports), assigned);
    }
}

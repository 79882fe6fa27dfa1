package io.atalaya.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.assignment.Assignment;
import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.routing.Explanation.Subscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An explanation says yes exactly when routing delivers, and its reasons add up to its answer. */
class ExplanationTest {
    private final Profile restaurant = Attendee.restaurant();
    private final Attendee waiter = new Attendee(
            "7",
            "1",
            "waiter",
            Set.of("WAITER"),
            Map.of("branch_id", List.of("1", "2")),
            List.of(Map.of("branch_id", "1", "sector_id", "5")));

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20, 471_100})
    void itSaysYesExactlyWhenRoutingDelivers(long seed) {
        var random = new Random(seed);
        List<Attendee> people = RoutingPropertyTest.people(random);
        var types = new ArrayList<>(restaurant.events().keySet());
        types.add("UNHEARD_OF");
        int delivered = 0;
        int explained = 0;
        for (int i = 0; i < 30; i++) {
            String tenant = RoutingPropertyTest.number(random, 3);
            String type = RoutingPropertyTest.pick(random, types);
            Map<String, String> scope = RoutingPropertyTest.scope(random);
            Event event = Attendee.event(tenant, type, scope);
            for (Attendee person : people) {
                Explanation explanation = Explanation.of(restaurant, connecting(person), event);

                assertThat(explanation.delivered())
                        .as("seed %d: %s", seed, ExplanationText.lines(explanation))
                        .isEqualTo(person.gets(event, restaurant))
                        .isEqualTo(ReferenceRouter.maySee(person, tenant, type, scope));
                assertThat(explanation.outdated())
                        .as("seed %d: a reason contradicts the answer: %s", seed, ExplanationText.lines(explanation))
                        .isFalse();
                assertThat(ExplanationText.lines(explanation)).startsWith(explanation.delivered() ? "yes: " : "no: ");
                delivered += explanation.delivered() ? 1 : 0;
                explained++;
            }
        }
        assertThat(delivered).as("both answers occur").isBetween(50, explained - 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {5, 77})
    void whatAnOpenSessionHasSubscribedToDecides(long seed) {
        var random = new Random(seed);
        List<Attendee> people = RoutingPropertyTest.people(random);
        int outdated = 0;
        for (int i = 0; i < 2000; i++) {
            Attendee before = RoutingPropertyTest.pick(random, people);
            Attendee now = reassigned(before, random);
            Event event = Attendee.event(
                    before.tenant(),
                    RoutingPropertyTest.pick(
                            random, List.copyOf(restaurant.events().keySet())),
                    near(before, random));
            Set<Topic> topics = before.topics(restaurant);
            var subscriber =
                    new Subscriber(endpoint(before), before.principal(endpoint(before)), assignments(now), topics);

            Explanation explanation = Explanation.of(restaurant, subscriber, event);

            assertThat(explanation.delivered()).isEqualTo(before.gets(event, restaurant));
            outdated += explanation.outdated() ? 1 : 0;
        }
        assertThat(outdated).as("changed assignments are noticed").isPositive();
    }

    @Test
    void itNamesTheAssignmentThatIsMissing() {
        Event event = Attendee.event("1", "ROUND_SUBMITTED", Map.of("branch_id", "1", "sector_id", "6"));

        String text = ExplanationText.lines(Explanation.of(restaurant, connecting(waiter), event));

        assertThat(text)
                .startsWith("no: the session is in no audience of ROUND_SUBMITTED\n")
                .contains("audience  waiters\n")
                .contains("- sector-waiters: topic 1/sector-waiters/1/6; not subscribed:")
                .contains("today's assignments give 5 for sector_id (expected: 6)")
                .contains("branch-waiters: not looked at, since a topic before it was taken")
                .contains("table-session: the event carries no session_id");
    }

    @Test
    void itNamesTheClaimThatEntitles() {
        Event event = Attendee.event("1", "ROUND_PENDING", Map.of("branch_id", "2"));

        String text = ExplanationText.lines(Explanation.of(restaurant, connecting(waiter), event));

        assertThat(text)
                .startsWith("yes: ROUND_PENDING is for all-waiters, and the session is one of them\n")
                .contains("+ branch-waiters: topic 1/branch-waiters/2; subscribed:")
                .contains("claim branch_ids gives 1, 2 for branch_id (which has 2)")
                .contains("- branch-admins: topic 1/branch-admins/2; not subscribed: no join of endpoint waiter");
    }

    @Test
    void itSaysWhenTheTenantIsAnother() {
        Event event = Attendee.event("2", "ROUND_PENDING", Map.of("branch_id", "2"));

        Explanation explanation = Explanation.of(restaurant, connecting(waiter), event);

        assertThat(ExplanationText.lines(explanation)).startsWith("no: the event is of another tenant\n");
        assertThat(ExplanationText.members(explanation)).containsEntry("delivered", false);
    }

    @Test
    void itSaysWhenTheEndpointRefuses() {
        Attendee cleaner = new Attendee("8", "1", "admin", Set.of("CLEANER"), Map.of(), List.of());
        Event event = Attendee.event("1", "ROUND_PENDING", Map.of("branch_id", "2"));

        String text = ExplanationText.lines(Explanation.of(restaurant, connecting(cleaner), event));

        assertThat(text).startsWith("no: the endpoint accepts none of the roles (expected: one of [ADMIN, MANAGER])\n");
    }

    @Test
    void itSaysWhenTheProfileKnowsNoSuchType() {
        Profile harbour = Attendee.profile(
                "src/test/resources/profiles-of-tests/harbour.yaml", io.atalaya.profile.ProfileReader.Switches.NONE);
        Attendee master = new Attendee(
                "m", "galicia", "tower", Set.of("HARBOUR_MASTER"), Map.of("port", List.of("vigo")), List.of());
        Endpoint tower = Objects.requireNonNull(harbour.endpoints().get("tower"));
        Event event = Attendee.event("galicia", "WHALE_SIGHTED", Map.of("port", "vigo"));

        Explanation explanation =
                Explanation.of(harbour, Subscriber.connecting(tower, master.principal(tower), List.of()), event);

        assertThat(ExplanationText.lines(explanation))
                .startsWith("no: WHALE_SIGHTED is for nobody: the profile does not know it\n");
    }

    private Endpoint endpoint(Attendee who) {
        return Objects.requireNonNull(restaurant.endpoints().get(who.endpoint()), who.endpoint());
    }

    private Subscriber connecting(Attendee who) {
        Endpoint at = endpoint(who);
        return Subscriber.connecting(at, who.principal(at), assignments(who));
    }

    private static List<Assignment> assignments(Attendee who) {
        return who.assigned().stream().map(Assignment::new).toList();
    }

    /** Often a place that the person is assigned to, so that a change of assignments matters. */
    private static Map<String, String> near(Attendee who, Random random) {
        return who.assigned().isEmpty() || random.nextInt(3) == 0
                ? RoutingPropertyTest.scope(random)
                : RoutingPropertyTest.pick(random, who.assigned());
    }

    private static Attendee reassigned(Attendee who, Random random) {
        List<Map<String, String>> other = random.nextBoolean()
                ? who.assigned()
                : List.of(Map.of(
                        "branch_id",
                        RoutingPropertyTest.number(random, 4),
                        "sector_id",
                        RoutingPropertyTest.number(random, 5)));
        return new Attendee(who.name(), who.tenant(), who.endpoint(), who.roles(), who.claims(), other);
    }
}

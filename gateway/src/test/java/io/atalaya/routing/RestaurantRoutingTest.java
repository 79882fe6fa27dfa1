package io.atalaya.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.profile.Profile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who gets which event of the shipped restaurant profile, row by row. A: administration of the branch, W: waiters
 * (of the sector, where the event has one), W*: all waiters of the branch, K: kitchen, D: diners of the session, B: all
 * diners of the branch.
 */
class RestaurantRoutingTest {
    private static final String ROWS = """
            ROUND_PENDING,                A W*
            ROUND_CONFIRMED,              A W
            ROUND_SUBMITTED,              A W D
            ROUND_IN_KITCHEN,             A W K D
            ROUND_READY,                  A W K D
            ROUND_SERVED,                 A W K D
            ROUND_CANCELED,               A W D
            ROUND_ITEM_DELETED,           A W D
            ROUND_ITEM_VOIDED,            A W D
            TICKET_IN_PROGRESS,           A W K
            TICKET_READY,                 A W K
            TICKET_DELIVERED,             A W K
            SERVICE_CALL_CREATED,         A W
            SERVICE_CALL_ACKED,           A W D
            SERVICE_CALL_CLOSED,          A W D
            CHECK_REQUESTED,              A W D
            CHECK_PAID,                   A W D
            PAYMENT_APPROVED,             A W D
            PAYMENT_REJECTED,             A W D
            PAYMENT_FAILED,               A W D
            TABLE_SESSION_STARTED,        A W* D
            TABLE_CLEARED,                A W D
            TABLE_STATUS_CHANGED,         A W D
            TABLE_TRANSFERRED,            A W D
            CART_ITEM_ADDED,              D
            CART_ITEM_UPDATED,            D
            CART_ITEM_REMOVED,            D
            CART_CLEARED,                 D
            CART_SYNC,                    D
            PRODUCT_AVAILABILITY_CHANGED, A W* K B
            ENTITY_CREATED,               A
            ENTITY_UPDATED,               A
            ENTITY_DELETED,               A
            CASCADE_DELETE,               A
            SOMETHING_NEVER_HEARD_OF,     A W
            """;

    private static final Map<String, Set<String>> SECTOR_EVENT = Map.of(
            "A", Set.of("admin", "manager at the waiters' endpoint", "admin at the kitchen's endpoint"),
            "W", Set.of("waiter of sector 5"),
            "W*", Set.of("waiter of sector 5", "waiter of sector 6", "waiter without sectors"),
            "K", Set.of("cook"),
            "D", Set.of("diner of session 42"),
            "B", Set.of("diner of session 42", "diner of session 43"));

    private final Profile restaurant = Attendee.restaurant();
    private final List<Attendee> everyone = List.of(
            staff("admin", "1", "admin", "ADMIN", List.of("1", "3")),
            staff("manager at the waiters' endpoint", "1", "waiter", "MANAGER", List.of("1")),
            staff("admin at the kitchen's endpoint", "1", "kitchen", "ADMIN", List.of("1")),
            staff("admin of branch 2", "1", "admin", "ADMIN", List.of("2")),
            staff("waiter of sector 5", "1", "waiter", "WAITER", List.of("1"), "5"),
            staff("waiter of sector 6", "1", "waiter", "WAITER", List.of("1"), "6"),
            staff("waiter without sectors", "1", "waiter", "WAITER", List.of("1")),
            staff("waiter of branch 2", "1", "waiter", "WAITER", List.of("2"), "5"),
            staff("cook", "1", "kitchen", "KITCHEN", List.of("1")),
            staff("cook of branch 2", "1", "kitchen", "KITCHEN", List.of("2")),
            diner("diner of session 42", "1", "1", "42"),
            diner("diner of session 43", "1", "1", "43"),
            diner("diner of branch 2", "1", "2", "44"),
            staff("admin of another tenant", "2", "admin", "ADMIN", List.of("1")),
            staff("waiter of another tenant", "2", "waiter", "WAITER", List.of("1"), "5"),
            staff("cook of another tenant", "2", "kitchen", "KITCHEN", List.of("1")),
            diner("diner of another tenant", "2", "1", "42"));

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = ROWS)
    void anEventOfASectorReachesItsAudiencesAndNobodyElse(String type, String audiences) {
        Event event = Attendee.event("1", type, Map.of("branch_id", "1", "sector_id", "5", "session_id", "42"));

        Set<String> recipients = recipients(event, restaurant);

        assertThat(recipients).isEqualTo(expected(audiences));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = ROWS)
    void anEventWithoutSectorReachesAllWaitersOfItsBranch(String type, String audiences) {
        Event event = Attendee.event("1", type, Map.of("branch_id", "1", "session_id", "42"));

        Set<String> recipients = recipients(event, restaurant);

        assertThat(recipients).isEqualTo(expected(audiences.replaceAll("W$|W(?= )", "W*")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = ROWS)
    void anEventWithoutBranchReachesTheTableAndForAdministrationTheWholeTenant(String type, String audiences) {
        Event event = Attendee.event("1", type, Map.of("session_id", "42", "sector_id", "5"));

        Set<String> recipients = recipients(event, restaurant);

        Set<String> expected = audiences.contains("D") ? expected("D") : new TreeSet<>();
        if (type.startsWith("ENTITY_") || type.equals("CASCADE_DELETE")) {
            expected.addAll(SECTOR_EVENT.getOrDefault("A", Set.of()));
            expected.add("admin of branch 2");
        }
        assertThat(recipients).isEqualTo(expected);
    }

    @Test
    void theTableIsTheCompleteCatalogue() {
        Set<String> rows = ROWS.lines().map(row -> row.split(",")[0]).collect(Collectors.toSet());

        Set<String> catalogue = restaurant.events().keySet();

        rows.remove("SOMETHING_NEVER_HEARD_OF");
        assertThat(catalogue).isEqualTo(rows);
    }

    @Test
    void theSwitchSendsSubmittedRoundsToTheKitchen() {
        Profile switchedOn =
                Attendee.profile("restaurant", name -> Optional.of(name.equals("ROUND_SUBMITTED_TO_KITCHEN")));
        Event event = Attendee.event("1", "ROUND_SUBMITTED", Map.of("branch_id", "1", "session_id", "42"));

        Set<String> recipients = recipients(event, switchedOn);

        assertThat(recipients).isEqualTo(expected("A W* K D"));
    }

    @Test
    void anEventThatNamesATopicByTwoAudiencesIsOfferedToItOnce() {
        Event event = Attendee.event("1", "ROUND_IN_KITCHEN", Map.of("branch_id", "1", "session_id", "42"));

        var topics = new EventRoutes(restaurant).topicsOf(event);

        assertThat(topics).doesNotHaveDuplicates();
    }

    private Set<String> recipients(Event event, Profile profile) {
        return everyone.stream()
                .filter(attendee -> attendee.gets(event, profile))
                .map(Attendee::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> expected(String audiences) {
        var names = new TreeSet<String>();
        for (String letter : audiences.split(" ")) {
            names.addAll(SECTOR_EVENT.getOrDefault(letter, Set.of("no such audience: " + letter)));
        }
        return names;
    }

    private static Attendee staff(
            String name, String tenant, String endpoint, String role, List<String> branches, String... sectors) {
        var assigned = java.util.Arrays.stream(sectors)
                .map(sector -> Map.of("branch_id", branches.getFirst(), "sector_id", sector))
                .toList();
        return new Attendee(name, tenant, endpoint, Set.of(role), Map.of("branch_id", branches), assigned);
    }

    private static Attendee diner(String name, String tenant, String branch, String session) {
        var claims = Map.of("branch_id", List.of(branch), "session_id", List.of(session));
        return new Attendee(name, tenant, "diner", Set.of(), claims, List.of());
    }
}

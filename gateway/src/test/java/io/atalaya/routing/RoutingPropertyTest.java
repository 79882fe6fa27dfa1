package io.atalaya.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.profile.Profile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random tenants, people, assignments and events against the reference: never a leak, never a miss. */
public class RoutingPropertyTest {
    private static final int PEOPLE = 200;
    private static final int EVENTS = 500;
    private static final List<String> ROLES = List.of("WAITER", "KITCHEN", "MANAGER", "ADMIN", "CLEANER");
    private static final List<String> STAFF_ENDPOINTS = List.of("waiter", "kitchen", "admin");

    private final Profile restaurant = Attendee.restaurant();
    private final EventRoutes routes = new EventRoutes(restaurant);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20, 471_100})
    void everySessionGetsExactlyWhatItMaySee(long seed) {
        var random = new Random(seed);
        List<Attendee> people = people(random);
        List<Set<Topic>> topics =
                people.stream().map(person -> person.topics(restaurant)).toList();
        var types = new ArrayList<>(restaurant.events().keySet());
        types.add("UNHEARD_OF");
        int seen = 0;
        for (int i = 0; i < EVENTS; i++) {
            String tenant = number(random, 3);
            String type = pick(random, types);
            Map<String, String> scope = scope(random);
            Event event = Attendee.event(tenant, type, scope);

            List<Topic> addressed = routes.topicsOf(event);

            for (int p = 0; p < PEOPLE; p++) {
                boolean gets = addressed.stream().anyMatch(topics.get(p)::contains);
                boolean may = ReferenceRouter.maySee(people.get(p), tenant, type, scope);
                assertThat(gets)
                        .as("seed %d: %s of tenant %s with %s to %s", seed, type, tenant, scope, people.get(p))
                        .isEqualTo(may);
                seen += gets ? 1 : 0;
            }
        }
        assertThat(seen).as("deliveries, so that the property is not empty").isGreaterThan(EVENTS);
    }

    public static List<Attendee> people(Random random) {
        var people = new ArrayList<Attendee>();
        for (int i = 0; i < PEOPLE; i++) {
            people.add(random.nextInt(4) == 0 ? diner(random, i) : staff(random, i));
        }
        return people;
    }

    private static Attendee staff(Random random, int i) {
        var roles = new HashSet<String>();
        for (int r = random.nextInt(3); r >= 0; r--) {
            roles.add(pick(random, ROLES));
        }
        var claims = new HashMap<String, List<String>>();
        if (random.nextInt(10) > 0) {
            var branches = new HashSet<String>();
            for (int b = random.nextInt(4); b > 0; b--) {
                branches.add(number(random, 4));
            }
            claims.put("branch_id", List.copyOf(branches));
        }
        var assigned = new ArrayList<Map<String, String>>();
        for (int a = random.nextInt(4); a > 0; a--) {
            assigned.add(assignment(random));
        }
        return new Attendee("p" + i, number(random, 3), pick(random, STAFF_ENDPOINTS), roles, claims, assigned);
    }

    private static Map<String, String> assignment(Random random) {
        var scope = new HashMap<String, String>();
        if (random.nextInt(4) > 0) {
            scope.put("branch_id", number(random, 4));
        }
        if (random.nextInt(8) > 0) {
            scope.put("sector_id", number(random, 5));
        }
        return scope;
    }

    /** Diners share numbers with staff and have assignments in the way, which must not entitle them to anything. */
    private static Attendee diner(Random random, int i) {
        Map<String, List<String>> claims =
                Map.of("branch_id", List.of(number(random, 4)), "session_id", List.of(number(random, 6)));
        return new Attendee("d" + i, number(random, 3), "diner", Set.of(), claims, List.of(assignment(random)));
    }

    public static Map<String, String> scope(Random random) {
        var scope = new HashMap<String, String>();
        if (random.nextInt(6) > 0) {
            scope.put("branch_id", number(random, 4));
        }
        if (random.nextBoolean()) {
            scope.put("sector_id", number(random, 5));
        }
        if (random.nextBoolean()) {
            scope.put("session_id", number(random, 6));
        }
        return scope;
    }

    public static String number(Random random, int most) {
        return Integer.toString(1 + random.nextInt(most));
    }

    public static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}

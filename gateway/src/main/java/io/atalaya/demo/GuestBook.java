package io.atalaya.demo;

import io.atalaya.demo.Person.Role;
import io.atalaya.demo.Restaurant.Branch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Who works and who dines tonight. Confined to the thread that plans the evening. */
final class GuestBook {
    private static final List<String> STAFF_NAMES = List.of(
            "Ana", "Bruno", "Carla", "Diego", "Elena", "Felipe", "Gloria", "Hugo", "Inés", "Joaquín", "Karin", "Leo",
            "Marta", "Nico", "Olga", "Pablo");
    private static final int FIRST_TABLE = 1;
    /** Guests of the first round of tables sit down within this time, those of the second after them. */
    private static final int ARRIVAL_MINUTES = 40;

    private static final int SECOND_SITTING_MINUTES = 125;

    private final List<Person> people = new ArrayList<>();
    private final List<Sitting> sittings = new ArrayList<>();
    private final Map<Integer, Integer> nextUserId = new HashMap<>();
    private final Map<Integer, Integer> nextSession = new HashMap<>();

    /**
     * One party at one table.
     *
     * @param minute when they sit down, in minutes since the opening
     */
    record Sitting(Restaurant restaurant, Branch branch, int table, int session, int guests, int minute) {}

    List<Person> people() {
        return List.copyOf(people);
    }

    List<Sitting> sittings(Restaurant restaurant) {
        return sittings.stream()
                .filter(sitting -> sitting.restaurant().equals(restaurant))
                .toList();
    }

    /** An admin for all houses; for each house a manager, a kitchen, and waiters, one of them without a room. */
    void hireStaff(Restaurant restaurant) {
        Set<Integer> everyHouse = restaurant.branches().stream().map(Branch::id).collect(Collectors.toSet());
        hire(restaurant, Role.ADMIN, "/ws/admin", "ADMIN", everyHouse, Set.of());
        for (Branch branch : restaurant.branches()) {
            Set<Integer> house = Set.of(branch.id());
            // a manager on the floor uses the waiters' app and still sees every room
            hire(restaurant, Role.ADMIN, "/ws/waiter", "MANAGER", house, Set.of());
            hire(restaurant, Role.KITCHEN, "/ws/kitchen", "KITCHEN", house, Set.of());
            List<Integer> rooms = branch.sectors();
            hire(restaurant, Role.WAITER, "/ws/waiter", "WAITER", house, Set.of(rooms.getFirst()));
            hire(restaurant, Role.WAITER, "/ws/waiter", "WAITER", house, new HashSet<>(rooms.subList(1, rooms.size())));
            hire(restaurant, Role.WAITER, "/ws/waiter", "WAITER", house, Set.of());
        }
    }

    /** Seats each table twice. */
    void takeReservations(Restaurant restaurant, RandomGenerator random) {
        for (Branch branch : restaurant.branches()) {
            for (int table = FIRST_TABLE; table < FIRST_TABLE + branch.tables(); table++) {
                seat(restaurant, branch, table, random.nextInt(ARRIVAL_MINUTES), random);
                seat(restaurant, branch, table, SECOND_SITTING_MINUTES + random.nextInt(ARRIVAL_MINUTES / 2), random);
            }
        }
    }

    private void seat(Restaurant restaurant, Branch branch, int table, int minute, RandomGenerator random) {
        int session = nextSession.merge(restaurant.tenant(), 1, Integer::sum);
        int guests = 1 + random.nextInt(3);
        sittings.add(new Sitting(restaurant, branch, table, session, guests, minute));
        for (int guest = 1; guest <= guests; guest++) {
            people.add(new Person(
                    people.size(),
                    restaurant,
                    Role.DINER,
                    "guest %d of table %d".formatted(guest, table),
                    "/ws/diner",
                    "",
                    0,
                    Set.of(branch.id()),
                    Set.of(),
                    table,
                    session));
        }
    }

    private void hire(
            Restaurant restaurant,
            Role role,
            String endpoint,
            String jwtRole,
            Set<Integer> branches,
            Set<Integer> sectors) {
        int userId = nextUserId.merge(restaurant.tenant(), 1, Integer::sum);
        String name = STAFF_NAMES.get((people.size() + restaurant.tenant()) % STAFF_NAMES.size());
        people.add(
                new Person(people.size(), restaurant, role, name, endpoint, jwtRole, userId, branches, sectors, 0, 0));
    }
}

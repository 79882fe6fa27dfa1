package io.atalaya.demo;

import java.util.Set;

/**
 * Somebody with a client in hand. Immutable.
 *
 * @param index position among the people of the evening, from 0
 * @param endpoint path that the client connects to
 * @param jwtRole role in a staff token; empty for diners
 * @param userId user id of staff, 0 for diners; the restaurants use the same numbers on purpose
 * @param branches houses of the person
 * @param sectors rooms that a waiter looks after today
 * @param table a diner's table, else 0
 * @param session a diner's table session, else 0
 */
public record Person(
        int index,
        Restaurant restaurant,
        Role role,
        String name,
        String endpoint,
        String jwtRole,
        int userId,
        Set<Integer> branches,
        Set<Integer> sectors,
        int table,
        int session) {

    public Person {
        branches = Set.copyOf(branches);
        sectors = Set.copyOf(sectors);
    }

    public int tenant() {
        return restaurant.tenant();
    }

    /** What somebody does in a restaurant. */
    public enum Role {
        WAITER("waiters"),
        KITCHEN("kitchen"),
        ADMIN("admins"),
        DINER("diners");

        private final String plural;

        Role(String plural) {
            this.plural = plural;
        }

        public String plural() {
            return plural;
        }
    }
}

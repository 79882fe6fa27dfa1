package io.atalaya.demo;

import static io.atalaya.demo.Hearers.Group.ADMINS;
import static io.atalaya.demo.Hearers.Group.ALL_DINERS;
import static io.atalaya.demo.Hearers.Group.ALL_WAITERS;
import static io.atalaya.demo.Hearers.Group.KITCHEN;
import static io.atalaya.demo.Hearers.Group.TABLE;
import static io.atalaya.demo.Hearers.Group.WAITERS;

import io.atalaya.demo.Person.Role;
import io.atalaya.demo.Step.Place;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is to hear of what, asked of each person in turn. Pure functions. Written from the restaurant's rules and on
 * purpose without the gateway's router, topics or profile: the demonstration must be able to find the gateway wrong.
 */
final class Hearers {
    private static final Map<String, Set<Group>> RULES = Map.ofEntries(
            Map.entry("TABLE_SESSION_STARTED", Set.of(ADMINS, ALL_WAITERS, TABLE)),
            Map.entry("TABLE_STATUS_CHANGED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("TABLE_CLEARED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("CART_ITEM_ADDED", Set.of(TABLE)),
            Map.entry("CART_CLEARED", Set.of(TABLE)),
            Map.entry("ROUND_PENDING", Set.of(ADMINS, ALL_WAITERS)),
            Map.entry("ROUND_CONFIRMED", Set.of(ADMINS, WAITERS)),
            Map.entry("ROUND_SUBMITTED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("ROUND_IN_KITCHEN", Set.of(ADMINS, WAITERS, KITCHEN, TABLE)),
            Map.entry("ROUND_READY", Set.of(ADMINS, WAITERS, KITCHEN, TABLE)),
            Map.entry("ROUND_SERVED", Set.of(ADMINS, WAITERS, KITCHEN, TABLE)),
            Map.entry("ROUND_CANCELED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("TICKET_IN_PROGRESS", Set.of(ADMINS, WAITERS, KITCHEN)),
            Map.entry("TICKET_READY", Set.of(ADMINS, WAITERS, KITCHEN)),
            Map.entry("TICKET_DELIVERED", Set.of(ADMINS, WAITERS, KITCHEN)),
            Map.entry("SERVICE_CALL_CREATED", Set.of(ADMINS, WAITERS)),
            Map.entry("SERVICE_CALL_ACKED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("SERVICE_CALL_CLOSED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("CHECK_REQUESTED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("CHECK_PAID", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("PAYMENT_APPROVED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("PAYMENT_REJECTED", Set.of(ADMINS, WAITERS, TABLE)),
            Map.entry("PRODUCT_AVAILABILITY_CHANGED", Set.of(ADMINS, ALL_WAITERS, KITCHEN, ALL_DINERS)),
            Map.entry("ENTITY_CREATED", Set.of(ADMINS)),
            Map.entry("ENTITY_UPDATED", Set.of(ADMINS)),
            Map.entry("ENTITY_DELETED", Set.of(ADMINS)));

    private Hearers() {}

    /** Kinds of listeners. */
    enum Group {
        /** Admins and managers of the house; of every house when the event names none. */
        ADMINS,
        /** Waiters of the house; only those who look after the room, when the event names one. */
        WAITERS,
        /** Waiters of the house, whatever room they look after. */
        ALL_WAITERS,
        /** The kitchen of the house. */
        KITCHEN,
        /** The diners of the table session. */
        TABLE,
        /** Every diner in the house. */
        ALL_DINERS
    }

    /** The event types that the demonstration publishes. */
    static Set<String> types() {
        return RULES.keySet();
    }

    /** Everyone of {@code people} who is to receive an event, in their order. */
    static List<Person> of(String type, Restaurant restaurant, Place place, List<Person> people) {
        Set<Group> groups = RULES.getOrDefault(type, Set.of());
        return people.stream()
                .filter(person -> person.tenant() == restaurant.tenant())
                .filter(person -> groups.stream().anyMatch(group -> isIn(group, person, place)))
                .toList();
    }

    private static boolean isIn(Group group, Person person, Place place) {
        boolean sameHouse = person.branches().contains(place.branch());
        return switch (group) {
            case ADMINS -> person.role() == Role.ADMIN && (place.branch() == 0 || sameHouse);
            case WAITERS ->
                person.role() == Role.WAITER
                        && sameHouse
                        && (place.sector() == 0 || person.sectors().contains(place.sector()));
            case ALL_WAITERS -> person.role() == Role.WAITER && sameHouse;
            case KITCHEN -> person.role() == Role.KITCHEN && sameHouse;
            case TABLE -> person.role() == Role.DINER && place.session() != 0 && person.session() == place.session();
            case ALL_DINERS -> person.role() == Role.DINER && sameHouse;
        };
    }
}

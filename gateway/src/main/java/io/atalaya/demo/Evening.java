package io.atalaya.demo;

import java.time.Duration;
import java.time.LocalTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * One evening's service in two restaurants: who is there, what happens when, and who is to hear of it. Immutable; the
 * same seed gives the same evening.
 *
 * @param people everyone with a client, diners of the whole evening included
 * @param steps what happens, in order of time
 */
public record Evening(List<Person> people, List<Step> steps) {
    /** When the doors open. */
    public static final LocalTime OPENING = LocalTime.of(19, 0);

    /** From the opening to the last event, at most. */
    public static final Duration LENGTH = Duration.ofHours(4);

    private static final int NOWHERE = 999_999;

    public Evening {
        people = List.copyOf(people);
        steps = List.copyOf(steps);
    }

    /**
     * Invents an evening.
     *
     * @param seed chooses the evening; also part of every event id, so that two evenings never share one
     */
    public static Evening plan(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Restaurant> restaurants = Restaurant.both();
        var guests = new GuestBook();
        for (Restaurant restaurant : restaurants) {
            guests.hireStaff(restaurant);
            guests.takeReservations(restaurant, random);
        }
        var steps = restaurants.stream()
                .flatMap(restaurant -> new Service(restaurant, guests, seed, random).steps().stream())
                .sorted(Comparator.comparing(Step::at))
                .toList();
        return new Evening(guests.people(), steps);
    }

    /** Events for the one guest of a table that stands nowhere, to warm up with. */
    static Evening rehearsal(int events) {
        Restaurant restaurant = Restaurant.both().getFirst();
        int house = restaurant.branches().getFirst().id();
        var guest = new Person(
                0,
                restaurant,
                Person.Role.DINER,
                "the rehearsal's guest",
                "/ws/diner",
                "",
                0,
                Set.of(house),
                Set.of(),
                NOWHERE,
                NOWHERE);
        var place = new Step.Place(house, 0, NOWHERE, NOWHERE);
        String run = UUID.randomUUID().toString();
        List<Step> steps = IntStream.range(0, events)
                .mapToObj(i -> new Step(
                        Duration.ZERO,
                        run + "-" + i,
                        restaurant,
                        "CART_CLEARED",
                        place,
                        Map.of("cleared", true),
                        "a rehearsal",
                        List.of(guest)))
                .toList();
        return new Evening(List.of(guest), steps);
    }

    /** The restaurants, in order of tenant. */
    public List<Restaurant> restaurants() {
        return people.stream().map(Person::restaurant).distinct().toList();
    }
}

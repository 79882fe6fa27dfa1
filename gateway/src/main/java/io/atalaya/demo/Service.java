package io.atalaya.demo;

import io.atalaya.demo.GuestBook.Sitting;
import io.atalaya.demo.Restaurant.Branch;
import io.atalaya.demo.Step.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Tells the story of one restaurant's evening as steps. Confined to the thread that plans the evening. */
final class Service {
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int CENTS = 100;

    /** Rounds, tickets, calls and checks of one restaurant in an evening, at most; and evenings until ids come again. */
    private static final int ENTITIES = 1_000;

    private static final int EVENINGS = 1_000_000;

    private final Restaurant restaurant;
    private final GuestBook guests;
    private final long seed;
    private final RandomGenerator random;
    private final List<Step> steps = new ArrayList<>();
    private int nextEntity;

    /** @param seed part of every event id; also decides where the ids of rounds and the like begin, as the days go on */
    Service(Restaurant restaurant, GuestBook guests, long seed, RandomGenerator random) {
        this.restaurant = restaurant;
        this.guests = guests;
        this.seed = seed;
        this.random = random;
        this.nextEntity = 1 + ENTITIES * (int) Math.floorMod(seed, (long) EVENINGS);
    }

    List<Step> steps() {
        guests.sittings(restaurant).forEach(this::tellSitting);
        restaurant.branches().forEach(this::tellHouse);
        tellOffice();
        return steps;
    }

    private void tellSitting(Sitting sitting) {
        var clock = new Clock(sitting.minute());
        Table table = new Table(sitting);
        add(
                clock.now(),
                "TABLE_SESSION_STARTED",
                table.place(),
                Map.of("table_code", table.code()),
                table + " sits down");
        tellRound(table, clock.later(4, 9), 1);
        if (random.nextInt(3) == 0) {
            tellServiceCall(table, clock.later(2, 6));
        }
        if (random.nextInt(3) > 0) {
            tellRound(table, clock.later(3, 8), 2);
        }
        tellPayment(table, clock.later(10, 20));
    }

    private void tellRound(Table table, Clock clock, int number) {
        int dishes = 1 + random.nextInt(3);
        for (int i = 0; i < dishes; i++) {
            int product = 1 + random.nextInt(restaurant.menu().size());
            String dish = restaurant.menu().get(product - 1);
            add(
                    clock.laterSeconds(20, 60).now(),
                    "CART_ITEM_ADDED",
                    table.place(),
                    Map.of("product_id", product, "name", dish, "quantity", 1 + random.nextInt(2)),
                    "%s puts %s into the cart".formatted(table, dish));
        }
        int round = nextEntity++;
        var entity = Map.<String, Object>of("round_id", round, "round_number", number);
        String what = "%s: round %d".formatted(table, number);
        add(clock.later(1, 2).now(), "ROUND_PENDING", table.place(), entity, what + " waits for the waiter");
        add(clock.later(1, 2).now(), "ROUND_CONFIRMED", table.place(), entity, what + " confirmed");
        add(clock.laterSeconds(10, 30).now(), "ROUND_SUBMITTED", table.place(), entity, what + " ordered");
        if (random.nextInt(12) == 0) {
            add(clock.later(1, 2).now(), "ROUND_CANCELED", table.place(), entity, what + " canceled");
            return;
        }
        tellCooking(table, clock, entity, what);
    }

    private void tellCooking(Table table, Clock clock, Map<String, Object> round, String what) {
        Place place = table.place();
        var ticket = Map.<String, Object>of("ticket_id", nextEntity++, "round_id", round.getOrDefault("round_id", 0));
        add(clock.later(1, 2).now(), "ROUND_IN_KITCHEN", place, round, what + " is in the kitchen");
        add(clock.later(1, 3).now(), "TICKET_IN_PROGRESS", place, ticket, what + ": the cook starts");
        add(clock.later(6, 14).now(), "TICKET_READY", place, ticket, what + ": the ticket is done");
        add(clock.laterSeconds(5, 20).now(), "ROUND_READY", place, round, what + " is ready");
        add(clock.later(1, 2).now(), "TICKET_DELIVERED", place, ticket, what + ": plates leave the pass");
        add(clock.laterSeconds(20, 60).now(), "ROUND_SERVED", place, round, what + " served");
    }

    private void tellServiceCall(Table table, Clock clock) {
        var call = Map.<String, Object>of("call_id", nextEntity++, "call_type", "WAITER_CALL");
        add(clock.now(), "SERVICE_CALL_CREATED", table.place(), call, table + " calls the waiter");
        add(clock.later(1, 2).now(), "SERVICE_CALL_ACKED", table.place(), call, table + ": a waiter is coming");
        add(clock.later(1, 3).now(), "SERVICE_CALL_CLOSED", table.place(), call, table + ": the call is settled");
    }

    private void tellPayment(Table table, Clock clock) {
        int total = (20 + random.nextInt(80)) * CENTS;
        var open = Map.<String, Object>of("check_id", nextEntity++, "total_cents", total, "paid_cents", 0);
        var paid = Map.<String, Object>of("check_id", nextEntity - 1, "total_cents", total, "paid_cents", total);
        Place place = table.place();
        add(clock.now(), "CHECK_REQUESTED", place, open, table + " asks for the check");
        if (random.nextInt(6) == 0) {
            add(clock.later(1, 2).now(), "PAYMENT_REJECTED", place, open, table + ": the card is refused");
        }
        String amount = "%d.%02d".formatted(total / CENTS, total % CENTS);
        add(clock.later(1, 3).now(), "PAYMENT_APPROVED", place, paid, table + " pays " + amount);
        add(clock.laterSeconds(2, 10).now(), "CHECK_PAID", place, paid, table + ": the check is closed");
        add(
                clock.later(2, 5).now(),
                "TABLE_CLEARED",
                place,
                Map.of("table_code", table.code()),
                table + " is free again");
    }

    /** A dish runs out and comes back. */
    private void tellHouse(Branch branch) {
        var clock = new Clock(30 + random.nextInt(90));
        int product = 1 + random.nextInt(restaurant.menu().size());
        String dish = restaurant.menu().get(product - 1);
        Place place = Place.branch(branch.id());
        String where = branch.name() + ": ";
        add(clock.now(), "PRODUCT_AVAILABILITY_CHANGED", place, product(product, false), where + "no more " + dish);
        add(
                clock.later(20, 40).now(),
                "PRODUCT_AVAILABILITY_CHANGED",
                place,
                product(product, true),
                where + dish + " is back");
        add(
                clock.later(5, 10).now(),
                "ENTITY_UPDATED",
                place,
                entity("BranchHours", branch.id()),
                where + "hours changed");
    }

    /** Changes of the menu, which concern the admins of every house. */
    private void tellOffice() {
        var clock = new Clock(10);
        for (String type : List.of("ENTITY_CREATED", "ENTITY_UPDATED", "ENTITY_DELETED")) {
            String done = type.substring("ENTITY_".length()).toLowerCase(Locale.ROOT);
            var menu = entity("Product", 1 + random.nextInt(restaurant.menu().size()));
            add(clock.later(10, 50).now(), type, Place.branch(0), menu, "the office " + done + " a dish");
        }
    }

    private static Map<String, Object> product(int id, boolean available) {
        return Map.of("product_id", id, "is_available", available);
    }

    private static Map<String, Object> entity(String type, int id) {
        return Map.of("entity_type", type, "entity_id", id);
    }

    private void add(Duration at, String type, Place place, Map<String, Object> entity, String words) {
        List<Person> hearers = Hearers.of(type, restaurant, place, guests.people());
        steps.add(new Step(at, Step.id(seed, steps.size()), restaurant, type, place, entity, words, hearers));
    }

    /** The table of a sitting, for events and for people. Immutable. */
    private record Table(Sitting sitting) {
        Place place() {
            int sector = sitting.branch().sectorOf(sitting.table());
            return new Place(sitting.branch().id(), sector, sitting.table(), sitting.session());
        }

        String code() {
            return sitting.branch().name().charAt(0) + "-" + sitting.table();
        }

        @Override
        public String toString() {
            return "table " + code();
        }
    }

    /** The time of a story, moving forward by random amounts. Confined like its service. */
    private final class Clock {
        private long seconds;

        Clock(int minute) {
            seconds = (long) minute * SECONDS_PER_MINUTE;
        }

        Duration now() {
            return Duration.ofSeconds(seconds);
        }

        Clock later(int fromMinutes, int toMinutes) {
            return laterSeconds(fromMinutes * SECONDS_PER_MINUTE, toMinutes * SECONDS_PER_MINUTE);
        }

        Clock laterSeconds(int from, int to) {
            seconds += random.nextInt(from, to + 1);
            return this;
        }
    }
}

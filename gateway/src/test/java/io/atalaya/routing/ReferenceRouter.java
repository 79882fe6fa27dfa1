package io.atalaya.routing;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says whether one session may see one event of the restaurant platform: written from the platform's description, rule
 * by rule, and without topics, profiles or indexes, so that it cannot share a mistake with the router under test.
 */
public final class ReferenceRouter {
    private static final Set<String> ALL_WAITERS =
            Set.of("ROUND_PENDING", "TABLE_SESSION_STARTED", "PRODUCT_AVAILABILITY_CHANGED");
    private static final Set<String> KITCHEN =
            Set.of("ROUND_IN_KITCHEN", "ROUND_READY", "ROUND_SERVED", "PRODUCT_AVAILABILITY_CHANGED");
    private static final Set<String> NOT_FOR_THE_TABLE =
            Set.of("ROUND_PENDING", "ROUND_CONFIRMED", "SERVICE_CALL_CREATED");

    private ReferenceRouter() {}

    /** What an event says of itself; null where it says nothing. */
    public static boolean maySee(Attendee who, String tenant, String type, Map<String, String> event) {
        if (!who.tenant().equals(tenant)) {
            return false;
        }
        boolean administrator = who.roles().contains("ADMIN") || who.roles().contains("MANAGER");
        return switch (who.endpoint()) {
            case "diner" -> dinerMaySee(who, type, event);
            case "waiter" ->
                administrator
                        ? administratorMaySee(who, type, event)
                        : who.roles().contains("WAITER") && waiterMaySee(who, type, event);
            case "kitchen" ->
                administrator
                        ? administratorMaySee(who, type, event)
                        : who.roles().contains("KITCHEN") && kitchenMaySee(who, type, event);
            case "admin" -> administrator && administratorMaySee(who, type, event);
            default -> throw new AssertionError(who.endpoint());
        };
    }

    private static boolean isCart(String type) {
        return type.startsWith("CART_");
    }

    private static boolean isAdministration(String type) {
        return type.startsWith("ENTITY_") || type.equals("CASCADE_DELETE");
    }

    private static boolean inBranch(Attendee who, Map<String, String> event) {
        String branch = event.get("branch_id");
        return branch != null
                && who.claims().getOrDefault("branch_id", List.of()).contains(branch);
    }

    private static boolean administratorMaySee(Attendee who, String type, Map<String, String> event) {
        if (isCart(type)) {
            return false;
        }
        return (isAdministration(type) && event.get("branch_id") == null) || inBranch(who, event);
    }

    private static boolean waiterMaySee(Attendee who, String type, Map<String, String> event) {
        if (isCart(type) || isAdministration(type) || !inBranch(who, event)) {
            return false;
        }
        String sector = event.get("sector_id");
        if (sector == null || ALL_WAITERS.contains(type)) {
            return true;
        }
        for (Map<String, String> assignment : who.assigned()) {
            String branch = assignment.get("branch_id");
            boolean here = branch == null || branch.equals(event.get("branch_id"));
            if (here && sector.equals(assignment.get("sector_id"))) {
                return true;
            }
        }
        return false;
    }

    private static boolean kitchenMaySee(Attendee who, String type, Map<String, String> event) {
        return (KITCHEN.contains(type) || type.startsWith("TICKET_")) && inBranch(who, event);
    }

    private static boolean dinerMaySee(Attendee who, String type, Map<String, String> event) {
        if (type.equals("PRODUCT_AVAILABILITY_CHANGED")) {
            return inBranch(who, event);
        }
        boolean forTheTable = isCart(type)
                || type.startsWith("ROUND_")
                || type.startsWith("SERVICE_CALL_")
                || type.startsWith("CHECK_")
                || type.startsWith("PAYMENT_")
                || type.startsWith("TABLE_");
        String session = event.get("session_id");
        return forTheTable
                && !NOT_FOR_THE_TABLE.contains(type)
                && session != null
                && who.claims().getOrDefault("session_id", List.of()).contains(session);
    }
}

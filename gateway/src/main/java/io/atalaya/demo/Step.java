package io.atalaya.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something that happens during the evening, and who is to hear of it. Immutable.
 *
 * @param at time since the doors opened
 * @param id event id; unique within its tenant only
 * @param place where it happens, as numbers
 * @param entity the event's payload
 * @param words what happens, for people
 * @param hearers everyone who is to receive the event, once each
 */
public record Step(
        Duration at,
        String id,
        Restaurant restaurant,
        String type,
        Place place,
        Map<String, Object> entity,
        String words,
        List<Person> hearers) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String ID_PREFIX = "evening-";

    public Step {
        entity = Map.copyOf(entity);
        hearers = List.copyOf(hearers);
    }

    /**
     * Where something happens; 0 stands for "does not apply". A branch of 0 means the whole restaurant.
     */
    public record Place(int branch, int sector, int table, int session) {
        static Place branch(int branch) {
            return new Place(branch, 0, 0, 0);
        }
    }

    /** The id of the n-th event of a restaurant's evening. The restaurants use the same ids on purpose. */
    static String id(long seed, int number) {
        return ID_PREFIX + seed + "-" + number;
    }

    /** Whether an event id is one of the demonstration's, rather than of somebody who publishes by hand. */
    static boolean isOurs(String id) {
        return id.isEmpty() || id.startsWith(ID_PREFIX);
    }

    /** The event as it is published. */
    public String json() {
        ObjectNode event = JSON.createObjectNode();
        event.put("type", type);
        event.put("tenant_id", restaurant.tenant());
        event.put("branch_id", place.branch());
        putIfGiven(event, "table_id", place.table());
        putIfGiven(event, "session_id", place.session());
        putIfGiven(event, "sector_id", place.sector());
        event.set("entity", JSON.valueToTree(entity));
        event.put("v", 1);
        event.put("id", id);
        return event.toString();
    }

    private static void putIfGiven(ObjectNode event, String member, int value) {
        if (value > 0) {
            event.put(member, value);
        }
    }
}

package io.atalaya.gateway;

import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** What a gateway says about its objectives, as tests ask for it. Pure functions. */
final class SloView {
    private SloView() {}

    /** How one objective stands. */
    static JsonNode objective(GatewayTester gateway, String id) {
        for (JsonNode objective : gateway.management("/api/v1/slo").path("objectives")) {
            if (objective.path("id").asString("").equals(id)) {
                return objective;
            }
        }
        throw new AssertionError(id);
    }

    /** What was bad about it since the start: events, or milliseconds. */
    static long bad(GatewayTester gateway, String id) {
        return objective(gateway, id).path("bad").asLong();
    }

    /** The objectives whose alerts fire. */
    static Set<String> firing(GatewayTester gateway) {
        var firing = new TreeSet<String>();
        for (JsonNode alert : gateway.management("/api/v1/alerts").path("firing")) {
            firing.add(alert.at("/labels/slo").asString());
        }
        return firing;
    }
}

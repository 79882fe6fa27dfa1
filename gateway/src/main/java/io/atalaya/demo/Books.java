package io.atalaya.demo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The gateway's own account of events and deliveries, as its management port tells it. Immutable.
 *
 * @param intake what became of events: sums by state, in the gateway's order
 * @param deliveries what became of deliveries, likewise
 */
record Books(Account intake, Account deliveries) {
    /** Path of the books on the management port. */
    static final String PATH = "/api/v1/books";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * One account.
     *
     * @param states sums by state; those that are split by reason are added up
     */
    record Account(Map<String, Long> states, boolean balanced) {
        Account {
            states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
        }

        long of(String state) {
            return states.getOrDefault(state, 0L);
        }
    }

    /** Before the first answer. */
    static Books unknown() {
        return new Books(new Account(Map.of(), false), new Account(Map.of(), false));
    }

    /** Reads the answer of {@link #PATH}; an answer that is something else gives books that do not balance. */
    static Books parse(String json) {
        try {
            JsonNode tree = JSON.readTree(json);
            return new Books(account(tree.path("intake")), account(tree.path("deliveries")));
        } catch (JacksonException _) {
            return unknown();
        }
    }

    private static Account account(JsonNode tree) {
        var states = new LinkedHashMap<String, Long>();
        tree.properties().forEach(member -> {
            if (!member.getValue().isBoolean()) {
                states.put(member.getKey(), sum(member.getValue()));
            }
        });
        return new Account(states, tree.path("balanced").asBoolean(false));
    }

    private static long sum(JsonNode value) {
        if (!value.isObject()) {
            return value.asLong(0);
        }
        long sum = 0;
        for (JsonNode part : value) {
            sum += part.asLong(0);
        }
        return sum;
    }

    boolean known() {
        return !intake.states().isEmpty();
    }

    /** Whether both accounts balance and nothing is under way. */
    boolean settled() {
        return balanced() && intake.of("in_flight") == 0 && deliveries.of("pending") == 0;
    }

    boolean balanced() {
        return intake.balanced() && deliveries.balanced();
    }
}

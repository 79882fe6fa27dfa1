package io.atalaya.console;

import io.atalaya.event.Event;
import java.util.Set;

/**
 * Which events a viewer wants to see; what is empty accepts all. Immutable.
 *
 * @param branch value of the event's {@code branch_id}
 * @param text contained in the event's JSON
 */
record TailFilter(Set<String> types, String tenant, String branch, String text) {
    private static final String BRANCH = "branch_id";

    TailFilter {
        types = Set.copyOf(types);
    }

    boolean accepts(Event event) {
        return (types.isEmpty() || types.contains(event.type()))
                && (tenant.isEmpty() || tenant.equals(event.tenant().value()))
                && (branch.isEmpty() || branch.equals(event.scope().get(BRANCH)))
                && (text.isEmpty() || event.body().toString().contains(text));
    }
}

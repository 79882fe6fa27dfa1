package io.atalaya.routing;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.Principal;
import io.atalaya.event.Topic;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.TopicShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which topics a session subscribes to. Pure functions.
 *
 * <p>Each key member of a topic takes its values from the principal's credential. A member that the credential does
 * not speak of takes them from the assignments; an assignment counts only where every value in it that the credential
 * does speak of is one the credential entitles to. Deny by default: a member with no values subscribes to nothing.
 */
public final class SessionTopics {
    private SessionTopics() {}

    /** The topics of a session of {@code principal} at {@code endpoint}; all of them are the principal's tenant's. */
    public static Set<Topic> of(Endpoint endpoint, Principal principal, List<Assignment> assignments) {
        var topics = new LinkedHashSet<Topic>();
        endpoint.joinFor(principal.roles()).ifPresent(join -> {
            for (TopicShape shape : join.topics()) {
                addTopics(shape, principal, assignments, topics);
            }
        });
        return topics;
    }

    /** Whether a session at {@code endpoint} with these roles needs assignments at all. */
    public static boolean needsAssignments(Endpoint endpoint, Principal principal) {
        return endpoint.joinFor(principal.roles()).stream()
                .flatMap(join -> join.topics().stream())
                .flatMap(shape -> shape.key().stream())
                .anyMatch(member -> !principal.scope().containsKey(member));
    }

    private static void addTopics(
            TopicShape shape, Principal principal, List<Assignment> assignments, Set<Topic> topics) {
        boolean assigned =
                shape.key().stream().anyMatch(member -> !principal.scope().containsKey(member));
        if (!assigned) {
            combine(shape, principal, principal.scope(), topics);
            return;
        }
        for (Assignment assignment : assignments) {
            combine(shape, principal, entitled(shape, principal, assignment), topics);
        }
    }

    private static Map<String, List<String>> entitled(TopicShape shape, Principal principal, Assignment assignment) {
        var values = new LinkedHashMap<String, List<String>>();
        for (String member : shape.key()) {
            String assigned = assignment.scope().get(member);
            List<String> claimed = principal.scope().get(member);
            if (claimed == null) {
                values.put(member, assigned == null ? List.of() : List.of(assigned));
            } else if (assigned == null) {
                values.put(member, claimed);
            } else {
                values.put(member, claimed.contains(assigned) ? List.of(assigned) : List.of());
            }
        }
        return values;
    }

    private static void combine(
            TopicShape shape, Principal principal, Map<String, List<String>> values, Set<Topic> topics) {
        List<List<String>> keys = List.of(List.of());
        for (String member : shape.key()) {
            var longer = new ArrayList<List<String>>();
            for (List<String> key : keys) {
                for (String value : values.getOrDefault(member, List.of())) {
                    var next = new ArrayList<>(key);
                    next.add(value);
                    longer.add(next);
                }
            }
            keys = longer;
        }
        for (List<String> key : keys) {
            topics.add(new Topic(principal.tenant(), shape.name(), key));
        }
    }
}

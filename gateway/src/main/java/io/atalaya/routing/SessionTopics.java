package io.atalaya.routing;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.Principal;
import io.atalaya.event.Topic;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Endpoint.Join;
import io.atalaya.profile.TopicShape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which topics a session subscribes to. Pure functions.
 *
 * <p>Each key member of a topic takes its values from the principal's credential when the endpoint's scheme of
 * authentication maps it to a claim. A member that no claim speaks of takes them from the assignments; an assignment
 * counts only where every value in it that a claim does speak of is one the credential entitles to. Deny by default: a
 * member with no values subscribes to nothing, and a claimed member that the credential lacks is never filled from
 * assignments.
 */
public final class SessionTopics {
    private SessionTopics() {}

    /** The topics of a session of {@code principal} at {@code endpoint}; all of them are the principal's tenant's. */
    public static Set<Topic> of(Endpoint endpoint, Principal principal, List<Assignment> assignments) {
        var topics = new LinkedHashSet<Topic>();
        AuthenticationScheme scheme = schemeOf(endpoint, principal);
        for (TopicShape shape : shapesOf(endpoint, principal)) {
            if (!isAssigned(shape, scheme)) {
                addTopics(shape, scheme, principal, Map.of(), topics);
            } else if (hasAssignments(scheme)) {
                for (Assignment assignment : assignments) {
                    addTopics(shape, scheme, principal, assignment.scope(), topics);
                }
            }
        }
        return topics;
    }

    /** Whether a session of {@code principal} at {@code endpoint} needs assignments at all. */
    public static boolean needsAssignments(Endpoint endpoint, Principal principal) {
        AuthenticationScheme scheme = schemeOf(endpoint, principal);
        return hasAssignments(scheme)
                && shapesOf(endpoint, principal).stream().anyMatch(shape -> isAssigned(shape, scheme));
    }

    private static AuthenticationScheme schemeOf(Endpoint endpoint, Principal principal) {
        return endpoint.authentication().acceptedBy(principal.scheme());
    }

    /** Assignments belong to staff; the number of a table session could be some waiter's user id. */
    private static boolean hasAssignments(AuthenticationScheme scheme) {
        return scheme.kind() == AuthenticationScheme.Kind.STAFF_JWT;
    }

    private static List<TopicShape> shapesOf(Endpoint endpoint, Principal principal) {
        Optional<Join> join = endpoint.joinFor(principal.roles());
        return join.isPresent() ? join.get().topics() : List.of();
    }

    private static boolean isAssigned(TopicShape shape, AuthenticationScheme scheme) {
        return !scheme.scope().keySet().containsAll(shape.key());
    }

    /** Adds the topics of a shape for every combination of the values of its key members. */
    private static void addTopics(
            TopicShape shape,
            AuthenticationScheme scheme,
            Principal principal,
            Map<String, String> assigned,
            Set<Topic> topics) {
        List<List<String>> keys = List.of(List.of());
        for (String member : shape.key()) {
            var longer = new ArrayList<List<String>>();
            for (String value : valuesOf(member, scheme, principal, assigned)) {
                for (List<String> key : keys) {
                    longer.add(append(key, value));
                }
            }
            keys = longer;
        }
        for (List<String> key : keys) {
            topics.add(new Topic(principal.tenant(), shape.name(), key));
        }
    }

    private static List<String> valuesOf(
            String member, AuthenticationScheme scheme, Principal principal, Map<String, String> assigned) {
        String value = assigned.get(member);
        if (!scheme.scope().containsKey(member)) {
            return value == null ? List.of() : List.of(value);
        }
        List<String> claimed = principal.scope().getOrDefault(member, List.of());
        if (value == null) {
            return claimed;
        }
        return claimed.contains(value) ? List.of(value) : List.of();
    }

    private static List<String> append(List<String> key, String value) {
        var longer = new ArrayList<String>(key.size() + 1);
        longer.addAll(key);
        longer.add(value);
        return longer;
    }
}

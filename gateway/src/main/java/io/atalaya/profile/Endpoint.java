package io.atalaya.profile;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A public WebSocket path. Immutable.
 *
 * @param name unique in the profile; the {@code endpoint} label of metrics
 * @param path absolute request path
 * @param authentication how its clients prove who they are
 * @param roles accepted roles; empty accepts every authenticated principal
 * @param originChecked whether the Origin header must be on the allow list
 * @param sessionsPer what concurrent sessions are counted by
 * @param joins which topics a session subscribes to; the first join whose roles fit applies
 * @param commands texts of the client commands accepted here
 */
public record Endpoint(
        String name,
        String path,
        AuthenticationScheme authentication,
        Set<String> roles,
        boolean originChecked,
        SessionsPer sessionsPer,
        List<Join> joins,
        Set<String> commands) {

    public Endpoint {
        roles = Set.copyOf(roles);
        joins = List.copyOf(joins);
        commands = Set.copyOf(commands);
    }

    /** The join that applies to a principal with {@code principalRoles}. */
    public Optional<Join> joinFor(Set<String> principalRoles) {
        return joins.stream().filter(join -> join.fits(principalRoles)).findFirst();
    }

    /** Which setting limits concurrent sessions of one subject. */
    public enum SessionsPer {
        /** {@code WS_MAX_CONNECTIONS_PER_USER}. */
        USER,
        /** {@code WS_MAX_DINERS_PER_SESSION}. */
        TABLE
    }

    /**
     * @param roles any of these roles; empty fits every principal
     * @param topics shapes subscribed to, one topic for each combination of values the principal is entitled to
     */
    public record Join(Set<String> roles, List<TopicShape> topics) {
        public Join {
            roles = Set.copyOf(roles);
            topics = List.copyOf(topics);
        }

        boolean fits(Set<String> principalRoles) {
            return roles.isEmpty() || roles.stream().anyMatch(principalRoles::contains);
        }
    }
}

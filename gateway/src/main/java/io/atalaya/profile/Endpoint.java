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
 * @param firstMessage what a client is told first that does not resume
 */
public record Endpoint(
        String name,
        String path,
        AuthenticationScheme authentication,
        Set<String> roles,
        boolean originChecked,
        SessionsPer sessionsPer,
        List<Join> joins,
        Set<String> commands,
        Optional<FirstMessage> firstMessage) {

    public Endpoint {
        roles = Set.copyOf(roles);
        joins = List.copyOf(joins);
        commands = Set.copyOf(commands);
    }

    /** An endpoint that is silent until something happens. */
    public Endpoint(
            String name,
            String path,
            AuthenticationScheme authentication,
            Set<String> roles,
            boolean originChecked,
            SessionsPer sessionsPer,
            List<Join> joins,
            Set<String> commands) {
        this(name, path, authentication, roles, originChecked, sessionsPer, joins, commands, Optional.empty());
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
     * The state of things, made of stored events, before what happens next. Immutable.
     *
     * @param type the message's {@code type}
     * @param sections its members, in the order of the file
     */
    public record FirstMessage(String type, List<Section> sections) {
        public FirstMessage {
            sections = List.copyOf(sections);
        }
    }

    /**
     * A list of stored events, the newest first. Immutable.
     *
     * @param name of the member that holds it
     * @param types types of its events
     * @param latestBy the routing member of whose every value only the latest event is in it; empty for all events
     * @param until types of events that end what their value of that member stood for
     * @param limit most events (at least 1)
     * @param single whether the member is that one event, or null, instead of a list
     */
    public record Section(
            String name, Set<String> types, String latestBy, Set<String> until, int limit, boolean single) {
        public Section {
            types = Set.copyOf(types);
            until = Set.copyOf(until);
        }
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

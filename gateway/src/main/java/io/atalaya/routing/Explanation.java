package io.atalaya.routing;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.Principal;
import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Why a session gets an event, or does not: every audience of the event's type, which topic each comes to, and what the
 * session has to do with that topic. Immutable. Made of the functions that route, so it cannot say anything else than
 * what happens; what it adds are the reasons.
 *
 * @param event the event asked about
 * @param subscriber the session asked about
 * @param rule where the audiences come from
 * @param admitted whether the endpoint accepts the subscriber's roles at all
 * @param audiences one an audience of the type, in the profile's order
 */
public record Explanation(Event event, Subscriber subscriber, Rule rule, boolean admitted, List<Audience> audiences) {

    public Explanation {
        audiences = List.copyOf(audiences);
    }

    /**
     * A session, or what would be one. Immutable.
     *
     * @param assignments what is assigned to the principal today
     * @param topics what the session has subscribed to
     */
    public record Subscriber(Endpoint endpoint, Principal principal, List<Assignment> assignments, Set<Topic> topics) {
        public Subscriber {
            assignments = List.copyOf(assignments);
            topics = Set.copyOf(topics);
        }

        /** A session that connects now. */
        public static Subscriber connecting(Endpoint endpoint, Principal principal, List<Assignment> assignments) {
            return new Subscriber(endpoint, principal, assignments, SessionTopics.of(endpoint, principal, assignments));
        }
    }

    /** Where the audiences of an event come from. */
    public enum Rule {
        /** The type stands in the profile's catalogue. */
        CATALOGUE,
        /** It does not, and the rule for unknown types applies. */
        UNKNOWN_TYPES,
        /** It does not, and there is no such rule: the event is for nobody. */
        NONE
    }

    /**
     * One audience of the event. Immutable.
     *
     * @param alternatives in the profile's order; at most one is taken
     */
    public record Audience(String name, List<Alternative> alternatives) {
        public Audience {
            alternatives = List.copyOf(alternatives);
        }

        /** Whether the session gets the event as one of this audience. */
        public boolean reaches() {
            return alternatives.stream()
                    .anyMatch(alternative -> alternative instanceof Alternative.Taken taken && taken.subscribed());
        }
    }

    /** One topic that an audience could come to. */
    public sealed interface Alternative {
        /** The kind of topic. */
        TopicShape shape();

        /** The event carries all members of its key, and nothing more specific was taken. */
        record Taken(TopicShape shape, Topic topic, boolean subscribed, Entitlement entitlement)
                implements Alternative {}

        /** The event lacks members of its key. */
        record Lacking(TopicShape shape, List<String> members) implements Alternative {
            public Lacking {
                members = List.copyOf(members);
            }
        }

        /** A more specific topic was taken before it. */
        record NotReached(TopicShape shape) implements Alternative {}
    }

    /**
     * What entitles the principal to a topic, by today's assignments. Immutable.
     *
     * @param sameTenant whether the topic is of the principal's tenant
     * @param joined whether the principal's roles subscribe to this kind of topic at the endpoint
     * @param members one a member of the topic's key
     */
    public record Entitlement(boolean sameTenant, boolean joined, List<MemberSource> members) {
        public Entitlement {
            members = List.copyOf(members);
        }

        /** Whether a session that connected now would subscribe to the topic. */
        public boolean granted() {
            return sameTenant && joined && members.stream().allMatch(MemberSource::granted);
        }
    }

    /**
     * Where the values of one key member come from. Immutable.
     *
     * @param member the event's member
     * @param value its value in the topic
     * @param claim the claim that speaks of it; empty when it comes from assignments
     * @param entitled the values that the principal is entitled to; of an assigned member, those assigned together with
     *     the topic's other values
     */
    public record MemberSource(String member, String value, String claim, List<String> entitled) {
        public MemberSource {
            entitled = List.copyOf(entitled);
        }

        public boolean granted() {
            return entitled.contains(value);
        }
    }

    /** Whether the session gets the event. */
    public boolean delivered() {
        return admitted && audiences.stream().anyMatch(Audience::reaches);
    }

    /** Whether the session's topics are not those that it would subscribe to now: its assignments have changed. */
    public boolean outdated() {
        return audiences.stream()
                .flatMap(audience -> audience.alternatives().stream())
                .anyMatch(alternative -> alternative instanceof Alternative.Taken taken
                        && taken.subscribed() != taken.entitlement().granted());
    }

    /** Explains one event to one session. */
    public static Explanation of(Profile profile, Subscriber subscriber, Event event) {
        Endpoint endpoint = subscriber.endpoint();
        boolean admitted = endpoint.roles().isEmpty() || subscriber.principal().hasAnyRole(endpoint.roles());
        EventType rule = profile.ruleOf(event.type()).orElse(null);
        if (rule == null) {
            return new Explanation(event, subscriber, Rule.NONE, admitted, List.of());
        }
        Rule source = profile.events().containsKey(event.type()) ? Rule.CATALOGUE : Rule.UNKNOWN_TYPES;
        Set<Topic> addressed = new HashSet<>(new EventRoutes(profile).topicsOf(event));
        var audiences = new ArrayList<Audience>();
        for (io.atalaya.profile.Audience audience : rule.audiences()) {
            audiences.add(new Audience(audience.name(), alternatives(audience, addressed, subscriber, event)));
        }
        return new Explanation(event, subscriber, source, admitted, audiences);
    }

    private static List<Alternative> alternatives(
            io.atalaya.profile.Audience audience, Set<Topic> addressed, Subscriber subscriber, Event event) {
        var alternatives = new ArrayList<Alternative>();
        boolean taken = false;
        for (TopicShape shape : audience.alternatives()) {
            List<String> missing = shape.key().stream()
                    .filter(member -> !event.scope().containsKey(member))
                    .toList();
            if (taken) {
                alternatives.add(new Alternative.NotReached(shape));
            } else if (!missing.isEmpty()) {
                alternatives.add(new Alternative.Lacking(shape, missing));
            } else {
                taken = true;
                Topic topic = addressed(shape, addressed);
                alternatives.add(new Alternative.Taken(
                        shape, topic, subscriber.topics().contains(topic), entitlement(shape, topic, subscriber)));
            }
        }
        return alternatives;
    }

    /** Within one event a shape stands for one topic. */
    private static Topic addressed(TopicShape shape, Set<Topic> addressed) {
        return addressed.stream()
                .filter(topic -> topic.name().equals(shape.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "topic: %s is not among %s (expected: what routing takes)".formatted(shape.name(), addressed)));
    }

    private static Entitlement entitlement(TopicShape shape, Topic topic, Subscriber subscriber) {
        boolean sameTenant = topic.tenant().equals(subscriber.principal().tenant());
        boolean joined = subscriber
                .endpoint()
                .joinFor(subscriber.principal().roles())
                .filter(join -> join.topics().contains(shape))
                .isPresent();
        Map<String, String> claims = subscriber.endpoint().authentication().scope();
        var members = new ArrayList<MemberSource>();
        for (int i = 0; i < shape.key().size(); i++) {
            String member = shape.key().get(i);
            String claim = claims.getOrDefault(member, "");
            List<String> entitled = claim.isEmpty()
                    ? assigned(member, shape, topic, subscriber)
                    : subscriber.principal().scope().getOrDefault(member, List.of());
            members.add(new MemberSource(member, topic.key().get(i), claim, entitled));
        }
        return new Entitlement(sameTenant, joined, members);
    }

    /** Values of an assigned member in the assignments that fit the rest of the topic's key. */
    private static List<String> assigned(String member, TopicShape shape, Topic topic, Subscriber subscriber) {
        return subscriber.assignments().stream()
                .map(Assignment::scope)
                .filter(scope -> scope.containsKey(member) && fitsBesides(member, scope, shape, topic, subscriber))
                .map(scope -> scope.getOrDefault(member, ""))
                .distinct()
                .toList();
    }

    private static boolean fitsBesides(
            String member, Map<String, String> assignment, TopicShape shape, Topic topic, Subscriber subscriber) {
        Set<String> claimed = subscriber.endpoint().authentication().scope().keySet();
        for (int i = 0; i < shape.key().size(); i++) {
            String other = shape.key().get(i);
            String value = assignment.get(other);
            boolean fits = value == null
                    ? claimed.contains(other)
                    : value.equals(topic.key().get(i));
            if (!other.equals(member) && !fits) {
                return false;
            }
        }
        return true;
    }
}

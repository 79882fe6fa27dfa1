package io.atalaya.routing;

import io.atalaya.auth.Principal;
import io.atalaya.routing.Explanation.Alternative;
import io.atalaya.routing.Explanation.Entitlement;
import io.atalaya.routing.Explanation.MemberSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An {@link Explanation} for people, as lines of text, and for programs, as the members of a JSON object. Stateless. */
public final class ExplanationText {
    private ExplanationText() {}

    /** Several lines, each ending in a line feed; the first is the answer. */
    public static String lines(Explanation explanation) {
        var text = new StringBuilder();
        text.append(explanation.delivered() ? "yes: " : "no: ")
                .append(verdict(explanation))
                .append('\n');
        Principal principal = explanation.subscriber().principal();
        text.append("session   %s at endpoint %s, tenant %s, roles %s\n"
                .formatted(
                        principal.subject(),
                        explanation.subscriber().endpoint().name(),
                        principal.tenant(),
                        principal.roles().stream().sorted().toList()));
        text.append("event     %s %s, tenant %s, %s\n"
                .formatted(
                        explanation.event().type(),
                        explanation.event().id(),
                        explanation.event().tenant(),
                        new TreeMap<>(explanation.event().scope())));
        for (Explanation.Audience audience : explanation.audiences()) {
            text.append("audience  ").append(audience.name()).append('\n');
            for (Alternative alternative : audience.alternatives()) {
                text.append("  ").append(mark(alternative)).append(' ');
                text.append(sentence(alternative, explanation)).append('\n');
            }
        }
        if (explanation.outdated()) {
            text.append(
                    "note      assignments have changed since the session subscribed; it must refresh or come back\n");
        }
        return text.toString();
    }

    /** The same for programs. */
    public static Map<String, Object> members(Explanation explanation) {
        Principal principal = explanation.subscriber().principal();
        var session = new LinkedHashMap<String, Object>();
        session.put("endpoint", explanation.subscriber().endpoint().name());
        session.put("tenant", principal.tenant().value());
        session.put("subject", principal.subject());
        session.put("roles", principal.roles().stream().sorted().toList());
        var event = new LinkedHashMap<String, Object>();
        event.put("id", explanation.event().id().value());
        event.put("type", explanation.event().type());
        event.put("tenant", explanation.event().tenant().value());
        event.put("scope", new TreeMap<>(explanation.event().scope()));
        var members = new LinkedHashMap<String, Object>();
        members.put("delivered", explanation.delivered());
        members.put("reason", verdict(explanation));
        members.put("session", session);
        members.put("event", event);
        members.put("rule", explanation.rule().name().toLowerCase(Locale.ROOT));
        members.put("admitted", explanation.admitted());
        members.put("outdated", explanation.outdated());
        members.put(
                "audiences",
                explanation.audiences().stream()
                        .map(audience -> audience(audience, explanation))
                        .toList());
        return members;
    }

    private static Map<String, Object> audience(Explanation.Audience audience, Explanation explanation) {
        var members = new LinkedHashMap<String, Object>();
        members.put("name", audience.name());
        members.put("reaches", audience.reaches());
        members.put(
                "alternatives",
                audience.alternatives().stream()
                        .map(alternative -> alternative(alternative, explanation))
                        .toList());
        return members;
    }

    private static Map<String, Object> alternative(Alternative alternative, Explanation explanation) {
        var members = new LinkedHashMap<String, Object>();
        members.put("topic", alternative.shape().name());
        members.put("key", alternative.shape().key());
        switch (alternative) {
            case Alternative.Taken taken -> {
                members.put("taken", taken.topic().toString());
                members.put("subscribed", taken.subscribed());
                members.put("entitled", taken.entitlement().granted());
            }
            case Alternative.Lacking lacking -> members.put("lacking", lacking.members());
            case Alternative.NotReached _ -> members.put("not_reached", true);
        }
        members.put("because", sentence(alternative, explanation));
        return members;
    }

    private static String verdict(Explanation explanation) {
        String type = explanation.event().type();
        if (!explanation.admitted()) {
            return "the endpoint accepts none of the roles (expected: one of %s)"
                    .formatted(explanation.subscriber().endpoint().roles().stream()
                            .sorted()
                            .toList());
        }
        if (!explanation
                .event()
                .tenant()
                .equals(explanation.subscriber().principal().tenant())) {
            return "the event is of another tenant";
        }
        if (explanation.delivered()) {
            List<String> reached = explanation.audiences().stream()
                    .filter(Explanation.Audience::reaches)
                    .map(Explanation.Audience::name)
                    .toList();
            return "%s is for %s, and the session is one of them".formatted(type, String.join(", ", reached));
        }
        return switch (explanation.rule()) {
            case NONE -> "%s is for nobody: the profile does not know it".formatted(type);
            case CATALOGUE -> "the session is in no audience of %s".formatted(type);
            case UNKNOWN_TYPES -> "the session is in no audience of unknown types, such as %s".formatted(type);
        };
    }

    private static char mark(Alternative alternative) {
        return switch (alternative) {
            case Alternative.Taken taken -> taken.subscribed() ? '+' : '-';
            case Alternative.Lacking _, Alternative.NotReached _ -> ' ';
        };
    }

    private static String sentence(Alternative alternative, Explanation explanation) {
        String name = alternative.shape().name();
        return switch (alternative) {
            case Alternative.Lacking lacking ->
                "%s: the event carries no %s".formatted(name, String.join(", ", lacking.members()));
            case Alternative.NotReached _ -> name + ": not looked at, since a topic before it was taken";
            case Alternative.Taken taken ->
                "%s: topic %s; %s".formatted(name, taken.topic(), because(taken, explanation));
        };
    }

    private static String because(Alternative.Taken taken, Explanation explanation) {
        Entitlement entitlement = taken.entitlement();
        var reasons = new ArrayList<String>();
        if (!entitlement.sameTenant()) {
            reasons.add("the session is of another tenant");
        } else if (!entitlement.joined()) {
            reasons.add("no join of endpoint %s for these roles has it"
                    .formatted(explanation.subscriber().endpoint().name()));
        } else {
            reasons.add("a join of endpoint %s has it"
                    .formatted(explanation.subscriber().endpoint().name()));
            entitlement.members().forEach(member -> reasons.add(source(member)));
        }
        String subscribed = taken.subscribed() ? "subscribed: " : "not subscribed: ";
        return subscribed + String.join("; ", reasons);
    }

    private static String source(MemberSource member) {
        String where =
                member.claim().isEmpty() ? "today's assignments give" : "claim %s gives".formatted(member.claim());
        String values = member.entitled().isEmpty() ? "nothing" : String.join(", ", member.entitled());
        return "%s %s for %s (%s %s)"
                .formatted(
                        where, values, member.member(), member.granted() ? "which has" : "expected:", member.value());
    }
}

package io.atalaya.profile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A command that clients send, besides {@code ping}. Immutable. */
public sealed interface Command {
    /** What the client sends: as plain text, or as the {@code type} of an object. */
    String text();

    /**
     * Looks the session's assignments up again, past the cache, and re-subscribes it.
     *
     * @param replyPrefix plain text that starts the reply; the values of {@code replyMember} follow, joined by commas
     * @param replyMember the event member whose assigned values are listed
     */
    record RefreshAssignments(String text, String replyPrefix, String replyMember) implements Command {}

    /**
     * Appends an event of the sender's tenant and answers once it is committed.
     *
     * @param eventType of the catalogue
     * @param roles who may send it; empty for everyone at an endpoint that accepts it
     * @param takes members that the client gives, in the order of the file; all others are refused
     * @param sets members with the values that the profile gives them
     * @param sender the member that gets the sender's name; empty for none
     * @param idIn the member that gets the event's id; empty for none
     * @param idAs what the answer calls the event's id
     */
    record Publish(
            String text,
            String eventType,
            Set<String> roles,
            Map<String, Taken> takes,
            Map<String, String> sets,
            String sender,
            String idIn,
            String idAs)
            implements Command {
        public Publish {
            roles = Set.copyOf(roles);
            takes = Collections.unmodifiableMap(new LinkedHashMap<>(takes));
            sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
        }
    }

    /**
     * What a client gives for a member. Immutable.
     *
     * @param oneOf the texts that it may be; empty when the member's kind says enough
     */
    record Taken(boolean required, List<String> oneOf) {
        public Taken {
            oneOf = List.copyOf(oneOf);
        }
    }
}

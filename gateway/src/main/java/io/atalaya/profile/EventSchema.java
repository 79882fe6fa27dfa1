package io.atalaya.profile;

import java.util.Map;

/**
 * What an event must look like to be accepted. Immutable.
 *
 * @param members the known top-level members by name; {@code type} and {@code tenant_id} always among them, {@code id},
 *     {@code cursor} and {@code redelivered} never, since they are the gateway's own in every profile
 * @param maxUnknownMembers how many other top-level members an event may carry; they pass through untouched
 */
public record EventSchema(Map<String, Member> members, int maxUnknownMembers) {
    public EventSchema {
        members = Map.copyOf(members);
        if (!members.containsKey("type") || !members.containsKey("tenant_id") || maxUnknownMembers < 0) {
            throw new IllegalArgumentException("schema: %s, %d unknown (expected: type, tenant_id, unknown >= 0)"
                    .formatted(members.keySet(), maxUnknownMembers));
        }
    }

    /**
     * One known member.
     *
     * @param kind what its value must be
     * @param required whether an event without it is refused
     * @param min smallest integer accepted, {@link Long#MIN_VALUE} without a bound; ignored for other kinds
     * @param zeroMeansAbsent whether an integer 0 stands for "not given" in routing
     * @param nullable whether JSON null is accepted, meaning "not given"
     * @param routing whether the value is kept as part of the event's scope
     */
    public record Member(
            String name,
            Kind kind,
            boolean required,
            long min,
            boolean zeroMeansAbsent,
            boolean nullable,
            boolean routing) {}

    /** What a member's value must be. A boolean is never an integer. */
    public enum Kind {
        STRING,
        INTEGER,
        OBJECT,
        /** ISO-8601 with offset or {@code Z}. */
        TIMESTAMP,
        /** Any JSON value. */
        ANY
    }
}

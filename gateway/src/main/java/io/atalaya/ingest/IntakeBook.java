package io.atalaya.ingest;

import java.util.Map;
import java.util.Optional;

/**
 * The intake book at one instant: every event received is in exactly one of the other states. Immutable.
 *
 * @param received events that came in by any way
 * @param logged stored by the log
 * @param ephemeral accepted past the log
 * @param duplicate durable events whose (tenant, id) the log knew
 * @param refused not accepted, and the caller was told
 * @param quarantined invalid, from a source that cannot be told
 * @param dropped lost for a reason of ours
 * @param inFlight received and not yet decided
 * @param receivedBySource received, by the way they came
 * @param acceptedByType logged and ephemeral, by type of the catalogue; {@link #OTHER_TYPES} for the rest
 * @param unknownTypes accepted by type outside the catalogue, for the first types seen
 * @param unlistedUnknownTypes accepted of further types outside the catalogue
 * @param logRefuses why the log has stored nothing of what it was last given ({@link Refusal#LOG_FULL} or {@link
 *     Refusal#LOG_FAILED}); empty when it has, or was given nothing so far
 */
public record IntakeBook(
        long received,
        long logged,
        long ephemeral,
        long duplicate,
        Map<Refusal, Long> refused,
        Map<Refusal, Long> quarantined,
        Map<Drop, Long> dropped,
        long inFlight,
        Map<Source, Long> receivedBySource,
        Map<String, Long> acceptedByType,
        Map<String, Long> unknownTypes,
        long unlistedUnknownTypes,
        Optional<Refusal> logRefuses) {

    /** Stands for all types outside the catalogue. */
    public static final String OTHER_TYPES = "_other";

    /** Most types outside the catalogue that are counted by name. */
    public static final int MAX_UNKNOWN_TYPES = 100;

    public IntakeBook {
        refused = Map.copyOf(refused);
        quarantined = Map.copyOf(quarantined);
        dropped = Map.copyOf(dropped);
        receivedBySource = Map.copyOf(receivedBySource);
        acceptedByType = Map.copyOf(acceptedByType);
        unknownTypes = Map.copyOf(unknownTypes);
    }

    /** Whether every event received is accounted for, exactly once. */
    public boolean balanced() {
        return received == logged + ephemeral + duplicate + sum(refused) + sum(quarantined) + sum(dropped) + inFlight;
    }

    /** Most types that are counted by name: those of the catalogue and the first ones outside it. */
    public int maxTrackedTypes() {
        int catalogue = acceptedByType.size() - (acceptedByType.containsKey(OTHER_TYPES) ? 1 : 0);
        return catalogue + MAX_UNKNOWN_TYPES;
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** A way in. */
    public enum Source {
        HTTP,
        REDIS,
        /** A client's command. */
        COMMAND,
        /** An operator, by hand. */
        CONSOLE
    }

    /** Why an event was not accepted. */
    public enum Refusal {
        /** Not a JSON object. */
        MALFORMED,
        /** Not an event of the profile. */
        INVALID,
        /** Longer than an event may be. */
        TOO_LARGE,
        /** Of a tenant that the key does not speak for. */
        FORBIDDEN,
        /** In itself good, but in one request with an event that was refused. */
        COMPANION,
        /** In a request with too many events. */
        TOO_MANY,
        /** Too many events wait for their commit. */
        OVERLOADED,
        /** The log is full of events that are not archived. */
        LOG_FULL,
        /** The log could not store it. */
        LOG_FAILED
    }

    /** Why a good event was lost. */
    public enum Drop {
        /** Too many events wait for their commit, and the source cannot wait. */
        OVERLOADED,
        /** The log is full of events that are not archived, and the source cannot be told. */
        LOG_FULL,
        /** The log could not store it, and the source cannot be told. */
        LOG_FAILED,
        /** The router failed on an ephemeral event. */
        DELIVERY_FAILED,
        /** The queue between the source and the intake was full. */
        SOURCE_OVERFLOW
    }
}

package io.atalaya.hub;

/**
 * The book of deliveries of this process: every (event, session) pair that routing produced is in exactly one state.
 * Immutable. {@code matched} is counted where topics are looked up, the other side where a session's fate is decided.
 *
 * @param matched pairs found in the topic index
 * @param sent pairs whose last byte the socket has accepted
 * @param conflated pairs replaced by a later event
 * @param dropped pairs given up by policy while the session stays
 * @param duplicate pairs of a session that had this event already through another topic
 * @param closed pairs still pending when their session ended
 * @param pending pairs written but not yet accepted by the socket
 */
public record DeliveryBook(
        long matched, long sent, long conflated, long dropped, long duplicate, long closed, long pending) {

    public static final DeliveryBook EMPTY = new DeliveryBook(0, 0, 0, 0, 0, 0, 0);

    /** Whether both sides are equal. */
    public boolean balanced() {
        return matched == sent + conflated + dropped + duplicate + closed + pending;
    }

    /** Both together. */
    public DeliveryBook plus(DeliveryBook other) {
        return new DeliveryBook(
                matched + other.matched,
                sent + other.sent,
                conflated + other.conflated,
                dropped + other.dropped,
                duplicate + other.duplicate,
                closed + other.closed,
                pending + other.pending);
    }
}

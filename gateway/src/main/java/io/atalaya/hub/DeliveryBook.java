package io.atalaya.hub;

/**
 * The book of deliveries of this process: every (event, session) pair that routing produced is in exactly one state.
 * Immutable. {@code matched} is counted where topics are looked up, the other side where a session's fate is decided.
 *
 * @param matched pairs found in the topic index, read for a replay, or sent again
 * @param sent pairs whose last byte the socket has accepted
 * @param conflated pairs replaced by a later event
 * @param dropped pairs given up by policy while the session stays
 * @param duplicate pairs of a session that had this event already through another topic, or that a replay brings or
 *     has brought
 * @param closed pairs still pending when their session ended
 * @param pending pairs written but not yet accepted by the socket
 */
public record DeliveryBook(
        Matched matched, long sent, long conflated, long dropped, long duplicate, long closed, long pending) {

    public static final DeliveryBook EMPTY = new DeliveryBook(Matched.NONE, 0, 0, 0, 0, 0, 0);

    /** How a pair came about. */
    public enum Kind {
        /** The event had just been accepted. */
        LIVE,
        /** The session's client asked for what it had missed. */
        REPLAY,
        /** The client had not acknowledged the event. */
        RESEND
    }

    /** Pairs by how they came about. Immutable. */
    public record Matched(long live, long replay, long resend) {
        static final Matched NONE = new Matched(0, 0, 0);

        /** Over all kinds. */
        public long total() {
            return live + replay + resend;
        }

        /** Those of one kind. */
        public long of(Kind kind) {
            return switch (kind) {
                case LIVE -> live;
                case REPLAY -> replay;
                case RESEND -> resend;
            };
        }

        Matched plus(Matched other) {
            return new Matched(live + other.live, replay + other.replay, resend + other.resend);
        }
    }

    /** Whether both sides are equal. */
    public boolean balanced() {
        return matched.total() == sent + conflated + dropped + duplicate + closed + pending;
    }

    /** Both together. */
    public DeliveryBook plus(DeliveryBook other) {
        return new DeliveryBook(
                matched.plus(other.matched),
                sent + other.sent,
                conflated + other.conflated,
                dropped + other.dropped,
                duplicate + other.duplicate,
                closed + other.closed,
                pending + other.pending);
    }
}

package io.atalaya.ack;

import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which recipient got which event, and when it acknowledged it. Thread-safe; may block.
 *
 * <pre>
 *                 ┌─ Acknowledged ─► acknowledged ─┐
 *   ──Delivered──► awaiting                         ├─ as long again ─► forgotten
 *                 └─ time is up ───► expired ──────┘
 * </pre>
 *
 * <p>There is one entry for a recipient and an event however often it is sent, so {@code wanted = acknowledged + expired
 * + awaiting} at every moment. Where a principal, a tenant or the store has more than its {@link AckBounds}, the oldest of
 * its entries is given up: one that is awaited expires early.
 */
public interface AckStore extends AutoCloseable {
    /**
     * Applies changes in their order, all or none; when it returns they are as safe as the implementation promises.
     *
     * @return what came of each, in the same order
     */
    List<Effect> apply(List<Change> changes);

    /**
     * What a recipient has still to acknowledge, in log order.
     *
     * @param after only what stands behind this position; empty begins with the first
     * @param max at most so many (at least 1)
     */
    List<Waiting> awaiting(Recipient recipient, Optional<Cursor> after, int max);

    /** What is awaited and due to be sent again, the longest due first; at most {@code max}. */
    List<Waiting> due(long nowMillis, int max);

    /** Whatever has been awaited for too long expires; what was settled long ago is forgotten. */
    void expire(long nowMillis);

    /** Everyone that an event was delivered to, in the order of delivery; empty when it was long ago. */
    List<Receipt> receipts(TenantId tenant, EventId event);

    /** The book. */
    Totals totals();

    /** What this store has given up before its time since it was made, by whose share was full. */
    Map<GivenUp.Bound, Long> givenUp();

    @Override
    void close();

    /** Something that happened to a recipient's event. */
    sealed interface Change {
        /**
         * The event was sent to the recipient.
         *
         * @param dueMillis when to send it again
         * @param expiresMillis until when to wait
         */
        record Delivered(Recipient recipient, EventLog.Entry entry, long atMillis, long dueMillis, long expiresMillis)
                implements Change {}

        /** The recipient has acknowledged it. */
        record Acknowledged(Recipient recipient, EventId event, long atMillis) implements Change {}

        /** It is to be sent again at another time; {@link Long#MAX_VALUE} when the recipient comes back. */
        record Due(Recipient recipient, EventId event, long dueMillis) implements Change {}
    }

    /**
     * What came of a change.
     *
     * @param deliveredMillis when the event was first delivered; 0 when it never was
     */
    record Effect(Kind kind, long deliveredMillis) {
        /** In a word. */
        public enum Kind {
            /** The change made the difference that it is there for. */
            DONE,
            /** It was so already. */
            REPEATED,
            /** It came after the entry had expired. */
            LATE,
            /** There is no such entry. */
            UNKNOWN
        }
    }

    /** An event that a recipient has still to acknowledge. */
    record Waiting(Recipient recipient, EventLog.Entry entry, long deliveredMillis) {}

    /**
     * One recipient of an event.
     *
     * @param settledMillis when it was acknowledged or expired; 0 while it is awaited
     */
    record Receipt(Recipient recipient, State state, long deliveredMillis, long settledMillis) {}

    /** Where an entry stands. */
    enum State {
        AWAITING,
        ACKNOWLEDGED,
        EXPIRED
    }

    /** The book of acknowledgements, since the store began. */
    record Totals(long wanted, long acknowledged, long expired, long awaiting) {
        public static final Totals EMPTY = new Totals(0, 0, 0, 0);

        /** Whether both sides are equal. */
        public boolean balanced() {
            return wanted == acknowledged + expired + awaiting;
        }
    }
}

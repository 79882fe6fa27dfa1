package io.atalaya.redis;

import io.atalaya.event.EventId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Names events that came without an id, by what they say. Confined to the thread that calls {@link #identify}.
 *
 * <p>Publishers send one event to several channels. So a body that repeats within {@link #WINDOW} on another channel is
 * the same event; on a channel that already had it, it is a new one. With the repetitions interleaved, the n-th message
 * on each channel belongs to the n-th event: a copy joins the oldest event of its body, still within the window, that its
 * channel has not had yet.
 *
 * <p>An id is {@code hash.minute} (with {@code .n} for the n-th event of that body within the minute): the body's
 * SHA-256, and the minute of the event's first message, because without it a body that says the same an hour later would be
 * refused as a duplicate. Nothing in it is particular to this process, so that gateways which hear the same messages
 * give the same ids, unless the turn of a minute falls between them.
 *
 * <p>Memory is bounded: above {@code capacity} remembered (event, channel) pairs the bodies seen longest ago are
 * forgotten, and a repetition of such a body counts as its first event again.
 */
public final class BodyIdentity {
    /** How long after an event's first message its copies on other channels may come. */
    public static final Duration WINDOW = Duration.ofSeconds(5);

    private static final long WINDOW_MILLIS = WINDOW.toMillis();
    private static final long MINUTE_MILLIS = 60_000;
    private static final int HASH_BYTES = 16;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final int capacity;
    private final MessageDigest sha256;
    /** By hash, the body whose latest event began longest ago first. */
    private final LinkedHashMap<String, Body> bodies = new LinkedHashMap<>();

    private int weight;
    private long latestMillis = Long.MIN_VALUE;

    /** @param capacity most (event, channel) pairs remembered (at least 1) */
    public BodyIdentity(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: %d (expected: at least 1)".formatted(capacity));
        }
        this.capacity = capacity;
        this.sha256 = newSha256();
    }

    /**
     * The id of the event that a message tells of.
     *
     * @param channel where the message came by
     * @param message the whole message
     * @param arrivedAt when it came; may go back a little, as wall clocks do
     */
    public EventId identify(String channel, byte[] message, Instant arrivedAt) {
        long now = advance(arrivedAt.toEpochMilli());
        String hash = BASE64.encodeToString(Arrays.copyOf(sha256.digest(message), HASH_BYTES));
        Body body = bodies.computeIfAbsent(hash, Body::new);
        weight -= body.weight();
        Occurrence event = body.join(channel, now);
        weight += body.weight();
        if (event.beganMillis() == now) {
            bodies.remove(hash);
            bodies.put(hash, body);
        }
        shrink();
        return event.id();
    }

    /** Remembered (event, channel) pairs; at most the capacity. */
    int weight() {
        return weight;
    }

    /** Keeps time from going back; a clock that was set back by more than the window starts afresh. */
    private long advance(long millis) {
        if (millis < latestMillis - WINDOW_MILLIS) {
            bodies.clear();
            weight = 0;
            latestMillis = millis;
        }
        latestMillis = Math.max(latestMillis, millis);
        forgetOld();
        return latestMillis;
    }

    /** Forgets bodies whose numbering and window have both run out. */
    private void forgetOld() {
        Iterator<Body> eldest = bodies.values().iterator();
        while (eldest.hasNext()) {
            Body body = eldest.next();
            if (latestMillis - body.latestBegin < MINUTE_MILLIS + WINDOW_MILLIS) {
                return;
            }
            weight -= body.weight();
            eldest.remove();
        }
    }

    private void shrink() {
        Iterator<Body> eldest = bodies.values().iterator();
        while (weight > capacity && eldest.hasNext()) {
            weight -= eldest.next().weight();
            eldest.remove();
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing; every Java platform must have it", e);
        }
    }

    /** One event of a body. */
    private record Occurrence(EventId id, long beganMillis) {}

    /** What is remembered of one body. Confined like its owner. */
    private static final class Body {
        private final String hash;
        /** The events within the window by their number; the oldest is number {@code oldest}. */
        private final Map<Long, Occurrence> occurrences = new HashMap<>(2);
        /** By channel, the number of the event that its next message belongs to. */
        private final Map<String, Long> nextByChannel = new HashMap<>(4);

        private long oldest;
        private long minute = Long.MIN_VALUE;
        private int inMinute;
        private long latestBegin;

        Body(String hash) {
            this.hash = hash;
        }

        int weight() {
            return occurrences.size() + nextByChannel.size();
        }

        /** The oldest event within the window that {@code channel} has not had; a new one when it has had them all. */
        Occurrence join(String channel, long now) {
            forgetBefore(now - WINDOW_MILLIS);
            long number = Math.max(oldest, nextByChannel.getOrDefault(channel, oldest));
            nextByChannel.put(channel, number + 1);
            return occurrences.computeIfAbsent(number, _ -> begin(now));
        }

        private void forgetBefore(long millis) {
            for (Occurrence o = occurrences.get(oldest); o != null && o.beganMillis() < millis; ) {
                occurrences.remove(oldest++);
                o = occurrences.get(oldest);
            }
            if (occurrences.isEmpty()) {
                nextByChannel.clear();
            }
        }

        private Occurrence begin(long now) {
            long thisMinute = Math.floorDiv(now, MINUTE_MILLIS);
            inMinute = thisMinute == minute ? inMinute + 1 : 1;
            minute = thisMinute;
            latestBegin = now;
            String id = hash + "." + Long.toString(minute, Character.MAX_RADIX);
            return new Occurrence(new EventId(inMinute == 1 ? id : id + "." + inMinute), now);
        }
    }
}

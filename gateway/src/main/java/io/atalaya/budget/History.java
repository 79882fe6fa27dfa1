package io.atalaya.budget;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The counters of one objective over the last 31 days. Confined to the engine's thread. Of bounded size, about 180 KB:
 * every 10 seconds for two hours, every minute for a day, every five minutes beyond.
 *
 * <p>A window of length {@code w} that ends now starts at the last moment of that grid at or before {@code now − w}, so
 * it is longer than asked for by less than one step: 10 s for up to 2 h, 1 min for up to a day, 5 min beyond.
 */
final class History {
    /** The longest window. Five minutes divide every time zone's offset, so months start on the grid. */
    static final Duration REACH = Duration.ofDays(31).plusHours(1);

    private static final long FINE = 10_000;
    private static final long MINUTE = 60_000;
    private static final long COARSE = 300_000;

    private final List<Ring> rings;
    private long startMillis;
    private long nowMillis;
    private Totals totals = Totals.NONE;

    History(Instant start) {
        startMillis = start.toEpochMilli();
        nowMillis = startMillis;
        rings = List.of(ring(FINE, Duration.ofHours(2)), ring(MINUTE, Duration.ofDays(1)), ring(COARSE, REACH));
    }

    private Ring ring(long step, Duration reach) {
        return new Ring(step, Math.toIntExact(reach.toMillis() / step) + 2, startMillis);
    }

    /** Time has come to {@code now}, and so much has been counted since; time never goes back. */
    void advance(Instant now, long bad, long total) {
        move(Math.max(nowMillis, now.toEpochMilli()), totals.plus(bad, total), false);
    }

    /** As {@link #advance}, for what was not seen to happen: it is spread evenly over the time since. */
    void advanceEvenly(Instant now, long bad, long total) {
        move(Math.max(nowMillis, now.toEpochMilli()), totals.plus(bad, total), true);
    }

    private void move(long to, Totals after, boolean even) {
        rings.forEach(ring -> ring.advance(nowMillis, to, totals, after, even));
        totals = after;
        nowMillis = to;
    }

    /** What was counted in the window of that length that ends now. */
    Totals over(Duration window) {
        Ring ring = rings.stream()
                .filter(r -> r.reaches(window.toMillis()))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("window: %s (expected: at most %s)".formatted(window, REACH)));
        return since(ring, nowMillis - window.toMillis());
    }

    /** What had been counted by a moment of the last 31 days that lies on the five-minute grid. */
    Totals at(Instant moment) {
        long millis = moment.toEpochMilli();
        return millis <= startMillis ? Totals.NONE : rings.getLast().at(millis);
    }

    private Totals since(Ring ring, long millis) {
        long from = ring.floor(millis);
        return from <= startMillis ? totals : totals.since(ring.at(from));
    }

    /** All that was ever counted. */
    Totals totals() {
        return totals;
    }

    /** The time up to which everything is counted. */
    Instant now() {
        return Instant.ofEpochMilli(nowMillis);
    }

    /** How much time is known of. */
    Duration known() {
        return Duration.ofMillis(nowMillis - startMillis);
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeLong(startMillis);
        out.writeLong(nowMillis);
        out.writeLong(totals.bad());
        out.writeLong(totals.total());
        for (Ring ring : rings) {
            ring.writeTo(out);
        }
    }

    void readFrom(DataInput in) throws IOException {
        startMillis = in.readLong();
        nowMillis = in.readLong();
        totals = new Totals(in.readLong(), in.readLong());
        for (Ring ring : rings) {
            ring.readFrom(in);
        }
    }
}

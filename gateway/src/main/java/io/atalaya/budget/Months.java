package io.atalaya.budget;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What was counted in each calendar month of a time zone, the last 24 of them. Confined to the engine's thread. */
final class Months {
    private static final int KEPT = 24;

    private final ZoneId zone;
    private final Deque<Month> closed = new ArrayDeque<>();
    private YearMonth current;
    private Totals atStart = Totals.NONE;

    /** @param start when counting begins */
    Months(ZoneId zone, Instant start) {
        this.zone = zone;
        this.current = YearMonth.from(start.atZone(zone));
    }

    /** A month and what was counted in it. Immutable. */
    public record Month(YearMonth month, Totals totals) {}

    /** The history has moved on, over the end of a month perhaps. */
    void onAdvance(History history) {
        var now = YearMonth.from(history.now().atZone(zone));
        if (!now.isAfter(current)) {
            return;
        }
        closed.addLast(
                new Month(current, history.at(start(current.plusMonths(1))).since(atStart)));
        if (closed.size() > KEPT) {
            closed.removeFirst();
        }
        atStart = history.at(start(now));
        current = now;
    }

    private Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(zone).toInstant();
    }

    /** The present month so far. */
    Month current(History history) {
        return new Month(current, history.totals().since(atStart));
    }

    /** Months that are over, oldest first. */
    List<Month> closed() {
        return List.copyOf(closed);
    }

    /** How long a month lasts, clock changes included. */
    Duration length(YearMonth month) {
        return Duration.between(start(month), start(month.plusMonths(1)));
    }

    void writeTo(DataOutput out) throws IOException {
        write(out, new Month(current, atStart));
        out.writeInt(closed.size());
        for (Month month : closed) {
            write(out, month);
        }
    }

    private static void write(DataOutput out, Month month) throws IOException {
        out.writeInt(month.month().getYear());
        out.writeInt(month.month().getMonthValue());
        out.writeLong(month.totals().bad());
        out.writeLong(month.totals().total());
    }

    void readFrom(DataInput in) throws IOException {
        Month open = read(in);
        current = open.month();
        atStart = open.totals();
        closed.clear();
        for (int left = in.readInt(); left > 0; left--) {
            closed.addLast(read(in));
        }
    }

    private static Month read(DataInput in) throws IOException {
        var month = YearMonth.of(in.readInt(), in.readInt());
        return new Month(month, new Totals(in.readLong(), in.readLong()));
    }
}

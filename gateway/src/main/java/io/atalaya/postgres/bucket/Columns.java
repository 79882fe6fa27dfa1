package io.atalaya.postgres.bucket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.archive.EventQuery.Time;
import java.util.zip.CRC32;

/** Columns of the table {@code event}. Pure functions. */
public final class Columns {
    private static final int MAX_IDENTIFIER = 63;

    private Columns() {}

    /** The column of a filter, quoted. */
    public static String of(String member) {
        String name = "member_" + member;
        if (name.length() > MAX_IDENTIFIER) {
            var sum = new CRC32();
            sum.update(name.getBytes(US_ASCII));
            name = name.substring(0, MAX_IDENTIFIER - 9) + "_%08x".formatted(sum.getValue());
        }
        return '"' + name + '"';
    }

    public static String of(Time time) {
        return switch (time) {
            case ARRIVAL -> "at_ms";
            case EVENT -> "ts_us";
        };
    }
}

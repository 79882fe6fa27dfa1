package io.atalaya.bench;

import io.atalaya.client.Received;
import java.nio.charset.StandardCharsets;

/**
 * The events of the bench: written as text, read back in the receive buffer. Pure functions. The gateway passes an
 * event's members through untouched, so an event of a session begins with the same bytes each time, and one of another
 * session does not.
 */
final class BenchEvents {
    private static final String TIME = ",\"ns\":";
    private static final String PAD = ",\"pad\":\"";
    private static final String END = "\"}}";

    private BenchEvents() {}

    /** What every event of a table session begins with, up to its sequence number. */
    static byte[] beginning(int session) {
        return beginningText(session).getBytes(StandardCharsets.US_ASCII);
    }

    private static String beginningText(int session) {
        return "{\"type\":\"ROUND_SERVED\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":" + session
                + ",\"v\":1,\"entity\":{\"seq\":";
    }

    /**
     * One event, padded to {@code size} bytes.
     *
     * @param session table session that it is for
     * @param sequence place among the events of that session, from 0
     * @param nanos when it was due to be published
     */
    static String json(int session, long sequence, long nanos, int size) {
        String head = beginningText(session) + sequence + TIME + nanos + PAD;
        return head + "x".repeat(Math.max(0, size - head.length() - END.length())) + END;
    }

    /** The sequence number of an event with the right beginning. */
    static long sequence(Received event, byte[] beginning) {
        return number(event, beginning.length);
    }

    /** The time of an event with the right beginning. */
    static long nanos(Received event, byte[] beginning) {
        int at = beginning.length;
        while (at < event.length() && isDigit(event.byteAt(at))) {
            at++;
        }
        return number(event, at + TIME.length());
    }

    private static long number(Received event, int from) {
        long value = 0;
        for (int i = from; i < event.length() && isDigit(event.byteAt(i)); i++) {
            value = 10 * value + event.byteAt(i) - '0';
        }
        return value;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }
}

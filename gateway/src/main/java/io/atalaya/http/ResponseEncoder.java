package io.atalaya.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Turns answers into bytes, head and body in one buffer. Thread-safe: what it keeps is immutable, the date line is
 * replaced as a whole once a second.
 */
public final class ResponseEncoder {
    private static final byte[] LENGTH = ascii("content-length: ");
    private static final byte[] CLOSE = ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("connection: keep-alive\r\n");
    private static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");
    private static final byte[] LINE_END = ascii("\r\n");
    private static final int FIXED_HEAD_BYTES = 160;

    /** IMF-fixdate (RFC 9110 section 5.6.7). */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final byte[][] statusLines = new byte[600][];
    private volatile DateLine date;

    /** @param clock for the Date field */
    public ResponseEncoder(InstantSource clock) {
        this.clock = clock;
        for (int status = 200; status < statusLines.length; status++) {
            statusLines[status] = ascii("HTTP/1.1 " + HttpResponseStatus.valueOf(status) + "\r\n");
        }
        this.date = DateLine.at(clock.instant());
    }

    /** The interim answer that asks for the body (RFC 9110 section 15.2.1). */
    ByteBuf encodeContinue(ByteBufAllocator allocator) {
        return allocator.ioBuffer(CONTINUE.length).writeBytes(CONTINUE);
    }

    /** @param bodyless the answer to a {@code HEAD}: length as if the body followed (RFC 9110 section 9.3.2) */
    ByteBuf encode(ByteBufAllocator allocator, Response response, boolean bodyless, Persistence persistence) {
        byte[] body = response.body();
        ByteBuf out =
                allocator.ioBuffer(FIXED_HEAD_BYTES + 48 * response.fields().size() + (bodyless ? 0 : body.length));
        writeHead(out, response);
        switch (persistence) {
            case DEFAULT -> {}
            case KEEP_ALIVE -> out.writeBytes(KEEP_ALIVE);
            case CLOSE -> out.writeBytes(CLOSE);
        }
        boolean hasLength = response.status() != 204 && response.status() != 304 && response.opened() == null;
        if (hasLength) {
            out.writeBytes(LENGTH);
            ByteBufUtil.writeAscii(out, Integer.toString(body.length));
            out.writeBytes(LINE_END).writeBytes(LINE_END);
            return bodyless ? out : out.writeBytes(body);
        }
        return out.writeBytes(LINE_END);
    }

    /** The last answer of a connection; the caller owns the bytes. */
    public ByteBuf last(ByteBufAllocator allocator, Response response) {
        return encode(allocator, response, false, Persistence.CLOSE);
    }

    /**
     * The head of an answer whose body follows and ends with the connection (RFC 9112 section 6.3); the caller owns the
     * bytes.
     */
    public ByteBuf openEnded(ByteBufAllocator allocator, Response head) {
        ByteBuf out = allocator.ioBuffer(FIXED_HEAD_BYTES + 48 * head.fields().size());
        writeHead(out, head);
        return out.writeBytes(CLOSE).writeBytes(LINE_END);
    }

    private void writeHead(ByteBuf out, Response response) {
        out.writeBytes(statusLines[response.status()]);
        for (Response.Field field : response.fields()) {
            ByteBufUtil.writeAscii(out, field.name());
            out.writeByte(':').writeByte(' ');
            ByteBufUtil.writeAscii(out, field.value());
            out.writeBytes(LINE_END);
        }
        out.writeBytes(dateLine());
    }

    private byte[] dateLine() {
        Instant now = clock.instant();
        DateLine line = date;
        if (line.epochSecond != now.getEpochSecond()) {
            line = DateLine.at(now);
            date = line;
        }
        return line.bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What the answer says about the connection's future. */
    enum Persistence {
        /** HTTP/1.1 stays open without a word. */
        DEFAULT,
        /** HTTP/1.0 stays open only when told. */
        KEEP_ALIVE,
        CLOSE
    }

    /** The encoded Date field of one second. Immutable. */
    private static final class DateLine {
        private final long epochSecond;
        private final byte[] bytes;

        private DateLine(long epochSecond, byte[] bytes) {
            this.epochSecond = epochSecond;
            this.bytes = bytes;
        }

        static DateLine at(Instant now) {
            return new DateLine(now.getEpochSecond(), ascii("date: " + DATE.format(now) + "\r\n"));
        }
    }
}

package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventFramesTest {
    private static final Cursor LONGEST = new Cursor(0xFFFF_FFFFL, Long.MAX_VALUE);

    private static Event open(String open) {
        var body = new Event.Body(open.getBytes(UTF_8));
        return new Event(new TenantId("1"), new EventId("e"), "ALL", Map.of(), body, Instant.EPOCH, 0, true);
    }

    private static Event event(int openLength) {
        return open("{\"n\":\"" + "x".repeat(openLength - 7) + "\"");
    }

    @Test
    void aDurableEventEndsWithItsCursor() {
        ByteBuf out = Unpooled.buffer();
        Event event = open("{\"type\":\"é\",\"ts\":\"t\"");

        EventFrames.encode(event, new Cursor(7, 36), out);

        assertThat(out.readUnsignedByte()).isEqualTo((short) 0x81);
        assertThat(out.readUnsignedByte()).isEqualTo((short) out.readableBytes());
        assertThat(out.toString(UTF_8)).isEqualTo("{\"type\":\"é\",\"ts\":\"t\",\"cursor\":\"7-10\"}");
    }

    @Test
    void anEphemeralEventHasNoCursor() {
        ByteBuf out = Unpooled.buffer();

        EventFrames.encode(open("{\"n\":\"a\""), null, out);

        assertThat(out.skipBytes(2).toString(UTF_8)).isEqualTo("{\"n\":\"a\"}");
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 90, 91, 92, 93, 94, 95, 123, 124, 125, 126, 65_498, 65_499, 65_500, 65_534, 65_535, 65_536})
    void theHeaderAnnouncesExactlyWhatFollowsAndTheBoundHolds(int openLength) {
        Event event = event(openLength);
        for (Cursor cursor : new Cursor[] {null, new Cursor(0, 1), LONGEST}) {
            ByteBuf out = Unpooled.buffer();
            EventFrames.encode(event, cursor, out);
            assertThat(out.writerIndex()).isLessThanOrEqualTo(Wire.WEBSOCKET.maxLength(event));
            out.readByte();
            int length = out.readUnsignedByte();
            long announced = length == 126 ? out.readUnsignedShort() : length == 127 ? out.readLong() : length;
            assertThat(announced).isEqualTo(out.readableBytes());
        }
    }
}

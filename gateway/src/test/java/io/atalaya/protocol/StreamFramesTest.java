package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

class StreamFramesTest {
    private static final Cursor CURSOR = new Cursor(7, 36);
    private static final Cursor LONGEST = new Cursor(0xFFFF_FFFFL, Long.MAX_VALUE);
    private static final JsonMapper JSON = new JsonMapper();

    private static Event open(String open) {
        var body = new Event.Body(open.getBytes(UTF_8));
        return new Event(new TenantId("1"), new EventId("e"), "ALL", Map.of(), body, Instant.EPOCH, 0, true);
    }

    private static String encoded(Event event, @Nullable Cursor cursor) {
        ByteBuf out = Unpooled.buffer();
        Wire.SSE.encode(event, cursor, out);
        return out.toString(UTF_8);
    }

    @Test
    void aDurableEventCarriesItsCursorAsId() {
        assertThat(encoded(open("{\"type\":\"é\""), CURSOR))
                .isEqualTo("id: 7-10\ndata: {\"type\":\"é\",\"cursor\":\"7-10\"}\n\n");
    }

    @Test
    void anEphemeralEventLeavesTheIdWhereItIs() {
        assertThat(encoded(open("{\"n\":\"a\""), null)).isEqualTo("data: {\"n\":\"a\"}\n\n");
    }

    @Test
    void aResendDoesNotTakeAClientBack() {
        ByteBuf out = Unpooled.buffer();

        Wire.SSE.encodeAgain(open("{\"n\":\"a\""), CURSOR, out);

        assertThat(out.toString(UTF_8)).isEqualTo("data: {\"n\":\"a\",\"cursor\":\"7-10\",\"redelivered\":true}\n\n");
    }

    @Test
    void lineBreaksBetweenTokensDoNotEndTheData() {
        String published = "{\r\n  \"n\" : \"a\\nb\",\n\t\"list\": [1,\r 2]";

        String frame = encoded(open(published), CURSOR);

        String[] lines = frame.split("\n|\r", -1);
        assertThat(lines).hasSize(4).startsWith("id: 7-10");
        String data = lines[1].substring("data: ".length());
        assertThat(JSON.readTree(data)).isEqualTo(JSON.readTree(published + ",\"cursor\":\"7-10\"}"));
    }

    @Test
    void aNoticeCarriesThePositionThatItTells() {
        ByteBuf out = RecoveryFrames.position(Wire.SSE, ByteBufAllocator.DEFAULT, CURSOR);

        assertThat(out.toString(UTF_8)).isEqualTo("id: 7-10\ndata: {\"type\":\"position\",\"cursor\":\"7-10\"}\n\n");
        out.release();
    }

    @Test
    void aGapOfEphemeralEventsCarriesNone() {
        ByteBuf out = Unpooled.buffer();

        RecoveryFrames.writeSlowGap(Wire.SSE, out, 3, null);

        assertThat(out.toString(UTF_8)).isEqualTo("data: {\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":3}\n\n");
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void aCloseIsAnEventOfItsOwn(CloseReason reason) {
        ByteBuf out = Wire.SSE.close(ByteBufAllocator.DEFAULT, reason);

        String frame = out.toString(US_ASCII);
        assertThat(frame).startsWith("event: close\ndata: {").endsWith("}\n\n");
        var data = JSON.readTree(frame.substring(frame.indexOf('{')));
        assertThat(data.path("code").intValue()).isEqualTo(reason.code());
        assertThat(data.path("reason").stringValue()).isEqualTo(reason.text());
        out.release();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void theBoundHoldsOverEveryWire(Wire wire) {
        for (int length : new int[] {7, 125, 126, 65_535, 65_536}) {
            Event event = open("{\"n\":\"" + "x".repeat(length) + "\"");
            ByteBuf out = Unpooled.buffer();

            wire.encodeAgain(event, LONGEST, out);
            int again = out.writerIndex();
            wire.encode(event, LONGEST, out);

            assertThat(again).isLessThanOrEqualTo(wire.maxLength(event));
            assertThat(out.writerIndex() - again).isLessThanOrEqualTo(wire.maxLength(event));
        }
    }
}

package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Byte for byte against the drawing of RFC 6455 section 5.2. */
class WebSocketFramesTest {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private static String hex(ByteBuf frame) {
        try {
            return ByteBufUtil.hexDump(frame);
        } finally {
            frame.release();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8100",
        "1, 8101",
        "125, 817d",
        "126, 817e007e",
        "127, 817e007f",
        "65535, 817effff",
        "65536, 817f0000000000010000",
        "70000, 817f0000000000011170"
    })
    void aTextFrameHasTheShortestHeaderForItsLength(int length, String header) {
        byte[] payload = "x".repeat(length).getBytes(UTF_8);

        String frame = hex(WebSocketFrames.text(ALLOCATOR, payload));

        assertThat(frame).isEqualTo(header + "78".repeat(length));
        assertThat(WebSocketFrames.headerLength(length)).isEqualTo(header.length() / 2);
    }

    @Test
    void aHeaderAloneIsWrittenWhereTheBufferStands() {
        ByteBuf out = Unpooled.buffer().writeByte(0xEE);

        WebSocketFrames.writeTextHeader(out, 200);

        assertThat(hex(out)).isEqualTo("ee817e00c8");
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void aCloseFrameCarriesCodeAndText(CloseReason reason) {
        ByteBuf frame = WebSocketFrames.close(ALLOCATOR, reason);

        assertThat(frame.readUnsignedByte()).isEqualTo((short) 0x88);
        assertThat((int) frame.readUnsignedByte()).isEqualTo(frame.readableBytes());
        assertThat(frame.readUnsignedShort()).isEqualTo(reason.code());
        assertThat(frame.toString(UTF_8)).isEqualTo(reason.text());
        frame.release();
    }

    @ParameterizedTest
    @CsvSource({"1000, 880203e8", "4999, 88021387", "0, 8800", "-1, 8800"})
    void theAnswerToACloseRepeatsItsCodeIfItHadOne(int code, String frame) {
        assertThat(hex(WebSocketFrames.closeEcho(ALLOCATOR, code))).isEqualTo(frame);
    }

    @Test
    void aPingCarriesEightBytes() {
        assertThat(hex(WebSocketFrames.ping(ALLOCATOR, 0x0102_0304_0506_0708L))).isEqualTo("89080102030405060708");
    }

    @Test
    void aPongRepeatsThePayloadAndLeavesItToItsOwner() {
        ByteBuf payload = Unpooled.buffer().writeBytes("?abc".getBytes(UTF_8)).skipBytes(1);

        String frame = hex(WebSocketFrames.pong(ALLOCATOR, payload));

        assertThat(frame).isEqualTo("8a03616263");
        assertThat(payload.toString(UTF_8)).isEqualTo("abc");
        assertThat(payload.release()).isTrue();
    }

    @Test
    void thePongOfTheLongestControlFrameFits() {
        ByteBuf payload = Unpooled.wrappedBuffer(new byte[125]);

        assertThat(hex(WebSocketFrames.pong(ALLOCATOR, payload)))
                .startsWith("8a7d00")
                .hasSize(2 * 127);
    }
}

package io.atalaya.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFramesTest {
    private static final int MASK = 0x12F4_5678;

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 125, 126, 65_535, 65_536})
    void aTextIsMaskedAndComesBackWhenUnmasked(int length) {
        String text = "é".repeat(length / 2) + "x".repeat(length % 2);

        ByteBuf frame = ClientFrames.text(UnpooledByteBufAllocator.DEFAULT, text, MASK);

        assertThat(frame.getUnsignedByte(0)).isEqualTo((short) 0x81);
        assertThat(frame.getUnsignedByte(1) & 0x80).isEqualTo(0x80);
        assertThat(new String(unmasked(frame), StandardCharsets.UTF_8)).isEqualTo(text);
        frame.release();
    }

    @Test
    void aCloseReasonThatIsTooLongIsCutBetweenCharacters() {
        ByteBuf frame =
                ClientFrames.close(UnpooledByteBufAllocator.DEFAULT, new CloseCode(4000), "ñ".repeat(100), MASK);

        byte[] payload = unmasked(frame);

        assertThat(payload).hasSizeLessThanOrEqualTo(125);
        assertThat(((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF)).isEqualTo(4000);
        assertThat(new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8))
                .isEqualTo("ñ".repeat(61));
        frame.release();
    }

    private static byte[] unmasked(ByteBuf frame) {
        int short7 = frame.getUnsignedByte(1) & 0x7F;
        int header = short7 == 126 ? 4 : short7 == 127 ? 10 : 2;
        int mask = frame.getInt(header);
        byte[] payload = new byte[frame.readableBytes() - header - 4];
        frame.getBytes(header + 4, payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= (byte) (mask >>> (24 - 8 * (i % 4)));
        }
        return payload;
    }
}

package io.atalaya.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static final int[] INTERESTING = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF,
        0xF0, 0xF1, 0xF4, 0xF5, 0xFF
    };

    @Test
    void agreesWithThePlatform() {
        long seed = 3L;
        var random = new Random(seed);
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
            }

            int error = Utf8.firstError(bytes, 0, bytes.length);

            assertThat(error < 0).as("seed %d round %d", seed, round).isEqualTo(platformAccepts(bytes));
        }
    }

    @Test
    void looksOnlyAtItsRange() {
        byte[] bytes = {(byte) 0xFF, 'a', 'b', (byte) 0xC3, (byte) 0xA9, (byte) 0xFF};

        assertThat(Utf8.firstError(bytes, 1, 5)).isNegative();
        assertThat(Utf8.firstError(bytes, 1, 4)).isEqualTo(3);
    }

    private static boolean platformAccepts(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}

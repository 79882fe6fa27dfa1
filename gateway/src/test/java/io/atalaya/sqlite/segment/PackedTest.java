package io.atalaya.sqlite.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedTest {
    private static void comesBack(long... numbers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeInt(7);
        Packed.write(numbers, out);
        out.writeInt(8);
        var in = ByteBuffer.wrap(bytes.toByteArray());

        var packed = new Packed(in, Integer.BYTES);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(packed.get(i)).as("number %d", i).isEqualTo(numbers[i]);
        }
        assertThat(in.getInt(packed.end(numbers.length))).isEqualTo(8);
    }

    @Test
    void theBoundsOfEachWidthComeBack() throws IOException {
        comesBack(5);
        comesBack(5, 5, 5);
        comesBack(0, 0xFF);
        comesBack(-1, 0xFF);
        comesBack(0, 0xFFFF);
        comesBack(0, 0x1_0000);
        comesBack(0, 0xFFFF_FFFFL);
        comesBack(0, 0x1_0000_0000L);
        comesBack(Long.MIN_VALUE, 0, Long.MAX_VALUE);
        comesBack(Long.MAX_VALUE, Long.MAX_VALUE - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 9, 16, 17, 31, 32, 33, 63, 64})
    void numbersOfAnySizeComeBack(int bits) throws IOException {
        var random = new Random(bits);
        for (int round = 0; round < 50; round++) {
            long from = random.nextLong();
            comesBack(random.longs(1 + random.nextInt(300))
                    .map(number -> from + (number >>> (64 - bits)))
                    .toArray());
        }
    }

    @Test
    void littleDifferenceTakesLittleRoom() {
        long[] numbers = new Random(1).longs(1_000, 1L << 60, (1L << 60) + 200).toArray();

        assertThat(Packed.bytesOf(numbers)).hasSize(8 + 1 + 1_000);
    }
}

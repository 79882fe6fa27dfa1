package io.atalaya.sqlite.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.sqlite.IdHash;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SieveTest {
    private static final IdHash HASH = new IdHash(new byte[IdHash.KEY_BYTES]);

    private static byte[] words(Map<String, List<String>> columns) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeInt(columns.size());
        for (var column : columns.entrySet()) {
            Words.write(column.getKey(), column.getValue(), out);
        }
        return bytes.toByteArray();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static boolean mayHave(byte[] sieve, Map<String, String> equal) {
        return Sieve.mayHave(sieve, Sieve.prints(equal, HASH));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 25, 26, 4_000})
    void whatIsThereIsNeverDenied(int texts) throws IOException {
        byte[] sieve = Sieve.of(words(Map.of("a", numbers(0, texts), "b", List.of("", "ñandú", "\uD83C\uDF55"))), HASH);

        assertThat(numbers(0, texts)).allMatch(text -> mayHave(sieve, Map.of("a", text)));
        assertThat(List.of("", "ñandú", "\uD83C\uDF55")).allMatch(text -> mayHave(sieve, Map.of("b", text)));
        assertThat(mayHave(sieve, Map.of())).isTrue();
    }

    @Test
    void mostOfWhatIsNotThereIsDenied() throws IOException {
        byte[] sieve = Sieve.of(words(Map.of("a", numbers(0, 4_000), "b", numbers(0, 50))), HASH);

        long passed = IntStream.range(4_000, 104_000)
                .filter(number -> mayHave(sieve, Map.of("a", "" + number)))
                .count();

        assertThat(passed).as("of 100,000").isBetween(1L, 3_000L);
        assertThat(sieve).as("ten bits a text").hasSizeLessThan(5_200);
    }

    @Test
    void theTextOfOneColumnIsNoneOfAnotherAndAllThatIsAskedForMustBeThere() throws IOException {
        byte[] sieve = Sieve.of(words(Map.of("a", List.of("1"), "b", List.of("2"))), HASH);

        assertThat(mayHave(sieve, Map.of("a", "1", "b", "2"))).isTrue();
        assertThat(mayHave(sieve, Map.of("a", "2"))).isFalse();
        assertThat(mayHave(sieve, Map.of("a", "1", "b", "1"))).isFalse();
        assertThat(mayHave(sieve, Map.of("a", "1", "c", "1"))).isFalse();
    }

    @Test
    void aSieveOfAnotherVersionDeniesNothing() throws IOException {
        byte[] sieve = Sieve.of(words(Map.of("a", List.of("1"))), HASH);
        sieve[0] = 2;

        assertThat(mayHave(sieve, Map.of("a", "2"))).isTrue();
        assertThat(mayHave(new byte[0], Map.of("a", "2"))).isTrue();
    }
}

package io.atalaya.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTextTest {
    @Test
    void isAJsonObjectWithItsMembersInOrder() {
        assertThat(ScopeText.write(Map.of("sector_id", "5", "branch_id", "3")))
                .isEqualTo("{\"branch_id\":\"3\",\"sector_id\":\"5\"}");
        assertThat(ScopeText.write(Map.of())).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void comesBackWhateverIsInIt(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            var scope = new HashMap<String, String>();
            for (int member = random.nextInt(4); member > 0; member--) {
                scope.put(text(random), text(random));
            }
            assertThat(ScopeText.read(ScopeText.write(scope)))
                    .as("seed %d", seed)
                    .isEqualTo(scope);
        }
    }

    @Test
    void readsWhatADatabaseHasMadeOfIt() {
        assertThat(ScopeText.read("{\"a\": \"1\\n\\t\\\"\", \"b\": \"\\u0001 2\"}"))
                .isEqualTo(Map.of("a", "1\n\t\"", "b", "\u0001 2"));
    }

    private static String text(Random random) {
        String letters = "ab\"\\/{}:,u0\n\t\u0000é€\uD83D\uDE00\uD800";
        var text = new StringBuilder();
        for (int length = random.nextInt(6); length > 0; length--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\"}", "{\"a\":\"b\"", "{\"a\":\"b", "{\"a\":\"\\u00\"}", "[]"})
    void refusesWhatItDidNotWrite(String text) {
        assertThatThrownBy(() -> ScopeText.read(text)).isInstanceOf(IllegalArgumentException.class);
    }
}

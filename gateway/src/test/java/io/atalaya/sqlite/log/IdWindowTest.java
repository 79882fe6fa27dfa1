package io.atalaya.sqlite.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdWindowTest {
    @Test
    void findsAnIdByItsHashUntilItIsForgotten() {
        var ids = new IdWindow(7);
        ids.add(1);
        ids.add(2);

        assertThat(ids.find(1, _ -> true)).isEqualTo(7);
        assertThat(ids.find(2, _ -> true)).isEqualTo(8);
        ids.removeFirst();
        assertThat(ids.find(1, _ -> true)).isZero();
        assertThat(ids.first()).isEqualTo(8);
    }

    @Test
    void idsOfOneHashAreToldApartByTheCaller() {
        var ids = new IdWindow(1);
        ids.add(5);
        ids.add(5);
        ids.add(5);

        assertThat(ids.find(5, offset -> offset == 2)).isEqualTo(2);
        assertThat(ids.find(5, _ -> false)).isZero();
    }

    /** Few hashes, so that probes are long and wrap around; all operations against a map. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithAMap(long seed) {
        var random = new Random(seed);
        var ids = new IdWindow(100);
        var model = new TreeMap<Long, Long>();
        long next = 100;
        for (int step = 0; step < 20_000; step++) {
            int kind = random.nextInt(10);
            if (kind < 6) {
                long hash = random.nextInt(3) == 0 ? random.nextInt(40) - 20L : random.nextLong();
                ids.add(hash);
                model.put(next++, hash);
            } else if (kind < 9 && !model.isEmpty()) {
                ids.removeFirst();
                model.pollFirstEntry();
            } else if (!model.isEmpty()) {
                long from = next - random.nextInt(Math.min(5, model.size()) + 1);
                ids.removeFrom(from);
                model.tailMap(from, true).clear();
                next = from;
            }
            if (step % 500 == 0) {
                assertSame("seed %d, step %d".formatted(seed, step), ids, model);
            }
        }
        assertSame("seed " + seed, ids, model);
    }

    private static void assertSame(String when, IdWindow ids, Map<Long, Long> model) {
        assertThat(ids.size()).as(when).isEqualTo(model.size());
        var found = new HashMap<Long, Long>();
        model.forEach((offset, hash) -> found.put(ids.find(hash, at -> at == offset), hash));
        assertThat(found).as(when).isEqualTo(model);
    }
}

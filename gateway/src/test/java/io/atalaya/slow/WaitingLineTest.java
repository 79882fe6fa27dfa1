package io.atalaya.slow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingLineTest {
    private static final long ROOMY = 1 << 20;

    private final List<String> conflated = new ArrayList<>();
    private final List<String> dropped = new ArrayList<>();
    private final WaitingLine line = new WaitingLine(new WaitingLine.Fate() {
        @Override
        public void onConflated(String type) {
            conflated.add(type);
        }

        @Override
        public void onDropped(String type) {
            dropped.add(type);
        }
    });
    private long offset;

    private boolean add(String text, @Nullable Handling handling, long room) {
        return line.add(text.getBytes(UTF_8), 1, handling, ++offset, offset, room);
    }

    private boolean keep(String text) {
        return add(text, null, ROOMY);
    }

    private Handling latestOf(String key) {
        return new Handling("LATEST", new Cursor(7, offset + 1), key);
    }

    private Handling droppable() {
        return new Handling("DROP", new Cursor(7, offset + 1), null);
    }

    private List<String> takeAll(int maxBytes) {
        var batches = new ArrayList<String>();
        while (!line.isEmpty()) {
            WaitingLine.Batch batch = line.take(ByteBufAllocator.DEFAULT, maxBytes);
            batches.add(readable(batch.frames()));
        }
        assertThat(line.bytes()).isZero();
        assertThat(line.events()).isZero();
        return batches;
    }

    /** Frames of the test are plain texts; gaps have a header of two bytes. */
    private static String readable(ByteBuf frames) {
        String text = frames.toString(UTF_8);
        frames.release();
        return text.replaceAll("[^\\x20-\\x7e].(?=\\{\"type\":\"gap\")", "");
    }

    @Test
    void whatIsKeptComesInOrder() {
        keep("a");
        keep("b");
        keep("c");

        assertThat(line.events()).isEqualTo(3);
        assertThat(takeAll(1_000)).containsExactly("abc");
    }

    @Test
    void aBatchHasNoMoreBytesThanAskedForButAtLeastOneFrame() {
        keep("aaaa");
        keep("bb");
        keep("cc");
        keep("dddddddd");

        assertThat(takeAll(4)).containsExactly("aaaa", "bbcc", "dddddddd");
    }

    @Test
    void aBatchIsAsOldAsItsFirstFrame() {
        keep("a");
        keep("b");

        WaitingLine.Batch batch = line.take(ByteBufAllocator.DEFAULT, 1_000);
        batch.frames().release();

        assertThat(batch.sinceNanos()).isEqualTo(1);
        assertThat(batch.events()).isEqualTo(2);
    }

    @Test
    void theLatestOfAKeyReplacesTheOneBeforeAndStandsAtTheEnd() {
        add("x1", latestOf("x"), ROOMY);
        keep("k");
        add("y1", latestOf("y"), ROOMY);
        add("x2", latestOf("x"), ROOMY);
        add("x3", latestOf("x"), ROOMY);

        assertThat(line.events()).isEqualTo(3);
        assertThat(conflated).containsExactly("LATEST", "LATEST");
        assertThat(takeAll(1_000)).containsExactly("ky1x3");
    }

    @Test
    void whatWasTakenIsReplacedByNothing() {
        add("x1", latestOf("x"), ROOMY);
        assertThat(takeAll(1_000)).containsExactly("x1");

        add("x2", latestOf("x"), ROOMY);

        assertThat(conflated).isEmpty();
        assertThat(takeAll(1_000)).containsExactly("x2");
    }

    @Test
    void withoutRoomTheOldestDroppableOnesBecomeOneGapInTheirPlace() {
        keep("k");
        for (int i = 0; i < 5; i++) {
            add("d" + i, droppable(), ROOMY);
        }
        long room = line.bytes() - 150;

        assertThat(add("last", null, room)).isTrue();

        assertThat(line.bytes()).isLessThanOrEqualTo(room);
        int gone = dropped.size();
        assertThat(gone).isBetween(2, 5);
        var rest = new StringBuilder(
                "k{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":" + gone + ",\"cursor\":\"7-" + (1 + gone) + "\"}");
        for (int i = gone; i < 5; i++) {
            rest.append('d').append(i);
        }
        assertThat(takeAll(1_000)).containsExactly(rest + "last");
    }

    @Test
    void eventsThatWereNeverLoggedLeaveAGapWithoutCursor() {
        keep("k");
        add("d", new Handling("DROP", null, null), 150);

        assertThat(takeAll(1_000)).containsExactly("k{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":1}");
    }

    @Test
    void gapsThatBecomeNeighboursBecomeOne() {
        add("d1", droppable(), 0);
        add("x1", latestOf("x"), ROOMY);
        add("d2", droppable(), 0);
        add("x2", latestOf("x"), ROOMY);

        assertThat(dropped).hasSize(2);
        assertThat(takeAll(1_000))
                .containsExactly("{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":2,\"cursor\":\"7-3\"}x2");
    }

    @Test
    void whatHasToBeKeptAndDoesNotFitIsRefused() {
        keep("k");

        assertThat(add("l", null, 100)).isFalse();
    }

    @Test
    void conflatedEventsNeedNoRoom() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(add("x", latestOf("x"), 500)).isTrue();
        }

        assertThat(conflated).hasSize(9_999);
        assertThat(line.events()).isEqualTo(1);
        assertThat(takeAll(1_000)).containsExactly("x");
    }

    /** Random additions and takings against a plain list; every event ends in exactly one state. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyEventIsTakenConflatedOrDropped(long seed) {
        var random = new Random(seed);
        var taken = new StringBuilder();
        Map<String, Integer> latest = new HashMap<>();
        var kept = new ArrayList<String>();
        int added = 0;
        int takenEvents = 0;
        for (int step = 0; step < 3_000; step++) {
            if (random.nextInt(9) > 0) {
                String name = "<" + step + ">";
                boolean keep = line.bytes() < 1_000 && random.nextInt(3) == 0;
                Handling handling = random.nextBoolean() ? latestOf("k" + random.nextInt(5)) : droppable();
                add(name, keep ? null : handling, 2_000);
                added++;
                if (keep) {
                    kept.add(name);
                } else if (handling.latestOf() != null) {
                    latest.put(handling.latestOf(), step);
                }
            } else if (!line.isEmpty()) {
                WaitingLine.Batch batch = line.take(ByteBufAllocator.DEFAULT, random.nextInt(60));
                takenEvents += batch.events();
                taken.append(readable(batch.frames()));
            }
            assertThat(takenEvents + conflated.size() + dropped.size() + line.events())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(added);
        }
        taken.append(String.join("", takeAll(500)));
        String all = taken.toString();
        assertThat(all)
                .as("seed %d", seed)
                .contains(latest.values().stream().map(n -> "<" + n + ">").toList());
        assertThat(all).as("seed %d", seed).contains(kept);
        assertThat(all.split("\"dropped\":", -1).length - 1).isPositive();
        List<Integer> order = java.util.regex.Pattern.compile("<(\\d+)>")
                .matcher(all)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
        assertThat(order).as("seed %d", seed).isSorted();
        assertThat(new HashSet<>(order)).hasSameSizeAs(order);
        int told = java.util.regex.Pattern.compile("\"dropped\":(\\d+)")
                .matcher(all)
                .results()
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .sum();
        assertThat(told).as("seed %d: drops told", seed).isEqualTo(dropped.size());
    }
}

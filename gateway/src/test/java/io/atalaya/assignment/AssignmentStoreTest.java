package io.atalaya.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.event.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AssignmentStoreTest {
    private static final TenantId ONE = new TenantId("1");
    private static final TenantId TWO = new TenantId("2");
    private static final Day TODAY = new Day.On(LocalDate.parse("2030-06-01"));
    private static final Day TOMORROW = new Day.On(LocalDate.parse("2030-06-02"));
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2030-06-01T23:30:00Z"), ZoneId.of("UTC"));

    private final List<List<Entry>> kept = new ArrayList<>();
    private final AssignmentStore store = new AssignmentStore(List.of(), CLOCK, kept::add);

    @Test
    void answersWithWhatHoldsTodayAndDaily() {
        store.put(new Entry(ONE, "7", TODAY, sector(5)));
        store.put(new Entry(ONE, "7", TOMORROW, sector(6)));
        store.put(new Entry(ONE, "7", new Day.Daily(), sector(8)));
        store.put(new Entry(ONE, "7", new Day.Daily(), sector(5)));

        assertThat(known(store, ONE, "7")).containsExactly(sector(5), sector(8));
        assertThat(store.refresh(ONE, "7").toCompletableFuture().join()).containsExactly(sector(5), sector(8));
    }

    @Test
    void endsTheDayAtMidnightOfItsZone() {
        var farEast = new AssignmentStore(
                List.of(new Entry(ONE, "7", TOMORROW, sector(6))),
                CLOCK.withZone(ZoneId.of("Asia/Tokyo")),
                AssignmentStore.Keeper.none());

        assertThat(known(farEast, ONE, "7")).containsExactly(sector(6));
    }

    @Test
    void keepsTenantsApart() {
        store.put(new Entry(ONE, "7", TODAY, sector(5)));

        assertThat(known(store, TWO, "7")).isEmpty();
        assertThat(store.list(TWO)).isEmpty();
        assertThat(store.remove(new Entry(TWO, "7", TODAY, sector(5)))).isFalse();
        assertThat(known(store, ONE, "7")).containsExactly(sector(5));
    }

    @Test
    void keepsEachEditBeforeItTakesEffect() {
        var entry = new Entry(ONE, "7", TODAY, sector(5));

        assertThat(store.put(entry)).isTrue();
        assertThat(store.put(entry)).isFalse();
        assertThat(store.remove(entry)).isTrue();
        assertThat(store.remove(entry)).isFalse();

        assertThat(kept).containsExactly(List.of(entry), List.of());
    }

    @Test
    void changesNothingWhenAnEditCannotBeKept() {
        var entry = new Entry(ONE, "7", TODAY, sector(5));
        var full = new AssignmentStore(List.of(entry), CLOCK, _ -> {
            throw new AssignmentException("disk full");
        });

        assertThatThrownBy(() -> full.put(new Entry(ONE, "7", TODAY, sector(6))))
                .isInstanceOf(AssignmentException.class);
        assertThatThrownBy(() -> full.remove(entry)).isInstanceOf(AssignmentException.class);

        assertThat(full.list(ONE)).containsExactly(entry);
    }

    @Test
    void behavesLikeASetWhateverIsEdited() {
        long seed = 99L;
        var random = new Random(seed);
        Set<Entry> model = new HashSet<>();

        for (int i = 0; i < 2_000; i++) {
            var entry = new Entry(
                    random.nextBoolean() ? ONE : TWO,
                    "" + random.nextInt(3),
                    random.nextBoolean() ? TODAY : TOMORROW,
                    sector(random.nextInt(4)));
            boolean changed = random.nextBoolean()
                    ? store.put(entry) == model.add(entry)
                    : store.remove(entry) == model.remove(entry);
            assertThat(changed).as("seed %d, round %d", seed, i).isTrue();
        }

        for (TenantId tenant : List.of(ONE, TWO)) {
            for (String user : List.of("0", "1", "2")) {
                List<Assignment> expected = model.stream()
                        .filter(entry ->
                                entry.tenant().equals(tenant) && entry.subject().equals(user))
                        .filter(entry -> entry.day().equals(TODAY))
                        .map(Entry::assignment)
                        .toList();
                assertThat(known(store, tenant, user)).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    static Assignment sector(int id) {
        return new Assignment(Map.of("sector_id", "" + id));
    }

    static List<Assignment> known(Assignments assignments, TenantId tenant, String user) {
        var answer = assignments.of(tenant, user).toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }
}

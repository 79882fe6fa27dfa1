package io.atalaya.assignment;

import static io.atalaya.assignment.AssignmentStoreTest.sector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.event.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlAssignmentsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path path;

    @BeforeEach
    void nameTheFile() {
        path = directory.resolve("assignments.yaml");
    }

    @Test
    void readsEntriesOfADayAndDaily() throws IOException {
        var file = file("""
                assignments:
                  - tenant: 1
                    user: 7
                    day: 2030-06-01
                    scope: {branch_id: 3, sector_id: 5}
                  - {tenant: acme, user: "eight", scope: {sector_id: "6"}}
                """);

        YamlAssignments.Loaded loaded = file.load();

        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.entries())
                .containsExactly(
                        new Entry(
                                new TenantId("1"),
                                "7",
                                new Day.On(LocalDate.parse("2030-06-01")),
                                new Assignment(Map.of("branch_id", "3", "sector_id", "5"))),
                        new Entry(new TenantId("acme"), "eight", new Day.Daily(), sector(6)));
    }

    @Test
    void reportsEveryProblemWithItsLine() throws IOException {
        var file = file("""
                assignments:
                  - tenant: a b
                    user: ""
                    day: tomorrow
                    scope: {}
                  - tenant: 1
                    table: 4
                    scope: 5
                  - 12
                  - tenant: 1
                    tenant: 2
                    user: [7]
                    scope: {sector_id: }
                  - {tenant: 1, user: 7, scope: {sector_id: 5}}
                others: {}
                """);

        YamlAssignments.Loaded loaded = file.load();

        assertThat(loaded.problems().stream()
                        .map(problem -> problem.substring(path.toString().length())))
                .containsExactly(
                        ":11:5: assignments[3].tenant: the key a second time (expected: once; it is on line 10 already)",
                        ":15:1: others: an unknown key (expected: one of assignments)",
                        ":2:13: assignments[0].tenant: a b (expected: 1 to 64 of [A-Za-z0-9._-])",
                        ":3:11: assignments[0].user: an empty text (expected: a user id)",
                        ":4:10: assignments[0].day: tomorrow (expected: daily, or a date like 2030-12-31)",
                        ":5:12: assignments[0].scope: nothing in it (expected: at least one member, such as sector_id: 5)",
                        ":6:5: assignments[1].user: nothing (expected: a user id)",
                        ":8:12: assignments[1].scope: 5 (expected: a mapping of names to values)",
                        ":7:5: assignments[1].table: an unknown key (expected: one of tenant, user, day, scope)",
                        ":9:5: assignments[2]: 12 (expected: a mapping of keys to values)",
                        ":12:11: assignments[3].user: a list (expected: a user id)",
                        ":13:23: assignments[3].scope.sector_id: nothing (expected: a text or a number)");
        assertThat(loaded.entries()).hasSize(1);
    }

    @Test
    void reportsBrokenSyntaxAnEmptyFileAndAMissingOne() throws IOException {
        assertThat(file("assignments: [}").load().problems())
                .singleElement()
                .asString()
                .contains(":1:");
        assertThat(file("").load().problems())
                .singleElement()
                .asString()
                .contains("assignments: nothing (expected: a list");
        assertThat(file("assignments: 5").load().problems())
                .singleElement()
                .asString()
                .contains("assignments: 5 (expected: a list");
        assertThat(new YamlAssignments(directory.resolve("none.yaml")).load().problems())
                .singleElement()
                .asString()
                .contains("not readable");
    }

    @Test
    void readsWhatItWroteWhateverTheTexts() throws IOException {
        var file = file("assignments: []");
        file.load();
        List<Entry> entries = List.of(
                new Entry(new TenantId("1"), "007", new Day.Daily(), new Assignment(Map.of("a", "1e3", "b", "yes"))),
                new Entry(new TenantId("0x1"), "- x: #y\n", new Day.Daily(), new Assignment(Map.of("null", "~"))),
                new Entry(new TenantId("1.0"), "ñ€", new Day.On(LocalDate.parse("2030-06-01")), sector(5)));

        file.keep(entries);

        assertThat(file.load()).isEqualTo(new YamlAssignments.Loaded(entries, List.of()));
    }

    @Test
    void writesNothingThatItCouldNotReadAgain() throws IOException {
        var file = file("assignments: []");
        file.load();
        var many = new ArrayList<Entry>();
        for (int i = 0; i < 25_000; i++) {
            many.add(new Entry(new TenantId("tenant-" + i), "user-" + i, new Day.Daily(), sector(i)));
        }
        file.keep(many);
        assertThat(file.load()).isEqualTo(new YamlAssignments.Loaded(many, List.of()));

        assertThatThrownBy(() -> file.keep(Collections.nCopies(50_000, many.getFirst())))
                .isInstanceOf(AssignmentException.class)
                .hasMessageContaining("characters (expected: at most 3000000)");

        assertThat(file.load().entries()).hasSize(25_000);
    }

    @Test
    void replacesTheFileAndLeavesNothingElse() throws IOException {
        var file = file("assignments: []");
        file.load();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));

        file.keep(List.of());
        file.keep(List.of());

        assertThat(directory.toFile().list()).containsExactly("assignments.yaml");
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void leavesAFileAloneThatSomebodyElseChanged() throws IOException {
        var file = file("assignments: []");
        file.load();
        Files.writeString(path, "assignments: [] # mine\n");

        assertThatThrownBy(() -> file.keep(List.of()))
                .isInstanceOf(AssignmentException.class)
                .hasMessageContaining("changed since it was read");

        assertThat(path).hasContent("assignments: [] # mine");
    }

    @Test
    void survivesAnyInput() throws IOException {
        String good = "assignments:\n  - {tenant: 1, user: 7, day: daily, scope: {sector_id: 5}}\n";
        long seed = 17L;
        var random = new Random(seed);

        for (int i = 0; i < 2_000; i++) {
            var text = new StringBuilder(good);
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                int at = random.nextInt(text.length());
                text.replace(at, at + random.nextInt(2), "" + "{}[]:,-&*!|>'\"%@#? \n\t0".charAt(random.nextInt(22)));
            }
            assertThat(new AssignmentReader("f").read(text.toString()))
                    .as("seed %d, round %d", seed, i)
                    .isNotNull();
        }
    }

    private YamlAssignments file(String content) throws IOException {
        Files.writeString(path, content);
        return new YamlAssignments(path);
    }
}

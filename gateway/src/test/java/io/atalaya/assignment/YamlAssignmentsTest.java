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
                    scope: {sector_id: 1.5}
                  - {tenant: 1, user: 7, scope: {sector_id: 5}}
                others: {}
                """);

        YamlAssignments.Loaded loaded = file.load();

        assertThat(loaded.problems().stream()
                        .map(problem -> problem.substring(path.toString().length())))
                .containsExactly(
                        ":5: scope: empty (expected: at least one member, like sector_id: 5)",
                        ":2: tenant: 'a b' (expected: 1 to 64 of [A-Za-z0-9._-])",
                        ":2: user: empty (expected: a user id)",
                        ":2: day: 'tomorrow' (expected: daily, or a date like 2030-12-31)",
                        ":7: table: unknown (expected: tenant, user, day, scope)",
                        ":8: scope: not a mapping (expected: {branch_id: 3, sector_id: 5})",
                        ":6: user: missing",
                        ":9: not an assignment (expected: tenant, user, day and scope)",
                        ":11: tenant: given twice (expected: once)",
                        ":12: user: not a text or an integer",
                        ":13: sector_id: not a text or an integer",
                        ":13: scope: empty (expected: at least one member, like sector_id: 5)",
                        ":15: others: unknown (expected: assignments)");
        assertThat(loaded.entries()).hasSize(1);
    }

    @Test
    void reportsBrokenSyntaxAnEmptyFileAndAMissingOne() throws IOException {
        assertThat(file("assignments: [}").load().problems())
                .singleElement()
                .asString()
                .contains(":1: not YAML");
        assertThat(file("").load().problems()).singleElement().asString().contains("no member 'assignments'");
        assertThat(file("assignments: 5").load().problems())
                .singleElement()
                .asString()
                .contains("not a list");
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
            assertThat(new AssignmentReader("f")
                            .read(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .as("seed %d, round %d", seed, i)
                    .isNotNull();
        }
    }

    private YamlAssignments file(String content) throws IOException {
        Files.writeString(path, content);
        return new YamlAssignments(path);
    }
}

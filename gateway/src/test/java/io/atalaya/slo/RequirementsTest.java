package io.atalaya.slo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that says what became of every requirement names them all, and names nothing that does not exist. */
class RequirementsTest {
    private static final Path PAGE = Path.of("../docs/requirements.md");
    private static final Set<String> STATES = Set.of("done", "partly", "not yet", "elsewhere", "a rule");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ((?:\\d{3}-|C)\\S+) \\| ([^|]+) \\| (.+) \\|$");
    private static final Pattern ITEM = Pattern.compile("((?:\\d{3}-)?[A-Z](?:\\d*\\.)?)(\\d+)(?:–(\\d+))?");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern SERIES = Pattern.compile(
            "(atalaya|ggrt|websocket|wsgateway|http|bot|pg|events|batch|batches|buffer|business|process|circuit|health|database)_[a-z0-9_]+");
    private static final Pattern ALERT_NAME = Pattern.compile("(?:[A-Z][A-Za-z0-9]+){2,}");
    private static final Pattern ALERT = Pattern.compile("(?m)^    ([A-Z]\\w+):$");

    /** Groups of items with how many each has; two-digit numbers keep their zero in contradictions. */
    private static final List<String> GROUPS = List.of(
            "C 32",
            "000-M 9",
            "000-R 11",
            "001-O 7",
            "001-D 11",
            "001-T1. 7",
            "001-T2. 9",
            "001-T3. 6",
            "001-T4. 7",
            "001-A 19",
            "001-K 5",
            "001-T6. 6",
            "001-C 6",
            "001-T7. 5",
            "001-T8. 3",
            "001-T9. 3",
            "001-X 3",
            "001-T10. 6",
            "001-T11. 3",
            "001-T12. 3",
            "001-T13. 6",
            "001-T14. 4",
            "001-E 1",
            "001-T15. 5",
            "001-T16. 5",
            "001-T17. 5",
            "001-T18. 4",
            "001-T19. 4",
            "001-T20. 4",
            "001-T21. 3",
            "001-B 1",
            "001-T22. 6",
            "001-T23. 6",
            "001-T24. 10",
            "001-G 1",
            "002-E 1",
            "002-M 10",
            "002-P 6",
            "002-A 4",
            "002-R 6",
            "003-J 3",
            "003-E 7",
            "003-M 23",
            "003-A 4",
            "003-P 17",
            "003-R 5",
            "004-E 3",
            "004-M 10",
            "004-T 18");

    private record Row(List<String> items, String state, String where) {}

    private static List<Row> rows() throws IOException {
        return ROW.matcher(Files.readString(PAGE))
                .results()
                .map(row -> new Row(items(row.group(1)), row.group(2), row.group(3)))
                .toList();
    }

    /** {@code 001-T4.5–7} are three items. */
    private static List<String> items(String text) {
        var match = ITEM.matcher(text);
        assertThat(match.matches()).as("an item: %s", text).isTrue();
        int first = Integer.parseInt(match.group(2));
        int last = match.group(3) == null ? first : Integer.parseInt(match.group(3));
        var items = new ArrayList<String>();
        for (int number = first; number <= last; number++) {
            items.add(match.group(1) + number);
        }
        return items;
    }

    private static List<String> wanted() {
        var wanted = new ArrayList<String>();
        for (String group : GROUPS) {
            String[] parts = group.split(" ", -1);
            for (int number = 1; number <= Integer.parseInt(parts[1]); number++) {
                wanted.add(parts[0] + number);
            }
        }
        return wanted;
    }

    @Test
    void everyItemIsThereOnce() throws IOException {
        var items = rows().stream().flatMap(row -> row.items().stream()).toList();

        assertThat(items).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(wanted());
    }

    @Test
    void everyItemHasAStateAndAReason() throws IOException {
        assertThat(rows()).allSatisfy(row -> {
            assertThat(STATES).as("%s", row.items()).contains(row.state());
            assertThat(row.where()).as("%s", row.items()).isNotBlank();
        });
    }

    @Test
    void everySeriesThatIsNamedIsInTheCatalogue() throws IOException {
        Set<String> known = ShippedObjectives.read().catalogue().families().keySet();
        var named = new TreeSet<String>();
        for (Row row : rows()) {
            code(row).filter(word -> SERIES.matcher(word).matches()).forEach(named::add);
        }

        assertThat(named)
                .hasSizeGreaterThan(80)
                .allSatisfy(name -> assertThat(known).contains(name));
    }

    @Test
    void everyAlertThatIsNamedExists() throws IOException {
        var known = new TreeSet<>(Set.of("SLOErrorBudgetBurn", "SLOErrorBudgetSpent"));
        ALERT.matcher(Files.readString(Path.of("../slo/alerts.yaml")))
                .results()
                .map(match -> match.group(1))
                .forEach(known::add);
        var named = new TreeSet<String>();
        for (Row row : rows()) {
            code(row).filter(word -> ALERT_NAME.matcher(word).matches()).forEach(named::add);
        }
        named.remove("Accept");

        assertThat(named)
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(known).contains(name));
    }

    private static java.util.stream.Stream<String> code(Row row) {
        return CODE.matcher(row.where()).results().map((MatchResult match) -> match.group(1));
    }
}

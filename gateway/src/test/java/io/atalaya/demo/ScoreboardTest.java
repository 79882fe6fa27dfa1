package io.atalaya.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
    private static final String BOOKS = """
            {"intake":{"received":7,"logged":5,"refused":{"full":1,"invalid":1},"in_flight":0,"balanced":true},
             "deliveries":{"matched":9,"sent":8,"dropped":{},"closed":1,"pending":0,"balanced":true}}""";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Evening evening = Evening.plan(1);
    private final Ledger ledger = new Ledger();

    @Test
    void theFrameShowsWhoReceivedWhatHowFastAndTheBooks() {
        Terminal terminal = terminal(true, false, 100);
        playFirstStep();

        String frame = frame(terminal);

        assertThat(frame)
                .contains("La Parrilla tenant 1", "Sakura tenant 2", "waiters", "kitchen", "admins", "diners")
                .contains("delivery  p50 2.0 ms")
                .contains("intake    received 7 = logged 5 + refused 2  balanced")
                .contains("deliveries matched 9 = sent 8 + closed 1  balanced")
                .contains("0 lost, 0 leaked, 0 duplicate")
                .contains(evening.steps().getFirst().words())
                .doesNotContain("\u001b");
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        playFirstStep();
        for (int width : List.of(20, 40, 80, 100)) {
            assertThat(frame(terminal(true, false, width)).lines())
                    .as("width %d", width)
                    .allMatch(line -> line.codePointCount(0, line.length()) < width);
        }
    }

    @Test
    void booksThatDoNotBalanceAreShownSo() {
        Terminal terminal = terminal(true, false, 100);
        var lines = new java.util.ArrayList<Terminal.Line>();

        new Scoreboard(terminal)
                .addBooks(lines, Books.parse("{\"intake\":{\"received\":1,\"balanced\":false},\"deliveries\":{}}"));

        assertThat(lines.getFirst().toString()).isEqualTo("intake    received 1 = 0  NOT BALANCED");
        assertThat(lines.getLast().toString()).isEqualTo("deliveries no books yet");
    }

    @Test
    void coloursAreOnlyThereWhenWanted() {
        var coloured = terminal(true, true, 100).line().add("good", Terminal.Look.GOOD);
        var plain = terminal(true, false, 100).line().add("good", Terminal.Look.GOOD);

        assertThat(coloured.toString()).isEqualTo("\u001b[32mgood\u001b[0m");
        assertThat(plain.toString()).isEqualTo("good");
    }

    @Test
    void aFrameIsDrawnOverTheOneBefore() {
        Terminal terminal = terminal(true, false, 100);
        terminal.draw(List.of(terminal.line().add("one"), terminal.line().add("two")));
        bytes.reset();

        terminal.draw(List.of(terminal.line().add("three")));

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\u001b[2A\rthree\u001b[K\n\u001b[J");
    }

    @Test
    void answersThatAreNoBooksAreUnknown() {
        assertThat(Books.parse("<html>").known()).isFalse();
        assertThat(Books.parse("{}").balanced()).isFalse();
        assertThat(Books.parse(BOOKS).settled()).isTrue();
        assertThat(Books.parse(BOOKS.replace("\"pending\":0", "\"pending\":1")).settled())
                .isFalse();
    }

    private void playFirstStep() {
        ledger.onDoorsOpen(evening.people());
        Step step = evening.steps().getFirst();
        ledger.onPublishing(step, 0);
        step.hearers().forEach(person -> ledger.onReceived(person, person.tenant(), step.id(), 2_000_000));
    }

    private String frame(Terminal terminal) {
        var moment = new Scoreboard.Moment(Duration.ofSeconds(3), Duration.ofMinutes(5), 1, 12, 34, Books.parse(BOOKS));
        return String.join(
                "\n",
                new Scoreboard(terminal)
                        .frame(ledger.view(), evening.restaurants(), moment).stream()
                                .map(Object::toString)
                                .toList());
    }

    private Terminal terminal(boolean live, boolean coloured, int width) {
        return new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), live, coloured, width, 40);
    }
}

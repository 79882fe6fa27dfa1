package io.atalaya.demo;

import io.atalaya.demo.Ledger.Counts;
import io.atalaya.demo.Ledger.Recent;
import io.atalaya.demo.Ledger.Tally;
import io.atalaya.demo.Ledger.View;
import io.atalaya.demo.Terminal.Line;
import io.atalaya.demo.Terminal.Look;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** Turns the ledger and the books into lines for people. Confined to the thread of the demonstration. */
final class Scoreboard {
    private static final int ROLE_COLUMN = 2;
    private static final int PEOPLE_COLUMN = 12;
    private static final int RECEIVED_COLUMN = 22;
    private static final int LAST_COLUMN = 38;
    private static final int SPEED_COLUMN = 6;
    private static final int PLACE_COLUMN = 17;
    private static final int WORDS_COLUMN = 30;
    private static final int HEARERS_COLUMN = 69;
    private static final int LEAST_TICKER = 3;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Terminal terminal;

    Scoreboard(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * What is shown besides the ledger. Immutable.
     *
     * @param clock time of the evening since its opening
     * @param eventsPerSecond published during the last second
     * @param deliveriesPerSecond received during the last second
     */
    record Moment(
            Duration elapsed,
            Duration clock,
            int evening,
            long eventsPerSecond,
            long deliveriesPerSecond,
            Books books) {}

    /** The whole screen. */
    List<Line> frame(View view, List<Restaurant> restaurants, Moment moment) {
        var lines = new ArrayList<Line>();
        lines.add(title(moment));
        for (Restaurant restaurant : restaurants) {
            lines.add(terminal.line());
            addRestaurant(lines, restaurant, view.tallies().getOrDefault(restaurant.tenant(), Map.of()));
        }
        lines.add(terminal.line());
        lines.add(latency(view.latency(), moment));
        addBooks(lines, moment.books());
        lines.add(verdictSoFar(view.counts()));
        lines.add(terminal.line());
        int room = Math.max(LEAST_TICKER, terminal.height() - lines.size() - 2);
        List<Recent> recent = view.recent();
        recent.subList(Math.max(0, recent.size() - room), recent.size()).forEach(event -> lines.add(ticker(event)));
        return lines;
    }

    private Line title(Moment moment) {
        return terminal.line()
                .add("Atalaya ", Look.STRONG)
                .add("evening %d, %s".formatted(moment.evening(), time(moment.clock())), Look.COOL)
                .add("   running " + seconds(moment.elapsed()), Look.FAINT)
                .add("   Ctrl-C ends", Look.FAINT);
    }

    private void addRestaurant(List<Line> lines, Restaurant restaurant, Map<Person.Role, Tally> tallies) {
        lines.add(terminal.line()
                .add(restaurant.name(), Look.STRONG)
                .add(" tenant " + restaurant.tenant(), Look.FAINT)
                .to(RECEIVED_COLUMN)
                .add("received", Look.FAINT)
                .to(LAST_COLUMN)
                .add("last heard", Look.FAINT));
        tallies.forEach((role, tally) -> lines.add(terminal.line()
                .to(ROLE_COLUMN)
                .add(role.plural())
                .to(PEOPLE_COLUMN)
                .add("%4d".formatted(tally.people()), Look.FAINT)
                .to(RECEIVED_COLUMN)
                .add(
                        "%d of %d".formatted(tally.received(), tally.expected()),
                        tally.received() == tally.expected() ? Look.GOOD : Look.WARM)
                .to(LAST_COLUMN)
                .add(tally.last())));
    }

    private Line latency(Histogram nanos, Moment moment) {
        return terminal.line()
                .add("delivery  ", Look.FAINT)
                .add("p50 %s  p95 %s  p99 %s  max %s"
                        .formatted(millis(nanos, 50), millis(nanos, 95), millis(nanos, 99), millis(nanos, 100)))
                .add("   %d events/s, %d deliveries/s"
                        .formatted(moment.eventsPerSecond(), moment.deliveriesPerSecond()));
    }

    void addBooks(List<Line> lines, Books books) {
        lines.add(account("intake    ", books.intake(), "received"));
        lines.add(account("deliveries", books.deliveries(), "matched"));
    }

    /** The last words: what was delivered, how fast, and what went wrong. */
    void addSummary(List<Line> lines, View view, Duration elapsed, List<String> problems) {
        Counts counts = view.counts();
        lines.add(terminal.line()
                .add("%d events published and %d of %d deliveries received in %s"
                        .formatted(counts.published(), counts.received(), counts.expected(), seconds(elapsed))));
        lines.add(terminal.line()
                .add("delivery p50 %s, p95 %s, p99 %s, max %s"
                        .formatted(
                                millis(view.latency(), 50),
                                millis(view.latency(), 95),
                                millis(view.latency(), 99),
                                millis(view.latency(), 100))));
        if (problems.isEmpty()) {
            lines.add(terminal.line()
                    .add("Everyone received exactly what was meant for them, and the books balance.", Look.GOOD));
        }
        problems.forEach(problem -> lines.add(terminal.line().add("PROBLEM   " + problem, Look.BAD)));
    }

    private Line account(String name, Books.Account account, String left) {
        Line line = terminal.line().add(name, Look.FAINT).add(name.endsWith(" ") ? "" : " ", Look.PLAIN);
        if (account.states().isEmpty()) {
            return line.add("no books yet", Look.FAINT);
        }
        String right = account.states().entrySet().stream()
                .filter(state -> !state.getKey().equals(left) && state.getValue() != 0)
                .map(state -> state.getKey() + " " + state.getValue())
                .collect(Collectors.joining(" + "));
        return line.add("%s %d = %s".formatted(left, account.of(left), right.isEmpty() ? "0" : right))
                .add(account.balanced() ? "  balanced" : "  NOT BALANCED", account.balanced() ? Look.GOOD : Look.BAD);
    }

    private Line verdictSoFar(Counts counts) {
        long wrong = counts.leaked() + counts.duplicated() + counts.lost() + counts.refused() + counts.cut();
        return terminal.line()
                .add("so far    ", Look.FAINT)
                .add("%d events, %d of %d deliveries"
                        .formatted(counts.published(), counts.received(), counts.expected()))
                .add(
                        "   %d lost, %d leaked, %d duplicate"
                                .formatted(counts.lost(), counts.leaked(), counts.duplicated()),
                        wrong == 0 ? Look.GOOD : Look.BAD);
    }

    /** One event: when, how fast everyone had it, where, what, and for whom. */
    Line ticker(Recent event) {
        Step step = event.step();
        int awaited = step.hearers().size();
        Line line = terminal.line().add(time(step.at()), Look.FAINT).to(SPEED_COLUMN);
        if (event.received() < awaited) {
            line.add("%d of %d".formatted(event.received(), awaited), Look.WARM);
        } else {
            line.add("%6.1f ms".formatted(event.slowestNanos() / NANOS_PER_MILLI), Look.GOOD);
        }
        return line.to(PLACE_COLUMN)
                .add(step.restaurant().name(), step.restaurant().tenant() == 1 ? Look.WARM : Look.COOL)
                .to(WORDS_COLUMN)
                .add(step.words())
                .to(HEARERS_COLUMN)
                .add(" → " + hearers(step.hearers()), Look.FAINT);
    }

    private static String hearers(List<Person> people) {
        var counts = new EnumMap<Person.Role, Integer>(Person.Role.class);
        people.forEach(person -> counts.merge(person.role(), 1, Integer::sum));
        return counts.isEmpty()
                ? "nobody"
                : counts.entrySet().stream()
                        .map(entry -> entry.getValue() + " " + noun(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String noun(Person.Role role, int count) {
        return count == 1 && role != Person.Role.KITCHEN
                ? role.plural().substring(0, role.plural().length() - 1)
                : role.plural();
    }

    static String millis(Histogram nanos, double percentile) {
        return nanos.getTotalCount() == 0
                ? "–"
                : "%.1f ms".formatted(nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI);
    }

    static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }

    private static String time(Duration sinceOpening) {
        return Evening.OPENING.plus(sinceOpening).format(CLOCK);
    }
}

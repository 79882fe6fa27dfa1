package io.atalaya.management;

import io.atalaya.ack.AckStore;
import io.atalaya.archive.ArchiveBook;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.ingest.IntakeBook;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sums that must hold, as equations with two sides. Pure functions. */
final class BookSums {
    private BookSums() {}

    /** The equations of the books; that of the archive only once it is known what it holds. */
    static List<Map<String, Object>> of(Books books) {
        var sums = new ArrayList<Map<String, Object>>();
        sums.add(intake(books.intake()));
        books.archive().flatMap(status -> status.book()).ifPresent(book -> sums.add(archive(book)));
        sums.add(deliveries(books.deliveries().book()));
        sums.add(acknowledgements(books.acknowledgements().book()));
        return sums;
    }

    private static Map<String, Object> intake(IntakeBook book) {
        var right = new LinkedHashMap<String, Long>();
        right.put("logged", book.logged());
        right.put("ephemeral", book.ephemeral());
        right.put("duplicate", book.duplicate());
        right.put("refused", sum(book.refused()));
        right.put("quarantined", sum(book.quarantined()));
        right.put("dropped", sum(book.dropped()));
        right.put("in_flight", book.inFlight());
        return equation("intake", Map.of("received", book.received()), right, book.balanced());
    }

    private static Map<String, Object> archive(ArchiveBook book) {
        var right = new LinkedHashMap<String, Long>();
        right.put("archived", book.counts().archived());
        right.put("backlog", book.backlog());
        right.put("dead_lettered", book.counts().deadLettered());
        right.put("purged", book.counts().purged() + book.counts().discarded());
        return equation("archive", Map.of("logged", book.logged()), right, book.balanced());
    }

    private static Map<String, Object> deliveries(DeliveryBook book) {
        var left = new LinkedHashMap<String, Long>();
        left.put("live", book.matched().live());
        left.put("replay", book.matched().replay());
        left.put("resend", book.matched().resend());
        var right = new LinkedHashMap<String, Long>();
        right.put("sent", book.sent());
        right.put("conflated", book.conflated());
        right.put("dropped", book.dropped());
        right.put("duplicate", book.duplicate());
        right.put("closed", book.closed());
        right.put("pending", book.pending());
        return equation("deliveries", left, right, book.balanced());
    }

    private static Map<String, Object> acknowledgements(AckStore.Totals book) {
        var right = new LinkedHashMap<String, Long>();
        right.put("acknowledged", book.acknowledged());
        right.put("expired", book.expired());
        right.put("awaiting", book.awaiting());
        return equation("acknowledgements", Map.of("wanted", book.wanted()), right, book.balanced());
    }

    private static Map<String, Object> equation(
            String name, Map<String, Long> left, Map<String, Long> right, boolean balanced) {
        var equation = Answers.map();
        equation.put("name", name);
        equation.put("left", left);
        equation.put("right", right);
        equation.put("difference", sum(left) - sum(right));
        equation.put("balanced", balanced);
        return equation;
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}

package io.atalaya.management;

import io.atalaya.ack.AckStore;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.http.Request;
import io.atalaya.http.Route.Responder;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.Quarantine;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What became of every event and of every delivery, and the events that nobody could be told of. Immutable. */
public final class BooksPages {
    private final Supplier<CompletionStage<Books>> view;
    private final Supplier<List<Quarantine.Entry>> quarantine;

    /**
     * @param view gathers the books, as {@link GatewayView#books} does
     * @param quarantine the events kept for inspection, oldest first
     */
    public BooksPages(Supplier<CompletionStage<Books>> view, Supplier<List<Quarantine.Entry>> quarantine) {
        this.view = view;
        this.quarantine = quarantine;
    }

    /** {@code GET /api/v1/books}. */
    public void onBooks(Request request, Responder responder) {
        Answers.respond(responder, view.get().thenApply(books -> Answers.json(200, page(books))));
    }

    /** Every book, what was lost and why, and every sum with both its sides. */
    public static Map<String, Object> page(Books books) {
        var page = Answers.map();
        page.put("at", books.instant().toEpochMilli());
        page.put("intake", intake(books.intake()));
        page.put("deliveries", deliveries(books.deliveries().book()));
        page.put("acknowledgements", acknowledgements(books.acknowledgements().book()));
        books.archive().ifPresent(status -> page.put("archive", archive(status)));
        page.put("sources", reasons(books.intake().receivedBySource()));
        page.put("drops", drops(books));
        page.put("sums", BookSums.of(books));
        return page;
    }

    private static Map<String, Object> drops(Books books) {
        var drops = Answers.map();
        var byType = new TreeMap<String, Object>();
        var givenUp = books.deliveries().givenUp();
        var types = new TreeSet<>(givenUp.conflatedByType().keySet());
        types.addAll(givenUp.droppedByType().keySet());
        for (String type : types) {
            byType.put(
                    type,
                    Map.of(
                            "conflated", givenUp.conflatedByType().getOrDefault(type, 0L),
                            "dropped", givenUp.droppedByType().getOrDefault(type, 0L)));
        }
        drops.put("given_up_by_type", byType);
        var router = Answers.map();
        router.put("without_audience", books.router().withoutAudience());
        router.put("ephemeral", books.router().ephemeralDropped());
        router.put("rate_limited", books.router().rateLimited());
        router.put("failed", books.router().failed());
        drops.put("router", router);
        if (books.redis() instanceof DependencyStatus.Observed observed) {
            drops.put("redis_queue", new TreeMap<>(observed.queue().dropped()));
        }
        drops.put("log_lines", books.logLines().dropped());
        drops.put("log_lines_left_out", books.logLines().leftOut());
        return drops;
    }

    private static Map<String, Object> intake(IntakeBook book) {
        var page = Answers.map();
        page.put("received", book.received());
        page.put("logged", book.logged());
        page.put("ephemeral", book.ephemeral());
        page.put("duplicate", book.duplicate());
        page.put("refused", reasons(book.refused()));
        page.put("quarantined", reasons(book.quarantined()));
        page.put("dropped", reasons(book.dropped()));
        page.put("in_flight", book.inFlight());
        page.put("balanced", book.balanced());
        return page;
    }

    /** Until the archive has been reached once, nobody knows what it holds. */
    private static Map<String, Object> archive(ArchiveWriter.Status status) {
        var page = Answers.map();
        page.put("known", status.book().isPresent());
        page.put("backlog", status.backlog());
        status.book().ifPresent(book -> {
            page.put("logged", book.logged());
            page.put("archived", book.counts().archived());
            page.put("backlog", book.backlog());
            page.put("dead_lettered", book.counts().deadLettered());
            page.put(
                    "purged",
                    Map.of(
                            "retention", book.counts().purged(),
                            "dead_letter", book.counts().discarded()));
            page.put("in_hand", book.inHand());
            page.put("balanced", book.balanced());
        });
        return page;
    }

    private static Map<String, Object> deliveries(DeliveryBook book) {
        var page = Answers.map();
        var matched = Answers.map();
        for (DeliveryBook.Kind kind : DeliveryBook.Kind.values()) {
            matched.put(word(kind), book.matched().of(kind));
        }
        page.put("matched", matched);
        page.put("sent", book.sent());
        page.put("conflated", book.conflated());
        page.put("dropped", book.dropped() == 0 ? Map.of() : Map.of("slow", book.dropped()));
        page.put("duplicate", book.duplicate());
        page.put("closed", book.closed());
        page.put("pending", book.pending());
        page.put("balanced", book.balanced());
        return page;
    }

    private static Map<String, Object> acknowledgements(AckStore.Totals book) {
        var page = Answers.map();
        page.put("wanted", book.wanted());
        page.put("acknowledged", book.acknowledged());
        page.put("expired", book.expired());
        page.put("awaiting", book.awaiting());
        page.put("balanced", book.balanced());
        return page;
    }

    private static Map<String, Long> reasons(Map<? extends Enum<?>, Long> counts) {
        var reasons = new TreeMap<String, Long>();
        counts.forEach((reason, count) -> reasons.put(word(reason), count));
        return reasons;
    }

    /** {@code GET /api/v1/quarantine}: newest first. */
    public void onQuarantine(Request request, Responder responder) {
        var entries =
                quarantine.get().reversed().stream().map(BooksPages::entry).toList();
        responder.respond(Answers.json(200, Map.of("entries", entries)));
    }

    private static Map<String, Object> entry(Quarantine.Entry entry) {
        var page = Answers.map();
        page.put("ts", entry.instant().toString());
        page.put("source", entry.source());
        page.put("reason", word(entry.reason()));
        page.put("problems", entry.problems());
        page.put("excerpt", entry.excerpt());
        return page;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

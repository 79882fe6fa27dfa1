package io.atalaya.management;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Route;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.Parsed.FieldProblem;
import io.atalaya.ingest.Quarantine;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The books as JSON, and what was quarantined. */
final class BooksPagesTest {
    @Test
    void theBooksHaveEveryStateAndBalance() {
        var pages = new BooksPages(() -> completedFuture(Samples.books()), List::of);

        var books = Exchange.of(List.of(Route.get("/api/v1/books", pages::onBooks)), "/api/v1/books")
                .answer()
                .json();

        assertThat(books.toString())
                .contains("\"intake\":{\"received\":6000,\"logged\":5000,\"ephemeral\":650,\"duplicate\":100,"
                        + "\"refused\":{\"forbidden\":25,\"invalid\":150},\"quarantined\":{\"malformed\":30},"
                        + "\"dropped\":{\"source_overflow\":20},\"in_flight\":25,\"balanced\":true},"
                        + "\"deliveries\":{\"matched\":{\"live\":9000,\"replay\":950,\"resend\":50},\"sent\":9900,\"conflated\":0,\"dropped\":{},"
                        + "\"duplicate\":60,\"closed\":12,\"pending\":28,\"balanced\":true},"
                        + "\"acknowledgements\":{\"wanted\":9,\"acknowledged\":6,\"expired\":1,\"awaiting\":2,"
                        + "\"balanced\":true}")
                .contains("\"sources\":{\"http\":5500,\"redis\":500}")
                .contains("\"router\":{\"without_audience\":78,\"ephemeral\":1,\"rate_limited\":7,\"failed\":2}");
    }

    @Test
    void everySumIsShownWithBothSides() {
        var pages = new BooksPages(() -> completedFuture(Samples.books()), List::of);

        var sums = Exchange.of(List.of(Route.get("/api/v1/books", pages::onBooks)), "/api/v1/books")
                .answer()
                .json()
                .path("sums");

        assertThat(sums.toString())
                .startsWith(
                        "[{\"name\":\"intake\",\"left\":{\"received\":6000},\"right\":{\"logged\":5000,\"ephemeral\":650,"
                                + "\"duplicate\":100,\"refused\":175,\"quarantined\":30,\"dropped\":20,\"in_flight\":25},"
                                + "\"difference\":0,\"balanced\":true},{\"name\":\"deliveries\",");
        sums.forEach(sum ->
                assertThat(sum.path("difference").asLong()).as(sum.toString()).isZero());
        assertThat(sums.size()).isEqualTo(3);
    }

    @Test
    void theQuarantineShowsTheNewestFirst() {
        var problem = new FieldProblem("branch_id", "text", "an integer");
        var older = new Quarantine.Entry(
                Instant.ofEpochSecond(1), "channel:branch:1:waiters", Refusal.INVALID, List.of(problem), "{\"x\":1}");
        var newer = new Quarantine.Entry(Instant.ofEpochSecond(2), "channel:x", Refusal.MALFORMED, List.of(), "{");
        var pages = new BooksPages(() -> completedFuture(Samples.books()), () -> List.of(older, newer));

        var entries = Exchange.of(List.of(Route.get("/q", pages::onQuarantine)), "/q")
                .answer()
                .json()
                .path("entries");

        assertThat(entries.at("/0/reason").asString()).isEqualTo("malformed");
        assertThat(entries.get(1).toString())
                .isEqualTo("{\"ts\":\"1970-01-01T00:00:01Z\",\"source\":\"channel:branch:1:waiters\","
                        + "\"reason\":\"invalid\",\"problems\":[{\"field\":\"branch_id\",\"found\":\"text\","
                        + "\"expected\":\"an integer\"}],\"excerpt\":\"{\\\"x\\\":1}\"}");
    }
}

package io.atalaya.collector;

import io.atalaya.archive.Archive;
import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.TenantId;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.profile.Profile.CollectorRules;
import io.atalaya.query.Parameters;
import io.atalaya.query.Reads;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /events}: a service's events of a time range, by page number. Immutable; made of thread-safe parts.
 *
 * <p>The archive orders by time. What is asked for in another order is sorted here, so only up to
 * {@value #MAX_SORTED} events.
 */
final class SearchEvents {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration MAX_RANGE = Duration.ofDays(30);
    private static final int MAX_PAGE = 10_000;
    private static final int USUAL_PAGE_SIZE = 100;
    private static final int MAX_SORTED = 10_000;
    private static final String SERVICE = "service";

    private final CollectorRules rules;
    private final Archive archive;
    private final Reads reads;

    /** The archive must be able to filter by {@code service}. */
    SearchEvents(CollectorRules rules, Archive archive, Reads reads) {
        if (!archive.fields().filters().contains(SERVICE)) {
            throw new IllegalArgumentException("archive filters: %s (expected: service among them)"
                    .formatted(archive.fields().filters()));
        }
        this.rules = rules;
        this.archive = archive;
        this.reads = reads;
    }

    /** A page, as asked for. Immutable. */
    private record Search(
            String service, Instant from, Instant to, int page, int pageSize, String field, boolean ascending) {
        int skipped() {
            return (page - 1) * pageSize;
        }
    }

    void onSearch(TenantId tenant, Request request, Responder responder) {
        var parameters = new Parameters(request.head());
        Search search = search(parameters);
        if (!parameters.faults().isEmpty()) {
            responder.respond(invalid(parameters.faults()));
            return;
        }
        reads.perform(() -> find(tenant, search), SearchEvents::refusal).thenAccept(responder::respond);
    }

    private static Search search(Parameters parameters) {
        String service = parameters.text(SERVICE).orElse("");
        if (service.isEmpty()) {
            parameters.missing(SERVICE, "the name of a service");
        }
        Optional<Instant> from = date("from", parameters);
        Optional<Instant> to = date("to", parameters);
        if (from.isPresent() && to.isPresent()) {
            checkRange(from.get(), to.get(), parameters);
        }
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        int pageSize = parameters.number("pageSize", 1, EventQuery.MAX_LIMIT, USUAL_PAGE_SIZE);
        String field = parameters.choice(
                "sortField",
                Map.of(
                        "timestamp",
                        "timestamp",
                        SERVICE,
                        SERVICE,
                        "message",
                        "message",
                        "ingestedAt",
                        "ingestedAt",
                        "createdAt",
                        "createdAt"),
                "timestamp");
        boolean ascending = parameters.choice(
                "sortOrder",
                Map.of("ASC", true, "asc", true, "Asc", true, "DESC", false, "desc", false, "Desc", false),
                false);
        parameters.rejectOthers();
        return new Search(
                service, from.orElse(Instant.EPOCH), to.orElse(Instant.EPOCH), page, pageSize, field, ascending);
    }

    private static void checkRange(Instant from, Instant to, Parameters parameters) {
        if (!from.isBefore(to)) {
            parameters.fault("to", to.toString(), "later than from, " + from);
        } else if (Duration.between(from, to).compareTo(MAX_RANGE) > 0) {
            parameters.fault("to", to.toString(), "at most 30 days after from, " + from);
        }
    }

    private static Optional<Instant> date(String name, Parameters parameters) {
        Optional<String> text = parameters.text(name);
        Optional<Instant> date = text.flatMap(DateText::parse)
                .filter(instant -> !instant.isBefore(Instant.parse("1900-01-01T00:00:00Z"))
                        && instant.isBefore(Instant.parse("9999-01-01T00:00:00Z")));
        if (text.isEmpty()) {
            parameters.missing(name, "a date, such as 2026-01-31T12:00:00Z");
        } else if (date.isEmpty()) {
            parameters.fault(name, text.get(), "a date, such as 2026-01-31T12:00:00Z");
        }
        return date;
    }

    private Response find(TenantId tenant, Search search) {
        EventQuery all = EventQuery.of(tenant)
                .ofType(rules.eventType())
                .where(SERVICE, search.service())
                .by(Time.EVENT)
                .in(search.ascending() ? Order.OLDEST_FIRST : Order.NEWEST_FIRST)
                .notBefore(search.from())
                .before(search.to().plusNanos(1_000));
        long total = archive.count(all);
        List<Entry> shown;
        if (search.field().equals("timestamp") || search.field().equals(SERVICE)) {
            shown = search.skipped() >= total
                    ? List.of()
                    : archive.events(all.limitedTo(search.pageSize()).skipping(search.skipped()))
                            .entries();
        } else if (total > MAX_SORTED) {
            return invalid(List.of(new Parameters.Fault(
                    "sortField",
                    search.field() + " over %d events".formatted(total),
                    "timestamp, or a range with at most %d events".formatted(MAX_SORTED))));
        } else {
            shown = sorted(all, search);
        }
        return answer(search, total, shown);
    }

    private List<Entry> sorted(EventQuery all, Search search) {
        var entries = new ArrayList<Entry>();
        EventQuery query = all.limitedTo(EventQuery.MAX_LIMIT);
        Optional<EventKey> next = Optional.empty();
        do {
            EventPage page = archive.events(next.map(query::behind).orElse(query));
            entries.addAll(page.entries());
            next = page.next();
        } while (next.isPresent() && entries.size() < MAX_SORTED);
        Comparator<Entry> order = search.field().equals("message")
                ? Comparator.comparing(entry -> body(entry).path("message").asString(""))
                : Comparator.comparingLong(Entry::atMillis);
        order = order.thenComparing(Entry::cursor);
        entries.sort(search.ascending() ? order : order.reversed());
        int from = Math.min(search.skipped(), entries.size());
        return entries.subList(from, Math.min(entries.size(), from + search.pageSize()));
    }

    private static Response answer(Search search, long total, List<Entry> shown) {
        var members = Dialect.object();
        members.put("page", search.page());
        members.put("pageSize", search.pageSize());
        members.put("sortField", search.field());
        members.put("sortOrder", search.ascending() ? "ASC" : "DESC");
        members.put("total", total);
        members.put("items", shown.stream().map(SearchEvents::item).toList());
        return Dialect.json(200, members);
    }

    /** A stored event in the members that the clients know. */
    static Map<String, @Nullable Object> item(Entry entry) {
        JsonNode body = body(entry);
        String arrived = Dialect.time(Instant.ofEpochMilli(entry.atMillis()));
        var item = Dialect.object();
        item.put("id", uuid(entry).toString());
        item.put("eventId", entry.event().id().value());
        item.put(
                "timestamp",
                body.path("timestamp").asString(Dialect.time(entry.event().timestamp())));
        item.put(SERVICE, body.path(SERVICE).asString(""));
        item.put("message", body.path("message").asString(""));
        item.put("metadata", body.get("metadata"));
        item.put("ingestedAt", arrived);
        item.put("createdAt", arrived);
        return item;
    }

    /** The same at every answer, and different for every event of every tenant. */
    private static UUID uuid(Entry entry) {
        String name = entry.event().tenant() + "/" + entry.event().id();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode body(Entry entry) {
        return JSON.readTree(entry.event().body().toString());
    }

    private static Response invalid(List<Parameters.Fault> faults) {
        List<EventForm.Fault> errors = faults.stream()
                .map(fault -> new EventForm.Fault(
                        fault.parameter(),
                        Map.of("isValid", "%s (expected: %s)".formatted(fault.found(), fault.expected()))))
                .toList();
        String first = faults.getFirst().parameter();
        return Dialect.invalid("Invalid query: " + first, "INVALID_QUERY", errors);
    }

    static Response refusal(Reads.Failure failure) {
        return switch (failure) {
            case BUSY, TIMED_OUT, UNAVAILABLE -> Dialect.unavailable(failure.text(), Duration.ofSeconds(1));
            case BROKEN -> Dialect.error(500, "Internal server error", "QUERY_ERROR");
        };
    }
}

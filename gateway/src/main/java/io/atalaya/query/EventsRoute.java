package io.atalaya.query;

import io.atalaya.archive.Archive;
import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.TenantId;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.ingest.Submission.Scope;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.Profile;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /api/v1/events}: stored events of the tenant that the key speaks for, filtered, page by page. Immutable and
 * thread-safe.
 */
public final class EventsRoute {
    /** The path served. */
    public static final String PATH = "/api/v1/events";

    private static final Map<String, Order> ORDERS = Map.of(
            "newest", Order.NEWEST_FIRST,
            "oldest", Order.OLDEST_FIRST,
            "desc", Order.NEWEST_FIRST,
            "asc", Order.OLDEST_FIRST);
    private static final Map<String, Time> TIMES = Map.of("arrival", Time.ARRIVAL, "event", Time.EVENT);
    private static final int USUAL_LIMIT = 100;
    private static final String ID_SUFFIX = "_id";

    private final QueryKeys keys;
    private final Archive archive;
    private final Profile profile;
    private final Reads reads;

    public EventsRoute(IntakeConfig keys, Archive archive, Profile profile, Reads reads) {
        this.keys = new QueryKeys(keys);
        this.archive = archive;
        this.profile = profile;
        this.reads = reads;
    }

    /** The route to serve. */
    public Route route() {
        return new Route(HttpMethod.GET, PATH, 0, head -> keys.admit(head, this::answer));
    }

    private void answer(Scope scope, Request request, Route.Responder responder) {
        var parameters = new Parameters(request.head());
        Optional<TenantId> tenant = QueryKeys.tenant(scope, parameters);
        if (tenant.isPresent() && !scope.permits(tenant.get())) {
            responder.respond(QueryKeys.otherTenant(tenant.get()));
            return;
        }
        EventQuery query = query(tenant, parameters);
        if (!parameters.faults().isEmpty()) {
            responder.respond(parameters.refusal());
            return;
        }
        reads.answer(responder, () -> page(archive.events(query)));
    }

    private static Response page(EventPage page) {
        String next = page.next().map(key -> "\"next\":\"" + key + '"').orElse("\"next\":null");
        return Response.json(200, EventsJson.object(page.entries(), next)).with("cache-control", "no-store");
    }

    private EventQuery query(Optional<TenantId> tenant, Parameters parameters) {
        EventQuery query = tenant.map(EventQuery::of)
                .orElseGet(EventQuery::everyTenant)
                .by(parameters.choice("time", TIMES, Time.ARRIVAL))
                .in(parameters.choice("order", ORDERS, Order.NEWEST_FIRST))
                .limitedTo(parameters.number("limit", 1, EventQuery.MAX_LIMIT, USUAL_LIMIT));
        Optional<String> type = parameters.text("type");
        if (type.isPresent()) {
            query = query.ofType(type.get());
        }
        for (String member : archive.fields().filters()) {
            Optional<String> value = filter(member, parameters);
            if (value.isPresent()) {
                query = query.where(member, value.get());
            }
        }
        query = within(query, parameters);
        query = behind(query, parameters);
        parameters.rejectOthers();
        return query;
    }

    /** A filter's value in the form that events are stored with; also found under its name without {@code _id}. */
    private Optional<String> filter(String member, Parameters parameters) {
        Optional<String> value = parameters.text(member);
        String brief = member.endsWith(ID_SUFFIX) ? member.substring(0, member.length() - ID_SUFFIX.length()) : "";
        if (!brief.isEmpty() && !profile.schema().members().containsKey(brief)) {
            Optional<String> other = parameters.text(brief);
            if (value.isPresent() && other.isPresent()) {
                parameters.fault(brief, "as well as " + member, "one of them");
            }
            value = value.or(() -> other);
        }
        EventSchema.Member known = profile.schema().members().get(member);
        if (value.isEmpty() || known == null || known.kind() != EventSchema.Kind.INTEGER) {
            return value;
        }
        try {
            return Optional.of(Long.toString(Long.parseLong(value.get())));
        } catch (NumberFormatException _) {
            parameters.fault(member, value.get(), "an integer");
            return Optional.empty();
        }
    }

    private static EventQuery within(EventQuery all, Parameters parameters) {
        Optional<Instant> from = parameters.instant("from");
        Optional<Instant> to = parameters.instant("to");
        EventQuery query = all;
        if (from.isPresent()) {
            query = query.notBefore(from.get());
        }
        if (to.isPresent()) {
            query = query.before(to.get());
        }
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            parameters.fault("to", to.get().toString(), "later than from, " + from.get());
        }
        return query;
    }

    private static EventQuery behind(EventQuery all, Parameters parameters) {
        Optional<String> cursor = parameters.text("cursor");
        if (cursor.isEmpty()) {
            return all;
        }
        Optional<EventKey> key = EventKey.parse(cursor.get()).filter(parsed -> parsed.time() == all.time());
        if (key.isEmpty()) {
            parameters.fault("cursor", cursor.get(), "the next of an answer to the same query");
        }
        return key.map(all::behind).orElse(all);
    }
}

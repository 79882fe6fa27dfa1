package io.atalaya.console;

import io.atalaya.ack.AckDesk;
import io.atalaya.ack.AckStore;
import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.hub.Hub;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import io.atalaya.profile.Audience;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import io.atalaya.query.MissedEvents;
import io.atalaya.query.Reads;
import io.atalaya.routing.EventRoutes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/flights/{tenant}/{id}}: the way of one stored event, stage by stage. Immutable; made of thread-safe
 * parts.
 */
public final class FlightPage {
    /** The path served, with everything below it. */
    public static final String PATH = "/api/v1/flights/*";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PREFIX = "/api/v1/flights/";
    private static final long PATIENCE_MILLIS = 2_000;

    private final Parts parts;
    private final Reads reads;

    /**
     * Who knows of an event. Immutable; everything in it is thread-safe.
     *
     * @param log where events are that the archive has not taken yet
     * @param archive null where nothing is archived
     */
    public record Parts(
            Profile profile,
            EventRoutes routes,
            Hub hub,
            MissedEvents log,
            @Nullable Archive archive,
            AckDesk desk) {}

    public FlightPage(Parts parts, Reads reads) {
        this.parts = parts;
        this.reads = reads;
    }

    /** Where an event was found. */
    private enum Kept {
        ARCHIVED,
        WAITING,
        DEAD_LETTER,
        NONE,
        UNKNOWN
    }

    private record Found(Entry entry, Kept kept, Map<String, Object> deadLetter) {}

    /** Answers; 404 for an event that neither log nor archive has, as ephemeral ones. */
    public void onFlight(Request request, Responder responder) {
        String[] names = request.path()
                .substring(PREFIX.length())
                .replace("%3A", ":")
                .replace("%3a", ":")
                .split("/", -1);
        if (names.length != 2 || !TenantId.isValid(names[0]) || !EventId.isValid(names[1])) {
            responder.respond(Response.problem(
                    Problem.of(404, "path: there is no such page (expected: /api/v1/flights/{tenant}/{id})")));
            return;
        }
        var tenant = new TenantId(names[0]);
        var id = new EventId(names[1]);
        reads.answer(
                responder,
                () -> find(tenant, id)
                        .map(found -> Response.json(200, JSON.writeValueAsBytes(page(found)))
                                .with("cache-control", "no-store"))
                        .orElseGet(() -> Response.problem(Problem.of(
                                404,
                                "event: tenant %s has no %s (expected: a durable one, in the archive or among the newest of the log)"
                                        .formatted(tenant, id)))));
    }

    private Optional<Found> find(TenantId tenant, EventId id) {
        Archive archive = parts.archive();
        boolean away = false;
        if (archive != null) {
            try {
                Optional<Entry> archived = archive.find(tenant, id);
                if (archived.isPresent()) {
                    return Optional.of(new Found(archived.get(), Kept.ARCHIVED, Map.of()));
                }
            } catch (ArchiveException _) {
                away = true;
            }
        }
        Kept otherwise = archive == null ? Kept.NONE : away ? Kept.UNKNOWN : Kept.WAITING;
        return parts.log().newest(tenant, 0, 1, event -> event.id().equals(id)).stream()
                .findFirst()
                .map(entry -> new Found(entry, otherwise, Map.of()))
                .map(this::withDeadLetter);
    }

    private Found withDeadLetter(Found found) {
        Archive archive = parts.archive();
        if (archive == null || found.kept() != Kept.WAITING) {
            return found;
        }
        try {
            return archive.deadLetters()
                    .find(found.entry().cursor())
                    .map(letter -> new Found(
                            found.entry(),
                            Kept.DEAD_LETTER,
                            Map.of(
                                    "id", found.entry().cursor().toString(),
                                    "code", letter.rejection().code(),
                                    "reason", letter.rejection().text())))
                    .orElse(found);
        } catch (ArchiveException _) {
            return new Found(found.entry(), Kept.UNKNOWN, Map.of());
        }
    }

    private Map<String, Object> page(Found found) {
        Event event = found.entry().event();
        var page = new LinkedHashMap<String, Object>();
        page.put("tenant", event.tenant().value());
        page.put("id", event.id().value());
        page.put("type", event.type());
        page.put("durable", event.durable());
        page.put("scope", new TreeMap<>(event.scope()));
        page.put("event", JSON.readTree(event.body().toString()));
        page.put(
                "stages",
                List.of(
                        received(event),
                        committed(found.entry()),
                        archived(found),
                        routed(event),
                        delivered(event),
                        acknowledged(event)));
        return page;
    }

    private static Map<String, Object> stage(String name, String state) {
        var stage = new LinkedHashMap<String, Object>();
        stage.put("stage", name);
        stage.put("state", state);
        return stage;
    }

    private static Map<String, Object> received(Event event) {
        var stage = stage("received", "done");
        stage.put("own_ts", event.timestamp().toString());
        return stage;
    }

    private static Map<String, Object> committed(Entry entry) {
        var stage = stage("committed", "done");
        stage.put("at", Instant.ofEpochMilli(entry.atMillis()).toString());
        stage.put("cursor", entry.cursor().toString());
        return stage;
    }

    private static Map<String, Object> archived(Found found) {
        var stage = stage(
                "archived",
                found.kept() == Kept.ARCHIVED ? "done" : found.kept().name().toLowerCase(Locale.ROOT));
        if (!found.deadLetter().isEmpty()) {
            stage.put("dead_letter", found.deadLetter());
        }
        return stage;
    }

    /** By the rules of today and the sessions of now. */
    private Map<String, Object> routed(Event event) {
        EventType rule = parts.routes().ruleOf(event);
        List<Topic> topics = parts.routes().topicsOf(event);
        List<Integer> subscribers = subscribers(topics);
        var pages = new ArrayList<Map<String, Object>>();
        int sum = 0;
        for (int i = 0; i < topics.size(); i++) {
            var page = new LinkedHashMap<String, Object>();
            page.put("topic", topics.get(i).toString());
            page.put("audience", audienceOf(topics.get(i), rule));
            page.put("subscribers", subscribers.get(i));
            sum += subscribers.get(i);
            pages.add(page);
        }
        boolean known = parts.profile().events().containsKey(event.type());
        var stage = stage("routed", "done");
        stage.put("rule", known ? "catalogue" : parts.profile().unknownEvents().isPresent() ? "unknown_types" : "none");
        stage.put("topics", pages);
        stage.put("subscribers", sum);
        return stage;
    }

    private List<Integer> subscribers(List<Topic> topics) {
        List<List<Integer>> byShard = parts.hub()
                .ask(shard -> topics.stream().map(shard::subscribers).toList())
                .orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .join();
        var sums = new ArrayList<Integer>();
        for (int i = 0; i < topics.size(); i++) {
            int index = i;
            sums.add(byShard.stream().mapToInt(counts -> counts.get(index)).sum());
        }
        return sums;
    }

    private static String audienceOf(Topic topic, EventType rule) {
        return rule.audiences().stream()
                .filter(audience -> audience.alternatives().stream()
                        .anyMatch(shape -> shape.name().equals(topic.name())))
                .map(Audience::name)
                .findFirst()
                .orElse("");
    }

    /** Who got it is asked elsewhere, since it takes a look at every session of the tenant. */
    private static Map<String, Object> delivered(Event event) {
        var stage = stage("delivered", "ask");
        stage.put(
                "url",
                "/api/v1/events/%s/deliveries?tenant=%s"
                        .formatted(
                                URLEncoder.encode(event.id().value(), StandardCharsets.UTF_8),
                                event.tenant().value()));
        return stage;
    }

    private Map<String, Object> acknowledged(Event event) {
        if (parts.routes().ruleOf(event).ack().isEmpty()) {
            return stage("acknowledged", "none");
        }
        List<AckStore.Receipt> receipts;
        try {
            receipts = parts.desk().receipts(event.tenant(), event.id());
        } catch (LogException _) {
            return stage("acknowledged", "unknown");
        }
        boolean awaited = receipts.stream().anyMatch(receipt -> receipt.state() == AckStore.State.AWAITING);
        boolean expired = receipts.stream().anyMatch(receipt -> receipt.state() == AckStore.State.EXPIRED);
        var stage = stage("acknowledged", awaited || receipts.isEmpty() ? "waiting" : expired ? "expired" : "done");
        stage.put("wanted", receipts.size());
        stage.put("recipients", receipts.stream().map(FlightPage::recipient).toList());
        return stage;
    }

    private static Map<String, Object> recipient(AckStore.Receipt receipt) {
        var page = new LinkedHashMap<String, Object>();
        page.put("tenant", receipt.recipient().tenant().value());
        page.put("subject", receipt.recipient().subject());
        page.put("client_id", receipt.recipient().clientId());
        page.put("state", receipt.state().name().toLowerCase(Locale.ROOT));
        page.put("delivered_at", Instant.ofEpochMilli(receipt.deliveredMillis()).toString());
        page.put(
                "settled_at",
                receipt.settledMillis() == 0
                        ? null
                        : Instant.ofEpochMilli(receipt.settledMillis()).toString());
        return page;
    }
}

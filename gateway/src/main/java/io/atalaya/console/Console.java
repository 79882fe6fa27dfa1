package io.atalaya.console;

import io.atalaya.ack.AckDesk;
import io.atalaya.archive.Archive;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Handler;
import io.atalaya.hub.Hub;
import io.atalaya.ingest.Intake;
import io.atalaya.live.LiveFeed;
import io.atalaya.live.LiveLoop;
import io.atalaya.live.LivePages;
import io.atalaya.management.ManagementRoutes.Page;
import io.atalaya.operator.LoginApi;
import io.atalaya.operator.OperatorGate;
import io.atalaya.profile.Profile;
import io.atalaya.query.MissedEvents;
import io.atalaya.query.Reads;
import io.atalaya.routing.EventRoutes;
import io.netty.handler.codec.http.HttpMethod;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The console as a whole: its files, its pages, and what ticks behind them. Thread-safe: made of thread-safe parts. */
public final class Console implements AutoCloseable {
    private final ConsoleFiles files;
    private final LoginApi logins;
    private final LivePages live;
    private final TailPage tail;
    private final SessionPages sessions;
    private final FlightPage flights;
    private final CataloguePage catalogue;
    private final PublishPage publish;
    private final LiveLoop loop;

    /**
     * What it shows. Immutable; everything in it is thread-safe.
     *
     * @param log where events are that the archive has not taken yet
     * @param archive null where nothing is archived
     * @param maxEventBytes longest event that is taken
     */
    public record Parts(
            Profile profile,
            Hub hub,
            Intake intake,
            EventTap tap,
            MissedEvents log,
            @Nullable Archive archive,
            AckDesk desk,
            LiveFeed feed,
            int maxEventBytes) {}

    /**
     * Whom it serves, and how. Immutable; everything in it is thread-safe.
     *
     * @param reads for what has to wait
     * @param about what operators are told of this gateway
     */
    public record Service(
            OperatorGate gate,
            Reads reads,
            Executor worker,
            InstantSource clock,
            LongSupplier nanoClock,
            Supplier<Map<String, Object>> about) {}

    public Console(Parts parts, Service service) {
        this.files = new ConsoleFiles(ShippedFiles::read, service.worker());
        this.logins = new LoginApi(service.gate(), service.nanoClock(), service.about());
        this.live = new LivePages(parts.feed(), service.gate()::stillLetIn, () -> hello(parts, service));
        this.tail = new TailPage(parts.tap(), service.gate()::stillLetIn, service.clock());
        this.sessions = new SessionPages(parts.hub(), parts.profile(), service.reads());
        var flight = new FlightPage.Parts(
                parts.profile(),
                new EventRoutes(parts.profile()),
                parts.hub(),
                parts.log(),
                parts.archive(),
                parts.desk());
        this.flights = new FlightPage(flight, service.reads());
        this.catalogue = new CataloguePage(parts.profile(), parts.maxEventBytes());
        this.publish = new PublishPage(parts.intake());
        this.loop = new LiveLoop(parts.feed(), tail::tick, service.clock());
    }

    private static Map<String, Object> hello(Parts parts, Service service) {
        var hello = new LinkedHashMap<String, Object>();
        hello.put("at", service.clock().millis());
        hello.putAll(service.about().get());
        hello.put("tick_ms", 1_000);
        hello.put("endpoints", List.copyOf(parts.profile().endpoints().keySet()));
        return hello;
    }

    /** What is open to everyone who reaches the port: files without data, and the way in. */
    public List<Route> openRoutes() {
        return Stream.concat(files.routes().stream(), logins.routes().stream()).toList();
    }

    /** What operators read, by path. */
    public Map<String, Handler> pages() {
        var pages = new HashMap<>(live.pages());
        pages.putAll(sessions.pages());
        pages.put("/api/v1/catalogue", catalogue::onCatalogue);
        pages.put("/api/v1/events/live", tail::onTail);
        pages.put(FlightPage.PATH, flights::onFlight);
        return pages;
    }

    /** What operators change. */
    public List<Page> changes() {
        return List.of(new Page(HttpMethod.POST, "/api/v1/publish", publish::onPublish));
    }

    /** Begins to look, once a second. */
    public void start() {
        loop.start();
    }

    /** Stops looking and ends the streams. */
    @Override
    public void close() {
        loop.close();
        tail.close();
    }
}

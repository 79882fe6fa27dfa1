package io.atalaya.gateway;

import io.atalaya.assignment.AssignmentRegister;
import io.atalaya.command.CommandDesk;
import io.atalaya.config.GatewayConfig;
import io.atalaya.edge.EdgeContext;
import io.atalaya.edge.EdgeServer;
import io.atalaya.edge.Entrance;
import io.atalaya.edge.LongBodies;
import io.atalaya.edge.PublishRoute;
import io.atalaya.edge.sse.EventStreams;
import io.atalaya.edge.websocket.WebSocketUpgrade;
import io.atalaya.exposition.Stopwatches;
import io.atalaya.gateway.Lifecycle.State;
import io.atalaya.http.HttpOptions;
import io.atalaya.http.HttpPipeline;
import io.atalaya.http.ResponseEncoder;
import io.atalaya.http.Route;
import io.atalaya.http.Routes;
import io.atalaya.http.UpgradeHandler;
import io.atalaya.management.Sample.Phase;
import io.atalaya.metrics.RequestTimes;
import io.atalaya.proof.Provision;
import io.atalaya.proof.UnusableFileException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole gateway: the object graph, its two ports and its life. Thread-safe: immutable once started, but for the
 * lifecycle.
 */
public final class Gateway implements AutoCloseable {
    /** Of long request bodies: some thousand events, so that the log's next transaction is always full. */
    private static final int PARSED_AHEAD_BYTES = 2 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration HTTP_GRACE = Duration.ofSeconds(2);

    private final Lifecycle lifecycle = new Lifecycle();
    private final Closing closing = new Closing();
    private final Transport transport = Transport.best();
    private final MultiThreadIoEventLoopGroup loops;
    private final Core core;
    private final StatusPages status;
    private final HttpPipeline publicHttp;
    private final EdgeServer publicPort;
    private final EdgeServer managementPort;

    private Gateway(GatewayConfig config, Map<String, String> documents, InstantSource clock) {
        try {
            loops = transport.loops(config.hub().eventLoops(), "atalaya-loop");
            closing.add(
                    "event loops",
                    () -> loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
            core = Core.build(provision(config), clock, loops, closing);
            var worker = Executors.newVirtualThreadPerTaskExecutor();
            closing.add("workers", worker::shutdownNow);
            var readBack = new ReadBack(core, worker);
            status = new StatusPages(core, readBack, documents, worker);
            Stopwatches times = core.stopwatches();
            var entrance = new Entrance(edge());
            var streams = new EventStreams(entrance, new ResponseEncoder(core.clock()));
            List<Route> routes = publicRoutes(readBack, worker, streams);
            times.expect(routes);
            UpgradeHandler upgrades = UpgradeHandler.either(new WebSocketUpgrade(entrance), streams);
            publicHttp = http(Routes.of(routes), upgrades, times.publicPort());
            HttpPipeline managementHttp =
                    http(status.managementRoutes(), UpgradeHandler.none(), times.managementPort());
            status.view().onPort("public", publicHttp::answersByStatus);
            status.view().onPort("management", managementHttp::answersByStatus);
            core.start(closing);
            closing.add("proof", status.proof());
            status.proof().start();
            closing.add("metrics outlets", status.outlets());
            status.outlets().start();
            closing.add("console", status.console());
            status.console().start();
            closing.add("capacity", status.capacity());
            status.capacity().start();
            loops.next().scheduleAtFixedRate(readBack::tick, 1, 1, TimeUnit.SECONDS);
            managementPort = bind(
                    "management-port",
                    config.management().host(),
                    config.management().port(),
                    managementHttp);
            publicPort = bind("ws-port", config.edge().host(), config.edge().port(), publicHttp);
        } catch (RuntimeException failure) {
            closing.close();
            throw failure;
        }
    }

    /**
     * Starts a gateway and returns when both ports accept connections.
     *
     * @throws StartException when it cannot start; nothing is left open
     */
    public static Gateway start(GatewayConfig config) {
        return start(config, Map.of(), InstantSource.system());
    }

    /**
     * As {@link #start(GatewayConfig)}.
     *
     * @param documents further JSON documents for operators, by path
     */
    public static Gateway start(GatewayConfig config, Map<String, String> documents) {
        return start(config, documents, InstantSource.system());
    }

    /** As {@link #start(GatewayConfig)}, by another wall clock. */
    static Gateway start(GatewayConfig config, Map<String, String> documents, InstantSource clock) {
        var gateway = new Gateway(config, documents, clock);
        gateway.lifecycle.move(State.STARTING, State.READY);
        gateway.status.view().onPhase(Phase.SERVING);
        gateway.status.proof().onServing(config.edge().host(), gateway.publicPort());
        LOG.atInfo()
                .addKeyValue("public_port", gateway.publicPort())
                .addKeyValue("management_port", gateway.managementPort())
                .addKeyValue("profile", config.profile().name())
                .addKeyValue("event_loops", config.hub().eventLoops())
                .addKeyValue("transport", gateway.transport.name())
                .addKeyValue("redis", config.redis().isPresent())
                .log("ready");
        return gateway;
    }

    /**
     * What would keep a gateway from starting although its settings are good: files that they name and that cannot be
     * used, a line a problem. Reads them and changes nothing.
     */
    public static List<String> unusableFiles(GatewayConfig config) {
        List<Runnable> uses = List.of(
                () -> config.auth()
                        .jwks()
                        .ifPresent(
                                location -> Authentication.keySource(location).close()),
                () -> AssignmentSources.check(config.assignments()),
                () -> provision(config));
        return uses.stream().flatMap(Gateway::problemsOf).toList();
    }

    private static Stream<String> problemsOf(Runnable use) {
        try {
            use.run();
            return Stream.empty();
        } catch (StartException unusable) {
            return String.valueOf(unusable.getMessage()).lines();
        }
    }

    private static Provision provision(GatewayConfig config) {
        try {
            return Provision.of(config);
        } catch (UnusableFileException unusable) {
            throw new StartException(String.valueOf(unusable.getMessage()));
        }
    }

    private List<Route> publicRoutes(ReadBack readBack, Executor worker, EventStreams streams) {
        var publish =
                new PublishRoute(core.config().intake(), core.intake(), new LongBodies(worker, PARSED_AHEAD_BYTES));
        return Stream.of(
                        List.of(publish.route()),
                        streams.routes(),
                        status.publicRoutes(),
                        readBack.publicRoutes(status))
                .flatMap(List::stream)
                .toList();
    }

    private EdgeContext edge() {
        GatewayConfig config = core.config();
        return new EdgeContext(
                config.profile(),
                core.authentication().byScheme(),
                core.assignments(),
                core.hub(),
                core.recovery(),
                new CommandDesk(config.profile(), core.intake()),
                config.hub(),
                config.edge(),
                core.nanoClock());
    }

    private HttpPipeline http(Routes routes, UpgradeHandler upgrades, RequestTimes times) {
        return new HttpPipeline(
                HttpOptions.defaults(), routes, upgrades, core.clock(), core.nanoClock(), times::record);
    }

    private EdgeServer bind(String setting, String host, int port, HttpPipeline http) {
        try {
            EdgeServer server = EdgeServer.bind(loops, transport.serverChannel(), host, port, connections(http));
            closing.add(setting, server);
            return server;
        } catch (RuntimeException failure) {
            throw new StartException(
                    "%s: cannot listen on %s:%d: %s (expected: a free port of this machine)"
                            .formatted(setting, host, port, failure.getMessage()),
                    failure);
        }
    }

    private static ChannelInitializer<Channel> connections(HttpPipeline http) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                http.install(channel.pipeline());
            }
        };
    }

    /** The port of clients and producers. */
    public int publicPort() {
        return publicPort.port();
    }

    /** What is assigned to whom; edits take effect at the next look-up past the cache. */
    public AssignmentRegister assignments() {
        return core.assignmentRegister();
    }

    /** The parts, for tests that look at what must be left behind: nothing. */
    Core core() {
        return core;
    }

    /** The port of operators. */
    public int managementPort() {
        return managementPort.port();
    }

    /**
     * Stops gracefully: takes nothing new, answers what it has taken, closes sessions with 1001 spread over the
     * configured drain, then everything else. Returns when nothing is left; calling it again does nothing.
     */
    @Override
    public void close() {
        if (!lifecycle.move(State.READY, State.DRAINING)) {
            return;
        }
        status.proof().close(); // what follows was asked for, and is no down time
        status.view().onPhase(Phase.DRAINING);
        LOG.atInfo().addKeyValue("sessions", core.hub().admission().total()).log("draining");
        publicPort.close();
        publicHttp.stop(HTTP_GRACE).toCompletableFuture().join();
        try {
            core.hub().drain().join();
        } catch (CompletionException late) {
            LOG.atWarn().setCause(late).log("some sessions did not close in time");
        }
        closing.close();
        lifecycle.move(State.DRAINING, State.STOPPED);
        LOG.atInfo().log("stopped");
    }
}

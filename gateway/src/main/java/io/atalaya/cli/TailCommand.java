package io.atalaya.cli;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.ClientOptions;
import io.atalaya.client.GatewayClient;
import io.atalaya.client.ReconnectPolicy;
import io.atalaya.client.Subscription;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atalaya tail}. Confined to the thread that executes it. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = "Connect like any client and print what it receives, one event a line.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya tail ws://127.0.0.1:8001/ws/waiter --token TOKEN",
            "  atalaya tail diner --table-token TOKEN --pretty --latency",
            "  atalaya tail waiter --token TOKEN --sse --since now",
            "  atalaya tail admin --token TOKEN --count 1 --duration 10s",
            "                                     wait for one event, at most 10 s",
            "",
            "Events go to standard output, everything else to standard error.",
            ExitCode.FOOTER + ", 3 turned away",
            "for good (close codes 4001, 4003, 4029). 1 also when the connection ended by",
            "itself, or --count was not reached in time."
        })
public final class TailCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Parameters(
            paramLabel = "ENDPOINT",
            description = "A URL, or the name of an endpoint on this machine: waiter, kitchen, admin, diner.")
    @SuppressWarnings("NullAway.Init") // required
    private String endpoint;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "${env:WS_PORT:-8001}",
            description = "The gateway's port, where ENDPOINT is a name. Default: the variable WS_PORT, or 8001")
    private int port;

    @ArgGroup
    private @Nullable Credential credential;

    /** How the client proves who it is. Set by the command line parser. */
    static final class Credential {
        @Option(names = "--token", paramLabel = "JWT", description = "Staff token.")
        private @Nullable String token;

        @Option(names = "--table-token", paramLabel = "TOKEN", description = "Table token of a diner.")
        private @Nullable String tableToken;
    }

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            defaultValue = "http://localhost:5173",
            description = "Origin header to send; staff endpoints check it. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private String origin;

    @Option(
            names = "--since",
            paramLabel = "CURSOR",
            description = "Start after this position; 'now' prints where we are.")
    private @Nullable String since;

    @Option(names = "--sse", description = "Read the endpoint's event stream instead of its WebSocket.")
    private boolean sse;

    @Option(names = "--pretty", description = "Print events over several lines.")
    private boolean pretty;

    @Option(names = "--latency", description = "Print the time since the event's ts before it (needs equal clocks).")
    private boolean latency;

    @Option(names = "--count", paramLabel = "N", defaultValue = "0", description = "End after N events.")
    private long count;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "End after this time, for example 10s.")
    private @Nullable Duration duration;

    @Option(names = "--reconnect", description = "Come back after the connection ends, and ask for what was missed.")
    private boolean reconnect;

    @Override
    public Integer call() throws InterruptedException {
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--count: " + count + " (expected: 0 or more)");
        }
        Subscription subscription = new Subscription(uri(), Optional.of(origin), reconnect);
        var policy = reconnect ? ReconnectPolicy.standard() : ReconnectPolicy.never();
        try (var interruption = new Interruption();
                var loops = new ClientLoops(1)) {
            var tail = new Tail(
                    new Tail.Style(pretty, latency, count),
                    spec.commandLine().getOut(),
                    spec.commandLine().getErr(),
                    InstantSource.system());
            var client = new GatewayClient(loops, ClientOptions.standard().withReconnect(policy), new SecureRandom());
            var connection = sse ? client.read(subscription, tail) : client.connect(subscription, tail);
            int status = await(tail, interruption);
            connection.close();
            return interruption.finish(status);
        }
    }

    /** Waits for whatever ends the tail first. */
    private int await(Tail tail, Interruption interruption) throws InterruptedException {
        long deadline = duration == null ? Long.MAX_VALUE : System.nanoTime() + duration.toNanos();
        while (!tail.ended().await(50, TimeUnit.MILLISECONDS)) {
            boolean timeUp = duration != null && System.nanoTime() - deadline >= 0;
            if (timeUp || interruption.requested().getCount() == 0) {
                return tail.onTimeUp();
            }
        }
        return tail.status();
    }

    private URI uri() {
        String address = endpoint.contains("://")
                ? sse ? endpoint.replaceFirst("^http", "ws") : endpoint
                : "ws://127.0.0.1:%d/%s/%s".formatted(port, sse ? "sse" : "ws", endpoint);
        String query = query();
        if (!query.isEmpty()) {
            address += (address.contains("?") ? "&" : "?") + query;
        }
        try {
            return URI.create(address);
        } catch (IllegalArgumentException _) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + endpoint + "' (expected: a ws:// URL, or http:// with --sse, or the name of an endpoint)");
        }
    }

    private String query() {
        var query = new StringBuilder();
        if (credential != null && credential.token != null) {
            query.append("token=").append(credential.token);
        } else if (credential != null && credential.tableToken != null) {
            query.append("table_token=").append(credential.tableToken);
        }
        if (since != null) {
            query.append(query.isEmpty() ? "" : "&").append("since=").append(since);
        }
        return query.toString();
    }
}

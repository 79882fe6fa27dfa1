package io.atalaya.cli;

import io.atalaya.cli.trial.Browser;
import io.atalaya.cli.trial.TrialSecrets;
import io.atalaya.demo.DemoRun;
import io.atalaya.demo.Evening;
import io.atalaya.demo.EveningClients;
import io.atalaya.demo.Person;
import io.atalaya.demo.RunningGateway;
import io.atalaya.demo.RunningGateway.Duty;
import io.atalaya.demo.RunningGateway.Invitation;
import io.atalaya.demo.Terminal;
import io.atalaya.demo.incident.IncidentRun;
import io.atalaya.demo.incident.Pages;
import io.atalaya.demo.incident.RedisLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code atalaya demo}. Confined to the thread that executes it. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Watch an evening's service in two restaurants: a real gateway, real WebSocket clients for"
                + " waiters, kitchens, admins and diners, events over HTTP, and a check of who received what.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya demo                     evening after evening, until Ctrl-C",
            "  atalaya demo --duration 30s      half a minute",
            "  atalaya demo --once --speed 600 --seed 7",
            "                                   a whole evening, 600 times faster than life",
            "  atalaya demo --incident          an evening, then a slow phone and a burst,",
            "                                   and what books and alerts say of it",
            "  atalaya demo --incident --redis redis://127.0.0.1:6379",
            "                                   the same, and Redis is lost for a while",
            "",
            "Who should receive what is worked out without the gateway's own rules.",
            "NO_COLOR switches colours off.",
            ExitCode.FOOTER + "; 1 also when a delivery was",
            "lost, repeated or reached somebody it was not meant for, or when the gateway's",
            "books do not balance."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final int PUBLIC_PORT = 8001;
    private static final int MANAGEMENT_PORT = 8002;
    private static final int PORTS_TRIED = 200;
    private static final int INCIDENT_SESSION = 999_998;

    private final RunningGateway.Launcher launcher;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "Stop after this time, for example 30s. Default: at Ctrl-C")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration duration;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Chooses the evening. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            defaultValue = "240",
            description = "How many times faster than life. Default: ${DEFAULT-VALUE} (an evening takes a minute)")
    private double speed;

    @Option(names = "--once", description = "Stop after one evening.")
    private boolean once;

    @Option(names = "--incident", description = "After one evening, or --duration, an incident on purpose.")
    private boolean incident;

    @Option(
            names = "--redis",
            paramLabel = "URL",
            defaultValue = "${env:REDIS_URL}",
            description =
                    "With --incident: a Redis that the gateway uses, and loses for a while. It is only the line to"
                            + " it that is cut. Default: $REDIS_URL, else none")
    private @Nullable URI redis;

    @Option(
            names = "--open",
            negatable = true,
            description =
                    "Whether to open the console in a browser. Default: on a desktop, when this is a terminal, but"
                            + " not over ssh and not in CI")
    private @Nullable Boolean open;

    /** @param launcher starts the gateway */
    DemoCommand(RunningGateway.Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var options = new DemoRun.Options(duration, seed, speed, once || incident);
        var secrets = TrialSecrets.fresh(new SecureRandom(), InstantSource.system());
        Evening first = Evening.plan(seed);
        Map<Integer, String> keys = first.restaurants().stream()
                .collect(Collectors.toMap(r -> r.tenant(), r -> secrets.publishKey(Integer.toString(r.tenant()))));
        Terminal terminal = Terminal.open(System.out, System.getenv());
        try (var interruption = new Interruption();
                @Nullable RedisLink link = incident && redis != null ? RedisLink.to(redis) : null;
                RunningGateway gateway = launcher.start(settings(secrets, keys, first, link))) {
            hints(gateway, secrets, keys, first).forEach(line -> terminal.print(line));
            Pages.served(gateway.managementPort()).forEach(line -> terminal.print(line));
            openConsole(gateway, terminal);
            EveningClients.Tokens tokens = secrets::tokenOf;
            var evening = new DemoRun(options, gateway, tokens, terminal, interruption.requested(), System::nanoTime);
            boolean good = evening.run(keys).good();
            if (incident && interruption.requested().getCount() > 0) {
                var table = new IncidentRun.Table(
                        1, 1, INCIDENT_SESSION, secrets.tokenOfSession(INCIDENT_SESSION), keys.getOrDefault(1, ""));
                var run = new IncidentRun(table, gateway, terminal, interruption.requested(), System::nanoTime);
                good &= (link == null ? run.run() : run.run(link)).isEmpty();
            }
            return interruption.finish(good ? ExitCode.OK : ExitCode.FAILURE);
        }
    }

    private void openConsole(RunningGateway gateway, Terminal terminal) {
        Browser.Wish wish = open == null ? Browser.Wish.WHERE_SEEN : open ? Browser.Wish.OPEN : Browser.Wish.NEVER;
        var browser = Browser.of(wish, Browser.Surroundings.here(terminal.live(), System.getenv()));
        if (browser.open("http://127.0.0.1:%d/".formatted(gateway.managementPort()))) {
            terminal.print("The console opens in your browser (--no-open: it does not).");
            terminal.print("");
        } else if (wish == Browser.Wish.OPEN) {
            terminal.print("No browser was opened: no screen, or no xdg-open (expected: both).");
            terminal.print("");
        }
    }

    private static RunningGateway.Settings settings(
            TrialSecrets secrets, Map<Integer, String> keys, Evening evening, @Nullable RedisLink link)
            throws IOException {
        int publicPort = freePortFrom(PUBLIC_PORT);
        int managementPort = freePortFrom(Math.max(MANAGEMENT_PORT, publicPort + 1));
        var publishKeys = new HashMap<String, String>();
        keys.forEach((tenant, key) -> publishKeys.put(key, Integer.toString(tenant)));
        return new RunningGateway.Settings(
                publicPort,
                managementPort,
                secrets.jwtSecret(),
                secrets.tableTokenSecret(),
                publishKeys,
                duties(evening.people()),
                invitations(secrets, evening),
                Optional.ofNullable(link).map(RedisLink::url),
                Optional.ofNullable(System.getenv("ENVIRONMENT"))
                        .filter(name -> !name.isBlank())
                        .orElse("demo"));
    }

    /** For each restaurant and role, the first who does it. */
    private static List<Invitation> invitations(TrialSecrets secrets, Evening evening) {
        var first = new LinkedHashMap<String, Person>();
        evening.people().forEach(person -> first.putIfAbsent(person.tenant() + "/" + person.role(), person));
        return first.values().stream()
                .map(person -> new Invitation(person, secrets.tokenOf(person)))
                .toList();
    }

    private static List<Duty> duties(List<Person> people) {
        return people.stream()
                .filter(person -> person.role() == Person.Role.WAITER)
                .flatMap(waiter -> waiter.sectors().stream()
                        .map(sector -> new Duty(
                                waiter.tenant(),
                                waiter.userId(),
                                waiter.branches().iterator().next(),
                                sector)))
                .toList();
    }

    private static int freePortFrom(int wanted) throws IOException {
        IOException last = new IOException("no free port from " + wanted);
        for (int port = wanted; port < wanted + PORTS_TRIED; port++) {
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /** What to try by hand in another terminal. */
    private static List<String> hints(
            RunningGateway gateway, TrialSecrets secrets, Map<Integer, String> keys, Evening evening) {
        String http = "http://127.0.0.1:" + gateway.publicPort();
        Person admin = first(evening, Person.Role.ADMIN);
        Person diner = first(evening, Person.Role.DINER);
        String event =
                "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":" + diner.session() + "}";
        return List.of(
                "Atalaya is listening: clients and producers on %s, operators on http://127.0.0.1:%d"
                        .formatted(http, gateway.managementPort()),
                "",
                "Try it by hand in another terminal. Watch as an admin of "
                        + admin.restaurant().name() + ":",
                "  ./atalaya tail ws://127.0.0.1:%d/ws/admin --token %s"
                        .formatted(gateway.publicPort(), secrets.tokenOf(admin)),
                "or as a guest of table %d:".formatted(diner.table()),
                "  ./atalaya tail ws://127.0.0.1:%d/ws/diner --table-token %s"
                        .formatted(gateway.publicPort(), secrets.tokenOf(diner)),
                "and publish:",
                "  curl -s %s/api/v1/events -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s'"
                        .formatted(http, keys.get(1), event),
                "");
    }

    private static Person first(Evening evening, Person.Role role) {
        return evening.people().stream()
                .filter(person -> person.role() == role && person.tenant() == 1)
                .findFirst()
                .orElseThrow();
    }
}

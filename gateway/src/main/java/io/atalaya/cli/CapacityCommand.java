package io.atalaya.cli;

import io.atalaya.bench.BenchRun;
import io.atalaya.bench.CapacityTrial;
import io.atalaya.capacity.CapacityFile;
import io.atalaya.capacity.Machine;
import io.atalaya.capacity.ProvedCapacity;
import io.atalaya.capacity.Resource;
import io.atalaya.cli.trial.BenchGateway;
import io.atalaya.gateway.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atalaya capacity}. Confined to the thread that executes it. */
@Command(
        name = "capacity",
        mixinStandardHelpOptions = true,
        description = "Prove what this machine bears: open connections, deliveries a second, accepted events a second."
                + " Loads a gateway of its own and keeps the figures in the data directory, where a running gateway"
                + " reads them and tells its headroom.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya capacity                 about a minute; keeps ./data/capacity.json",
            "  atalaya capacity --connections 20000 --duration 30s --within 10m",
            "                                   more of everything",
            "  atalaya capacity --show --json   what was proved, for programs",
            "",
            "A figure counts when nothing was lost, refused or cut off and p95 was within",
            "its bound; else a smaller load is tried. Client and gateway share the machine,",
            "so each figure is a lower bound. Not on a machine that serves: it takes all.",
            ExitCode.FOOTER + "; 1 also when one",
            "of the figures could not be proved: then the file stays as it was."
        })
public final class CapacityCommand implements Callable<Integer> {
    private static final int SPARE_DESCRIPTORS = 500;
    private static final int MOST_CONNECTIONS = 25_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Most sessions to try, as far as descriptors go. Default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "3s",
            converter = DurationConverter.class,
            description = "Load before each measurement. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration warmup;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "Each measurement. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration duration;

    @Option(
            names = "--p95",
            paramLabel = "TIME",
            defaultValue = "200ms",
            converter = DurationConverter.class,
            description = "Bound of publish to receive. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration latency;

    @Option(
            names = "--within",
            paramLabel = "TIME",
            defaultValue = "3m",
            converter = DurationConverter.class,
            description = "No load is begun that would end later. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration patience;

    @Option(
            names = "--client-threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Event loops of the client. Default: ${DEFAULT-VALUE}")
    private int clientThreads;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "${env:DATA_DIR:-./data}",
            description = "The gateway's directory. Default: the variable DATA_DIR, or ./data")
    @SuppressWarnings("NullAway.Init") // has a default
    private Path dataDir;

    @Option(names = "--show", description = "Load nothing: print what was proved before.")
    private boolean show;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CapacityFile file = CapacityFile.in(dataDir);
        return show ? show(file) : prove(file);
    }

    private int show(CapacityFile file) {
        return switch (file.read()) {
            case CapacityFile.Outcome.Found found -> {
                print(found.proved());
                yield ExitCode.OK;
            }
            case CapacityFile.Outcome.Missing _ -> {
                progress("%s: missing (expected: proved by atalaya capacity)".formatted(file.path()));
                yield ExitCode.FAILURE;
            }
            case CapacityFile.Outcome.Unreadable unreadable -> {
                progress(unreadable.problem());
                yield ExitCode.FAILURE;
            }
        };
    }

    private int prove(CapacityFile file) throws IOException, InterruptedException {
        Machine machine = Machine.here();
        var options = new CapacityTrial.Options(sessions(machine), warmup, duration, latency, patience, clientThreads);
        progress("starting a gateway");
        CapacityTrial.Outcome outcome;
        try (var gateway = BenchGateway.start(Main.class.getName(), options.connections(), options.largestAudience())) {
            CapacityTrial.Runner runner =
                    load -> new BenchRun(load, gateway.target(), this::progress, System::nanoTime).run();
            outcome = new CapacityTrial(options, runner, this::progress, System::nanoTime).run();
        }
        if (!outcome.complete()) {
            outcome.problems().forEach(problem -> progress("PROBLEM " + problem));
            return ExitCode.FAILURE;
        }
        var proved = new ProvedCapacity(
                InstantSource.system().instant(), Version.current(), machine, settings(options), outcome.figures());
        file.write(proved);
        progress("kept in " + file.path());
        print(proved);
        return ExitCode.OK;
    }

    /** Sockets are descriptors, and a port of one address has so many others to talk to. */
    private int sessions(Machine machine) {
        if (connections < 1 || connections > MOST_CONNECTIONS) {
            throw new IllegalArgumentException(
                    "connections: %d (expected: 1 … %d)".formatted(connections, MOST_CONNECTIONS));
        }
        long affordable = Math.min(connections, machine.descriptors() - SPARE_DESCRIPTORS);
        if (affordable < connections) {
            progress("%,d descriptors allow for %,d sessions (ulimit -n)".formatted(machine.descriptors(), affordable));
        }
        return (int) Math.max(10, affordable / 10 * 10);
    }

    private static Map<String, String> settings(CapacityTrial.Options options) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("profile", "restaurant");
        settings.put("log_store", "embedded");
        settings.put("connections_tried", Integer.toString(options.connections()));
        settings.put("warmup", options.warmup().toMillis() + "ms");
        settings.put("duration", options.duration().toMillis() + "ms");
        settings.put("p95_bound", options.latency().toMillis() + "ms");
        settings.put("client_threads", Integer.toString(options.clientThreads()));
        return settings;
    }

    private void print(ProvedCapacity proved) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(CapacityFile.json(proved));
        } else {
            out.println("proved      %s, Atalaya %s".formatted(proved.at(), proved.version()));
            out.println("machine     %d processor(s), %,d MiB, %s, Java %s"
                    .formatted(
                            proved.machine().processors(),
                            proved.machine().memoryBytes() >> 20,
                            proved.machine().system(),
                            proved.machine().java()));
            for (Resource resource : Resource.values()) {
                ProvedCapacity.Figure figure = proved.figures().get(resource);
                if (figure != null) {
                    out.println("%-24s%,10.0f   %s".formatted(resource.word(), figure.value(), evidence(figure)));
                }
            }
        }
        out.flush();
    }

    private static String evidence(ProvedCapacity.Figure figure) {
        return "p95 %.1f ms, client %.0f%% of a core"
                .formatted(
                        figure.evidence().getOrDefault("p95_ms", 0.0),
                        figure.evidence().getOrDefault("client_core_percent", 0.0));
    }

    private void progress(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("atalaya capacity: " + line);
        err.flush();
    }
}

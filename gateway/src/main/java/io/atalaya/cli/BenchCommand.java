package io.atalaya.cli;

import io.atalaya.bench.BenchOptions;
import io.atalaya.bench.BenchReport;
import io.atalaya.bench.BenchRun;
import io.atalaya.bench.BenchTarget;
import io.atalaya.cli.trial.BenchGateway;
import io.atalaya.cli.trial.TrialSecrets;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code atalaya bench}. Confined to the thread that executes it. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Put a whole gateway under load: authenticated diners, events over HTTP, latency from publish to"
                + " receive, losses, CPU and memory. Starts a gateway of its own unless --url names one.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya bench --connections 1000 --rate 80",
            "                                80,000 deliveries/s to one audience",
            "  atalaya bench --connections 10000 --audience 10 --max",
            "                                1,000 audiences, as fast as it goes",
            "  atalaya bench --max --batch 16 --json",
            "                                one line of JSON, for programs",
            "  atalaya bench --url http://127.0.0.1:8001 --key KEY \\",
            "                --table-token-secret SECRET --pid 4711",
            "",
            "A gateway given with --url must allow the load: WS_MAX_TOTAL_CONNECTIONS, and",
            "WS_MAX_DINERS_PER_SESSION of at least --audience. At a fixed rate, latency",
            "counts from the time at which an event was due. Client and gateway share the",
            "machine: give each its core with taskset for figures to compare.",
            ExitCode.FOOTER + "; 1 also when anything was",
            "lost, repeated, refused or cut off."
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Sessions. Default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(
            names = "--connect-rate",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Sessions opened a second. Default: ${DEFAULT-VALUE}")
    private int connectRate;

    @Option(
            names = "--audience",
            paramLabel = "N",
            description = "Sessions that receive each event; divides --connections. Default: all")
    private @Nullable Integer audience;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "50",
            description = "Events a second. Default: ${DEFAULT-VALUE}")
    private double rate;

    @Option(names = "--max", description = "Instead of --rate: as fast as --window allows.")
    private boolean max;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "16",
            description = "Requests under way at once. Default: ${DEFAULT-VALUE}")
    private int window;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "200",
            description = "Size of an event. Default: ${DEFAULT-VALUE}")
    private int size;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Events in a request. Default: ${DEFAULT-VALUE}")
    private int batch;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "Load before measuring. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration warmup;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "Load that is measured. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Duration duration;

    @Option(
            names = "--client-threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Event loops of the client. Default: ${DEFAULT-VALUE}")
    private int clientThreads;

    @Option(names = "--url", paramLabel = "URL", description = "Public port of a gateway that runs already.")
    private @Nullable URI url;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "${env:INGEST_API_KEY}",
            description = "With --url: API key for tenant 1. Default: the variable INGEST_API_KEY")
    private @Nullable String key;

    @Option(
            names = "--table-token-secret",
            paramLabel = "SECRET",
            defaultValue = "${env:TABLE_TOKEN_SECRET}",
            description = "With --url: makes the diners' tokens. Default: the variable TABLE_TOKEN_SECRET")
    private @Nullable String tableTokenSecret;

    @Option(names = "--pid", paramLabel = "PID", description = "With --url: process whose CPU and memory to watch.")
    private @Nullable Long pid;

    @Option(names = "--json", description = "Print the report as one line of JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchOptions options = options();
        return url == null ? againstOwn(options) : againstOther(options, url);
    }

    private BenchOptions options() {
        return new BenchOptions(
                connections,
                connectRate,
                audience == null ? connections : audience,
                max ? 0 : rate,
                window,
                size,
                batch,
                warmup,
                duration,
                clientThreads);
    }

    private int againstOwn(BenchOptions options) throws IOException, InterruptedException {
        progress("starting a gateway");
        try (var gateway = BenchGateway.start(Main.class.getName(), options.connections(), options.audience())) {
            return run(options, gateway.target());
        }
    }

    private int againstOther(BenchOptions options, URI address) throws InterruptedException {
        if (key == null || tableTokenSecret == null) {
            throw new ParameterException(
                    spec.commandLine(), "--url alone (expected: also --key and --table-token-secret)");
        }
        var secrets = TrialSecrets.of(tableTokenSecret, new SecureRandom(), InstantSource.system());
        OptionalLong watched = pid == null ? OptionalLong.empty() : OptionalLong.of(pid);
        return run(options, new BenchTarget(address, key, watched, secrets::tokenOfSession));
    }

    private int run(BenchOptions options, BenchTarget target) throws InterruptedException {
        BenchReport report = new BenchRun(options, target, this::progress, System::nanoTime).run();
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? report.json() : report.table());
        out.flush();
        return report.good() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private void progress(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("atalaya bench: " + line);
        err.flush();
    }
}

package io.atalaya.cli;

import io.atalaya.config.ConfigOutcome;
import io.atalaya.config.ConfigReader;
import io.atalaya.config.ConfigSource;
import io.atalaya.gateway.Gateway;
import io.atalaya.gateway.StartException;
import io.atalaya.logging.LogQueue;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atalaya run}: the gateway, until a signal. Confined to the main thread; the signal comes on another. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Run the gateway until SIGTERM or Ctrl-C.",
        footer = {
            "",
            "Settings come from ./atalaya.yaml (or --config) and the environment, which",
            "wins; see check-config. It refuses to start without secrets: JWT_SECRET and",
            "TABLE_TOKEN_SECRET, e.g. from `openssl rand -hex 32`.",
            "",
            "Exit status: 130 or 143 stopped by Ctrl-C or SIGTERM, 1 cannot start, 2 usage."
        })
final class RunCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML file with settings (default: ./atalaya.yaml if it is there).")
    private @Nullable Path file;

    @Option(
            names = "--insecure",
            description = "Accept every client as who it claims to be. For trials on this machine only.")
    private boolean insecure;

    @Option(names = "--exit-when-ready", hidden = true, description = "Stop as soon as both ports are open.")
    private boolean exitWhenReady;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = java.util.Objects.requireNonNull(spec).commandLine().getErr();
        ConfigOutcome outcome = ConfigReader.read(source());
        outcome.notes().forEach(note -> err.println("note: " + note));
        return switch (outcome) {
            case ConfigOutcome.Invalid invalid -> {
                invalid.problems().forEach(err::println);
                err.println("Not started: %d problem(s) in the settings."
                        .formatted(invalid.problems().size()));
                yield 1;
            }
            case ConfigOutcome.Valid valid -> run(valid, err);
        };
    }

    private ConfigSource source() {
        ConfigSource standard = ConfigSource.standard(Path.of("").toAbsolutePath(), System.getenv());
        ConfigSource named = file == null ? standard : standard.withFile(file);
        return insecure ? named.asInsecure() : named;
    }

    private int run(ConfigOutcome.Valid valid, PrintWriter err) throws InterruptedException {
        try (Gateway gateway = Gateway.start(valid.config())) {
            if (!exitWhenReady) {
                waitForSignal(gateway);
            }
            return 0;
        } catch (StartException failure) {
            err.println(failure.getMessage());
            return 1;
        }
    }

    /** The JVM ends when its shutdown hooks have ended, so the hook does the closing. */
    private static void waitForSignal(Gateway gateway) throws InterruptedException {
        var forever = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway), "atalaya-stop"));
        forever.await();
    }

    private static void stop(Gateway gateway) {
        gateway.close();
        LogQueue.flushAll();
    }
}

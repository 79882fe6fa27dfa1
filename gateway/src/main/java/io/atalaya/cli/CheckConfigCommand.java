package io.atalaya.cli;

import io.atalaya.config.ConfigOutcome;
import io.atalaya.config.ConfigReader;
import io.atalaya.config.ConfigSource;
import io.atalaya.config.GatewayConfig;
import io.atalaya.config.Reference;
import io.atalaya.gateway.Gateway;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code check-config}: reads settings and profile with the server's own reader and reports everything that is wrong
 * with them. Confined to the thread that runs it.
 */
@Command(
        name = "check-config",
        mixinStandardHelpOptions = true,
        description = "Checks settings and profile as the gateway would read them, and reports every problem at once.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Good to run with.", "1:At least one problem; each is a line.", "2:Wrong usage."})
public final class CheckConfigCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Settings file. Default: ./atalaya.yaml, if it is there.")
    private @Nullable Path config;

    @Option(
            names = {"-p", "--profile"},
            paramLabel = "NAME|FILE",
            description = "Check this profile instead of the configured one.")
    private @Nullable String profile;

    @Option(names = "--insecure", description = "Do not ask for secrets, as `run --insecure` would not.")
    private boolean insecure;

    @Option(
            names = "--print-reference",
            description = "Print the reference of all settings (docs/configuration.md) and check nothing.")
    private boolean printReference;

    private final Path directory;
    private final Map<String, String> environment;

    /**
     * @param directory where {@code atalaya.yaml} is looked for and relative paths start from
     * @param environment variables
     */
    public CheckConfigCommand(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() {
        if (printReference) {
            out().print(Reference.markdown());
            out().flush();
            return 0;
        }
        int exitCode = switch (ConfigReader.read(source())) {
            case ConfigOutcome.Valid valid -> {
                report(valid.notes());
                yield reportFiles(valid.config());
            }
            case ConfigOutcome.Invalid invalid -> {
                report(invalid.notes());
                invalid.problems().forEach(out()::println);
                out().println(count(invalid.problems().size()));
                yield 1;
            }
        };
        out().flush();
        return exitCode;
    }

    private int reportFiles(GatewayConfig good) {
        List<String> problems = Gateway.unusableFiles(good);
        problems.forEach(out()::println);
        out().println(problems.isEmpty() ? "ok: " + good.summary() : count(problems.size()));
        return problems.isEmpty() ? 0 : 1;
    }

    private ConfigSource source() {
        ConfigSource source = ConfigSource.standard(directory, environment);
        if (config != null) {
            source = source.withFile(config);
        }
        var overrides = new HashMap<String, String>();
        if (profile != null) {
            overrides.put("profile", profile);
        }
        source = source.withOverrides(overrides);
        return insecure ? source.asInsecure() : source;
    }

    private void report(List<String> notes) {
        notes.forEach(note -> out().println("note: " + note));
    }

    private static String count(int problems) {
        return problems == 1 ? "1 problem" : problems + " problems";
    }

    private PrintWriter out() {
        if (spec == null) {
            throw new IllegalStateException("run by picocli only");
        }
        return spec.commandLine().getOut();
    }
}

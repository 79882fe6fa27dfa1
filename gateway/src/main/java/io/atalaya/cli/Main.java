package io.atalaya.cli;

import io.atalaya.cli.kpi.KpiCommand;
import io.atalaya.cli.slo.SloCommand;
import io.atalaya.cli.trial.InProcessGateway;
import io.atalaya.explain.ExplainCommand;
import io.atalaya.gateway.Version;
import io.atalaya.logging.LogQueue;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line's one entry point. Immutable. */
@Command(
        name = "atalaya",
        description = "A multi-tenant real-time event gateway: backends publish events, and each reaches exactly the"
                + " people who may see it, over WebSocket, with every delivery accounted for.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.ProductVersion.class,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya demo --duration 30s          see it at work, with nothing to set up",
            "  atalaya tail ws://127.0.0.1:8001/ws/diner --table-token TOKEN",
            "                                       watch what one client receives",
            "  atalaya publish --type TABLE_CLEARED --tenant 1 --field branch_id=1",
            "                                       publish one event",
            "  atalaya bench --connections 1000 --audience 1000 --rate 80",
            "                                       put a gateway under load",
            "  atalaya COMMAND --help               everything about one command",
            "",
            "Durations are written 250ms, 10s, 5m or 2h.",
            ExitCode.FOOTER + "; some commands have more."
        })
public final class Main implements Runnable {
    private static final String LOG_LEVEL = "LOG_LEVEL";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    /** Runs one command and ends the JVM with its exit status. */
    public static void main(String[] arguments) {
        quietUnlessServing(List.of(arguments));
        int status = commandLine(arguments).execute(arguments);
        LogQueue.flushAll();
        System.exit(status);
    }

    /** The commands in the order of the help. Made when they are wanted: the model of all takes longer than most run. */
    private static Map<String, Supplier<Object>> commands() {
        var commands = new LinkedHashMap<String, Supplier<Object>>();
        commands.put("demo", () -> new DemoCommand(InProcessGateway::start));
        commands.put("run", RunCommand::new);
        commands.put("token", () -> new TokenCommand(System.getenv(), InstantSource.system()));
        commands.put("publish", PublishCommand::new);
        commands.put("tail", TailCommand::new);
        commands.put("explain", () -> new ExplainCommand(System.getenv()));
        commands.put("dead-letters", DeadLettersCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("capacity", CapacityCommand::new);
        commands.put("check-config", () -> new CheckConfigCommand(Path.of("").toAbsolutePath(), System.getenv()));
        commands.put("slo", SloCommand::new);
        commands.put("kpi", KpiCommand::new);
        return commands;
    }

    /** The command line with the command that the first argument names, or with all of them when it names none. */
    static CommandLine commandLine(String... arguments) {
        var main = new CommandLine(new Main());
        Map<String, Supplier<Object>> commands = commands();
        if (arguments.length > 0 && commands.containsKey(arguments[0])) {
            commands.keySet().retainAll(Set.of(arguments[0]));
        }
        commands.forEach((name, command) -> main.addSubcommand(name, command.get()));
        return main.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExitCodeExceptionMapper(Main::exitCodeOf)
                .setExecutionExceptionHandler(Main::onException);
    }

    /** Without a command there is nothing to do but to say what there is. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "no command (expected: one of " + spec.subcommands().keySet() + ")");
    }

    /** What goes wrong is one line for people; the stack trace is for those who ask for debug logs. */
    private static int onException(Exception problem, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        String text = problem.getMessage() == null ? problem.toString() : problem.getMessage();
        err.println(command.getCommandSpec().qualifiedName() + ": " + text);
        if ("DEBUG".equalsIgnoreCase(logLevel())) {
            problem.printStackTrace(err);
        }
        return exitCodeOf(problem);
    }

    private static int exitCodeOf(Throwable problem) {
        boolean misused =
                problem instanceof CommandLine.ParameterException || problem instanceof IllegalArgumentException;
        return misused ? ExitCode.USAGE : ExitCode.FAILURE;
    }

    /** Logs of a server are its output; for the other commands only warnings are worth an interruption. */
    private static void quietUnlessServing(List<String> arguments) {
        if (!arguments.contains("run") && logLevel().isEmpty()) {
            System.setProperty(LOG_LEVEL, arguments.contains("demo") ? "ERROR" : "WARN");
        }
    }

    private static String logLevel() {
        String property = System.getProperty(LOG_LEVEL);
        String variable = System.getenv(LOG_LEVEL);
        return property != null ? property : variable != null ? variable : "";
    }

    /** What {@code --version} answers: the version that the build wrote into the jar, and the JVM. Immutable. */
    static final class ProductVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "atalaya " + Version.current(),
                "Java %s, %s".formatted(Runtime.version(), System.getProperty("java.vm.name"))
            };
        }
    }
}

package io.atalaya.cli.slo;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code atalaya slo}: does nothing without a command of its own. Confined to the thread that executes it. */
@Command(
        name = "slo",
        mixinStandardHelpOptions = true,
        description = "Objectives and their budgets: check them, make rules and dashboards of them, ask for them.",
        sortOptions = false,
        subcommands = {
            CheckSlo.class,
            ReportSlo.class,
            GenerateSlo.class,
            GateSlo.class,
            ImportSlo.class,
            ExportSlo.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya slo check                    what is wrong with the objectives",
            "  atalaya slo generate                 make everything below deploy/ again",
            "  atalaya slo gate --service api       may operations on the API go on?",
            "",
            "Without --from the files that come with the program are used; a folder",
            "replaces those of them that it has: atalaya.yaml, catalogue.yaml, alerts.yaml,",
            "dashboards.yaml."
        })
public final class SloCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "no command (expected: one of " + spec.subcommands().keySet() + ")");
    }
}

package io.atalaya.cli.kpi;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code atalaya kpi}: does nothing without a command of its own. Confined to the thread that executes it. */
@Command(
        name = "kpi",
        mixinStandardHelpOptions = true,
        description = "Indicators over events: check a file of them, ask a gateway how they stand.",
        sortOptions = false,
        subcommands = {CheckKpi.class, ReportKpi.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya kpi check mine.yaml --profile operations   what is wrong with it",
            "  atalaya kpi report                                 how a gateway stands",
            "  atalaya kpi report --csv                           for a spreadsheet"
        })
public final class KpiCommand implements Runnable {
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

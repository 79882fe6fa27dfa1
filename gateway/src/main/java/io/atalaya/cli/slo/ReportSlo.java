package io.atalaya.cli.slo;

import io.atalaya.slo.FeasibilityReport;
import io.atalaya.slo.SloOutcome;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code slo report}. Confined to the thread that executes it. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Print what is promised, what that allows and what is hard to reconcile, as Markdown.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Printed.", "1:Something is wrong with the files.", "2:Wrong usage."})
final class ReportSlo implements Callable<Integer> {
    @Mixin
    private final SloFiles files = new SloFiles();

    @Override
    public Integer call() {
        Optional<SloOutcome.Valid> valid = files.read();
        valid.ifPresent(all -> {
            files.out().print(FeasibilityReport.of(all.file()));
            files.out().flush();
        });
        return valid.isPresent() ? 0 : 1;
    }
}

package io.atalaya.cli.slo;

import io.atalaya.openslo.OpenSloText;
import io.atalaya.slo.SloOutcome;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code slo export}. Confined to the thread that executes it. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Print the objectives in the OpenSLO format, version 1.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Printed.", "1:Something is wrong with the files.", "2:Wrong usage."})
final class ExportSlo implements Callable<Integer> {
    @Mixin
    private final SloFiles files = new SloFiles();

    @Override
    public Integer call() {
        Optional<SloOutcome.Valid> valid = files.read();
        valid.ifPresent(all -> {
            files.out().print(OpenSloText.of(all.file(), all.catalogue()));
            files.out().flush();
        });
        return valid.isPresent() ? 0 : 1;
    }
}

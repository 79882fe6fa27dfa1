package io.atalaya.cli.slo;

import io.atalaya.generate.Generator;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code slo check}. Confined to the thread that executes it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Check objectives, metrics, alerts and dashboards, and report every problem at once.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Nothing is wrong.", "1:At least one problem; each is a line.", "2:Wrong usage."})
final class CheckSlo implements Callable<Integer> {
    @Mixin
    private final SloFiles files = new SloFiles();

    @Override
    public Integer call() {
        Optional<Generator> generator = files.generator(false);
        generator.ifPresent(all -> {
            files.out().println("ok: " + all.summary());
            files.out().flush();
        });
        return generator.isPresent() ? 0 : 1;
    }
}

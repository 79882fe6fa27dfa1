package io.atalaya.cli.kpi;

import io.atalaya.kpi.KpiFile;
import io.atalaya.kpi.KpiOutcome;
import io.atalaya.kpi.KpiReader;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import io.atalaya.proof.Provision;
import io.atalaya.slo.SloFolder;
import io.atalaya.slo.SloOutcome;
import io.atalaya.yaml.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kpi check}. Confined to the thread that executes it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Check a file of indicators, against a profile's events too, and report every problem at once.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Nothing is wrong.", "1:At least one problem; each is a line.", "2:Wrong usage."})
final class CheckKpi implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Default: the indicators that come with the profile.")
    private @Nullable Path file;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            defaultValue = "operations",
            description = "Whose events it is about: a shipped profile's name, or a path. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private String profile;

    @Override
    public Integer call() {
        var problems = new ArrayList<Problem>();
        KpiFile kpis = read(problems);
        ProfileSource source = ProfileSource.of(profile, Path.of(""));
        switch (ProfileReader.read(source, ProfileReader.Switches.NONE)) {
            case ProfileOutcome.Invalid invalid -> problems.addAll(invalid.problems());
            case ProfileOutcome.Valid valid -> problems.addAll(Provision.against(valid.profile(), kpis));
        }
        PrintWriter out = spec.commandLine().getOut();
        problems.forEach(out::println);
        out.println(
                problems.isEmpty()
                        ? "ok: %d indicators over the events of %s"
                                .formatted(kpis.kpis().size(), profile)
                        : problems.size() == 1 ? "1 problem" : problems.size() + " problems");
        out.flush();
        return problems.isEmpty() ? 0 : 1;
    }

    private KpiFile read(List<Problem> problems) {
        if (!(SloFolder.shipped().read() instanceof SloOutcome.Valid shipped)) {
            throw new IllegalStateException("the files of the program are wrong");
        }
        KpiOutcome outcome = file != null
                ? KpiReader.read(file, shipped.catalogue())
                : KpiReader.shipped(profile)
                        .map(source -> KpiReader.read(source, shipped.catalogue()))
                        .orElseGet(() -> new KpiOutcome.Invalid(List.of(new Problem(
                                profile, 0, 0, "", "no indicators come with it", "a file, or another profile"))));
        return switch (outcome) {
            case KpiOutcome.Valid valid -> valid.file();
            case KpiOutcome.Invalid invalid -> {
                problems.addAll(invalid.problems());
                yield KpiFile.none();
            }
        };
    }
}

package io.atalaya.cli.slo;

import io.atalaya.generate.Generator;
import io.atalaya.slo.SloFolder;
import io.atalaya.slo.SloOutcome;
import io.atalaya.slo.SloReader.Source;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problem;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The files that a command works on, and how it says what is wrong with them. Confined to the executing thread. */
final class SloFiles {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--from",
            paramLabel = "FOLDER",
            description = "Folder of the files. Default: those of the program.")
    private @Nullable Path from;

    @Option(
            names = "--runbooks",
            paramLabel = "URL",
            defaultValue = "docs/runbooks/",
            description = "What links to runbooks start with. Default: ${DEFAULT-VALUE}, the path in this repository")
    @SuppressWarnings("NullAway.Init") // has a default
    private String runbooks;

    SloFolder folder() {
        return from == null ? SloFolder.shipped() : SloFolder.of(from);
    }

    /** Objectives and catalogue; empty when something is wrong, which has been said. */
    Optional<SloOutcome.Valid> read() {
        return switch (folder().read()) {
            case SloOutcome.Valid valid -> Optional.of(valid);
            case SloOutcome.Invalid invalid -> {
                report(invalid.problems());
                yield Optional.empty();
            }
        };
    }

    /** All four files; empty when something is wrong, which has been said. */
    Optional<Generator> generator(boolean withPending) {
        return read().flatMap(valid -> {
            var problems = new Problems();
            var input = new Generator.Input(valid.file(), valid.catalogue(), runbooks, withPending);
            Optional<Node.Mapping> alerts = mapping(SloFolder.ALERTS, problems);
            Optional<Node.Mapping> dashboards = mapping(SloFolder.DASHBOARDS, problems);
            Optional<Generator> generator = alerts.flatMap(
                    rules -> dashboards.flatMap(boards -> Generator.read(input, rules, boards, problems)));
            report(problems.list());
            return generator;
        });
    }

    private Optional<Node.Mapping> mapping(String name, Problems problems) {
        Source source = folder().source(name);
        return YamlReader.read(source.file(), source.text(), problems);
    }

    private void report(List<Problem> problems) {
        problems.forEach(out()::println);
        if (!problems.isEmpty()) {
            out().println(problems.size() == 1 ? "1 problem" : problems.size() + " problems");
            out().flush();
        }
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

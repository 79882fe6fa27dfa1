package io.atalaya.cli.slo;

import io.atalaya.openslo.OpenSloReader;
import io.atalaya.yaml.Problems;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code slo import}. Confined to the thread that executes it. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Read objectives in the OpenSLO format, version 1, and print them in ours.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Printed.", "1:At least one problem; each is a line.", "2:Wrong usage."})
final class ImportSlo implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "An OpenSLO file, of one or more documents.")
    @SuppressWarnings("NullAway.Init") // required
    private Path file;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        var problems = new Problems();
        Optional<String> text = OpenSloReader.read(file.toString(), Files.readString(file), problems);
        text.ifPresent(out::print);
        problems.list().forEach(out::println);
        out.flush();
        return text.isPresent() ? 0 : 1;
    }
}

package io.atalaya.cli.slo;

import io.atalaya.generate.Generator;
import io.atalaya.generate.Generator.Artefact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code slo generate}. Confined to the thread that executes it. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Make rules, alerts and their tests, configurations, dashboards and the report.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:Made, or with --check up to date.",
            "1:Something is wrong with the files or, with --check, out of date.",
            "2:Wrong usage."
        })
final class GenerateSlo implements Callable<Integer> {
    @Mixin
    private final SloFiles files = new SloFiles();

    @Option(
            names = "--into",
            paramLabel = "FOLDER",
            defaultValue = "deploy",
            description = "Where to write. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private Path into;

    @Option(names = "--check", description = "Write nothing; say which files are out of date.")
    private boolean check;

    @Option(
            names = "--with-pending",
            description = "Make also what names metrics that are not exposed yet, as it will be.")
    private boolean withPending;

    @Override
    public Integer call() throws IOException {
        Optional<Generator> generator = files.generator(withPending);
        if (generator.isEmpty()) {
            return 1;
        }
        List<String> stale = new ArrayList<>();
        for (Artefact artefact : generator.get().artefacts()) {
            Path path = into.resolve(artefact.path());
            if (!Files.exists(path) || !Files.readString(path).equals(artefact.text())) {
                stale.add(artefact.path());
                if (!check) {
                    Files.createDirectories(path.getParent());
                    Files.writeString(path, artefact.text());
                }
            }
        }
        stale.forEach(path -> files.out().println((check ? "out of date: " : "wrote ") + into.resolve(path)));
        files.out()
                .println(
                        stale.isEmpty()
                                ? "up to date: " + into
                                : stale.size() == 1 ? "1 file" : stale.size() + " files");
        files.out().flush();
        return check && !stale.isEmpty() ? 1 : 0;
    }
}

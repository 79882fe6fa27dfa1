package io.atalaya.slo;

import io.atalaya.slo.SloReader.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files that come with the program, as tests read them. */
public final class ShippedObjectives {
    private static final Path FOLDER = Path.of("../slo");

    private ShippedObjectives() {}

    public static Source source(String name) {
        try {
            return new Source(name, Files.readString(FOLDER.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static SloOutcome.Valid read() {
        return switch (SloReader.read(source("atalaya.yaml"), source("catalogue.yaml"))) {
            case SloOutcome.Valid valid -> valid;
            case SloOutcome.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }
}

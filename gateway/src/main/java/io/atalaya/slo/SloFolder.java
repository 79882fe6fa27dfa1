package io.atalaya.slo;

import io.atalaya.slo.SloReader.Source;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the files of objectives, metrics, alerts and dashboards are. Immutable. */
public final class SloFolder {
    public static final String OBJECTIVES = "atalaya.yaml";
    public static final String CATALOGUE = "catalogue.yaml";
    public static final String ALERTS = "alerts.yaml";
    public static final String DASHBOARDS = "dashboards.yaml";

    private final Optional<Path> folder;

    private SloFolder(Optional<Path> folder) {
        this.folder = folder;
    }

    /** The files that come with the program. */
    public static SloFolder shipped() {
        return new SloFolder(Optional.empty());
    }

    /** Files of a folder; what is not in it is taken from those that come with the program. */
    public static SloFolder of(Path folder) {
        return new SloFolder(Optional.of(folder));
    }

    /**
     * One file's text; empty when it cannot be read.
     *
     * @param name one of the constants
     */
    public Source source(String name) {
        try {
            Optional<Path> own = folder.map(in -> in.resolve(name)).filter(Files::exists);
            return own.isPresent()
                    ? new Source(own.get().toString(), Files.readString(own.get()))
                    : new Source(name, shipped(name));
        } catch (IOException _) {
            return new Source(name, "");
        }
    }

    private static String shipped(String name) throws IOException {
        try (@Nullable InputStream in = SloFolder.class.getResourceAsStream("/slo/" + name)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Objectives and catalogue, read and checked. */
    public SloOutcome read() {
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            Place place = Place.of(folder.get().toString(), "");
            return new SloOutcome.Invalid(
                    List.of(new Problem(place.file(), 0, 0, "", "no such folder", "a folder with " + OBJECTIVES)));
        }
        return SloReader.read(source(OBJECTIVES), source(CATALOGUE));
    }
}

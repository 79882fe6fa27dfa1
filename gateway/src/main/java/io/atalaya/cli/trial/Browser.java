package io.atalaya.cli.trial;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Opens pages for whoever sits at this machine. Immutable. */
public final class Browser {
    private static final List<String> REMOTE = List.of("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY");
    private static final List<String> DISPLAYS = List.of("DISPLAY", "WAYLAND_DISPLAY");

    private final Optional<String> program;

    private Browser(Optional<String> program) {
        this.program = program;
    }

    /** What was asked for. */
    public enum Wish {
        /** Open where somebody is likely to look: on a terminal of a desktop, but not in CI and not over ssh. */
        WHERE_SEEN,
        /** Open wherever there is a program for it. */
        OPEN,
        NEVER
    }

    /**
     * Where the program runs. Immutable.
     *
     * @param system name of the operating system, as the JVM tells it
     * @param terminal whether the output is a terminal
     * @param installed whether a program of that name can be started
     */
    public record Surroundings(
            String system, boolean terminal, Map<String, String> environment, Predicate<String> installed) {
        public Surroundings {
            environment = Map.copyOf(environment);
        }

        /** Those of this process. */
        public static Surroundings here(boolean terminal, Map<String, String> environment) {
            String path = environment.getOrDefault("PATH", "");
            return new Surroundings(
                    System.getProperty("os.name", ""), terminal, environment, name -> isOnPath(name, path));
        }

        private boolean isMac() {
            return system.startsWith("Mac");
        }

        private boolean has(String variable) {
            return !environment.getOrDefault(variable, "").isEmpty();
        }

        private boolean seen() {
            boolean automatic = has("CI") && !"false".equals(environment.get("CI"));
            return terminal && !automatic && REMOTE.stream().noneMatch(this::has);
        }
    }

    /** The one for these surroundings; it opens nothing where that makes no sense. */
    public static Browser of(Wish wish, Surroundings surroundings) {
        boolean wanted = switch (wish) {
            case WHERE_SEEN -> surroundings.seen();
            case OPEN -> true;
            case NEVER -> false;
        };
        boolean screen = surroundings.isMac() || DISPLAYS.stream().anyMatch(surroundings::has);
        String opener = surroundings.isMac() ? "open" : "xdg-open";
        return new Browser(
                wanted && screen && surroundings.installed().test(opener) ? Optional.of(opener) : Optional.empty());
    }

    /** The program that opens pages; empty where none is opened. */
    Optional<String> program() {
        return program;
    }

    /**
     * Asks for a page to be opened, and does not wait for it.
     *
     * @return whether it was asked for; what becomes of it, only who looks at the screen knows
     */
    public boolean open(String address) {
        if (program.isEmpty()) {
            return false;
        }
        try {
            Process _ = new ProcessBuilder(program.get(), address)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean isOnPath(String name, String path) {
        for (String directory : path.split(File.pathSeparator, -1)) {
            try {
                if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
                    return true;
                }
            } catch (InvalidPathException _) {
                // not a directory of programs
            }
        }
        return false;
    }
}

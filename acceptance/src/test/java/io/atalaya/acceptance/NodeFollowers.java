package io.atalaya.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients in JavaScript, all in one Node process, which tells what they see. Confined to the test's thread; a thread of
 * its own reads along.
 */
final class NodeFollowers implements AutoCloseable {
    private static final Path CLIENT = Path.of("..", "clients", "js");
    private static final int HAS_WEB_SOCKETS = 22;

    private final Map<String, Followed> byName = new LinkedHashMap<>();
    private final List<Map<String, Object>> options = new ArrayList<>();
    private @Nullable Process process;

    /** Whether Node and what it needs are here; {@code ./verify} sees to the latter. */
    static boolean areAvailable() {
        try {
            var version = new ProcessBuilder("node", "--version").start();
            String text = new String(version.getInputStream().readAllBytes(), UTF_8).strip();
            int major = Integer.parseInt(text.substring(1, text.indexOf('.')));
            return major >= HAS_WEB_SOCKETS || Files.isDirectory(CLIENT.resolve("node_modules/ws"));
        } catch (IOException | RuntimeException _) {
            return false;
        }
    }

    /** What a diner's client is made with: where the gateway is, where its tokens come from, and further options in turn. */
    static Map<String, Object> options(String authority, String tokenUrl, Object... more) {
        var options = new LinkedHashMap<String, Object>();
        options.put("url", "ws://" + authority + "/ws/diner");
        options.put("tokenUrl", tokenUrl);
        for (int i = 0; i < more.length; i += 2) {
            options.put((String) more[i], more[i + 1]);
        }
        return options;
    }

    /** Adds a client with these options, to be started with the others. */
    Followed add(String name, Map<String, Object> with) {
        var all = new LinkedHashMap<>(with);
        all.put("name", name);
        options.add(all);
        var followed = new Followed(name);
        byName.put(name, followed);
        return followed;
    }

    Collection<Followed> all() {
        return byName.values();
    }

    void start() throws IOException {
        Process started = new ProcessBuilder(
                        "node",
                        CLIENT.resolve("acceptance/follow.js").toString(),
                        new JsonMapper().writeValueAsString(options))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process = started;
        var lines = started.inputReader(UTF_8);
        Thread.ofVirtual().start(() -> read(lines));
    }

    /** Puts all of them to sleep, with their sockets open: nothing runs and no timer fires until {@link #wake}. */
    void sleep() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets them go on. */
    void wake() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("followers: not started");
        }
        String pid = Long.toString(running.pid());
        int status =
                new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException("kill -%s %s: %d (expected: 0)".formatted(name, pid, status));
        }
    }

    private void read(BufferedReader lines) {
        try (Stream<String> all = lines.lines()) {
            all.forEach(this::onLine);
        } catch (UncheckedIOException _) {
            // the process has ended
        }
    }

    private void onLine(String line) {
        String[] parts = line.split("\t", 3);
        Followed followed = byName.get(parts[0]);
        if (followed == null || parts.length < 3) {
            throw new IllegalStateException("line: " + line);
        }
        switch (parts[1]) {
            case "position" -> followed.onPosition();
            case "event" -> followed.onEvent(parts[2]);
            case "gap" -> followed.onGap(parts[2]);
            default -> followed.onState(parts[1] + " " + parts[2]);
        }
    }

    @Override
    public void close() throws IOException {
        Process ending = process;
        if (ending == null) {
            return;
        }
        ending.getOutputStream().close();
        try {
            if (!ending.waitFor(5, TimeUnit.SECONDS)) {
                ending.destroyForcibly(); // also one that sleeps
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            ending.destroyForcibly();
        }
    }
}

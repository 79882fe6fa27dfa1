package io.atalaya.alerting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What operators do not want to be told of for a while. Thread-safe by its own monitor; writes of its small file happen under
 * it, so it is not for event loops. A pause ends by itself.
 */
public final class Pauses {
    /** Most pauses at a time. */
    public static final int MOST = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Pauses.class);

    private final Optional<Path> file;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final List<Pause> pauses = new ArrayList<>();

    /**
     * @param directory where they are kept; empty when they do not survive the process
     * @throws UncheckedIOException when the directory cannot be made
     */
    public Pauses(Optional<Path> directory, InstantSource clock) {
        this.file = directory.map(path -> path.resolve("pauses.json"));
        this.clock = clock;
        try {
            if (directory.isPresent()) {
                Files.createDirectories(directory.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        file.filter(Files::exists).ifPresent(this::load);
    }

    /**
     * One pause. Immutable.
     *
     * @param service whose alerts are not told; empty for all
     */
    public record Pause(String id, String service, String reason, Instant from, Instant until) {
        /** Whether it is about an alert. */
        boolean covers(Alert alert) {
            return service.isEmpty() || service.equals(alert.label("service"));
        }
    }

    /** Those in force, oldest first. */
    public synchronized List<Pause> active() {
        Instant now = clock.instant();
        pauses.removeIf(pause -> !now.isBefore(pause.until()));
        return List.copyOf(pauses);
    }

    /** Begins one; empty when there are too many. */
    public synchronized Optional<Pause> begin(String service, String reason, Instant until) {
        if (active().size() >= MOST) {
            return Optional.empty();
        }
        byte[] id = new byte[6];
        random.nextBytes(id);
        var pause = new Pause(HexFormat.of().formatHex(id), service, reason, clock.instant(), until);
        pauses.add(pause);
        save();
        LOG.atInfo()
                .addKeyValue("pause", pause.id())
                .addKeyValue("service", service.isEmpty() ? "all" : service)
                .addKeyValue("until", until)
                .log("alerts are paused");
        return Optional.of(pause);
    }

    /** Ends one before its time; false when there is none of that name. */
    public synchronized boolean end(String id) {
        active();
        boolean ended = pauses.removeIf(pause -> pause.id().equals(id));
        if (ended) {
            save();
            LOG.atInfo().addKeyValue("pause", id).log("alerts are told again");
        }
        return ended;
    }

    private void load(Path path) {
        try {
            for (JsonNode pause : JsonMapper.shared().readTree(Files.readAllBytes(path))) {
                pauses.add(new Pause(
                        pause.path("id").asString(""),
                        pause.path("service").asString(""),
                        pause.path("reason").asString(""),
                        Instant.parse(pause.path("from").asString("")),
                        Instant.parse(pause.path("until").asString(""))));
            }
        } catch (IOException | JacksonException | DateTimeException damage) {
            LOG.atError()
                    .addKeyValue("file", path)
                    .addKeyValue("reason", damage.toString())
                    .log("pauses of alerts cannot be read (expected: what this program wrote); none is in force");
            pauses.clear();
        }
    }

    private void save() {
        file.ifPresent(path -> {
            Path next = path.resolveSibling("pauses.next");
            try {
                Files.write(
                        next,
                        JsonMapper.shared()
                                .writeValueAsBytes(
                                        pauses.stream().map(Pauses::document).toList()));
                Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException failure) {
                LOG.atError().setCause(failure).log("pauses of alerts cannot be kept; they end with the process");
            }
        });
    }

    /** Its members. */
    static Map<String, Object> document(Pause pause) {
        var document = new LinkedHashMap<String, Object>();
        document.put("id", pause.id());
        if (!pause.service().isEmpty()) {
            document.put("service", pause.service());
        }
        document.put("reason", pause.reason());
        document.put("from", pause.from().toString());
        document.put("until", pause.until().toString());
        return document;
    }
}

package io.atalaya.capacity;

import io.atalaya.capacity.ProvedCapacity.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Proved figures on disk, as JSON. Thread-safe: writing replaces the file as a whole. */
public record CapacityFile(Path path) {
    private static final String NAME = "capacity.json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The one of a data directory. */
    public static CapacityFile in(Path dataDir) {
        return new CapacityFile(dataDir.resolve(NAME));
    }

    /** What a file says. */
    public sealed interface Outcome {
        /** The figures. */
        record Found(ProvedCapacity proved) implements Outcome {}

        /** Nothing has been proved yet. */
        record Missing() implements Outcome {}

        /** The file is there, but not ours; {@code problem} says what was found and what was expected. */
        record Unreadable(String problem) implements Outcome {}
    }

    /** Reads the figures. */
    public Outcome read() {
        try {
            return new Outcome.Found(parse(JSON.readTree(Files.readString(path))));
        } catch (NoSuchFileException _) {
            return new Outcome.Missing();
        } catch (JacksonException _) {
            return unreadable("not JSON");
        } catch (IOException | IllegalArgumentException | DateTimeParseException problem) {
            return unreadable(String.valueOf(problem.getMessage()));
        }
    }

    private Outcome unreadable(String found) {
        return new Outcome.Unreadable("%s: %s (expected: what atalaya capacity writes)".formatted(path, found));
    }

    /** Keeps the figures in place of earlier ones; makes the directory, for its user alone, when it is missing. */
    public void write(ProvedCapacity proved) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path fresh = path.resolveSibling(NAME + ".new");
        Files.writeString(fresh, json(proved).toPrettyString() + "\n");
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The document. */
    public static ObjectNode json(ProvedCapacity proved) {
        ObjectNode json = JSON.createObjectNode();
        json.put("proved_at", proved.at().toString()).put("version", proved.version());
        json.putObject("machine")
                .put("processors", proved.machine().processors())
                .put("memory_bytes", proved.machine().memoryBytes())
                .put("descriptors", proved.machine().descriptors())
                .put("system", proved.machine().system())
                .put("java", proved.machine().java());
        ObjectNode settings = json.putObject("settings");
        proved.settings().forEach(settings::put);
        ObjectNode figures = json.putObject("figures");
        proved.figures().forEach((resource, figure) -> {
            ObjectNode one = figures.putObject(resource.word()).put("value", figure.value());
            figure.evidence().forEach(one::put);
        });
        return json;
    }

    private static ProvedCapacity parse(JsonNode json) {
        JsonNode machine = json.path("machine");
        var settings = new LinkedHashMap<String, String>();
        json.path("settings")
                .properties()
                .forEach(member ->
                        settings.put(member.getKey(), member.getValue().asString()));
        var figures = new EnumMap<Resource, Figure>(Resource.class);
        for (Resource resource : Resource.values()) {
            JsonNode figure = json.path("figures").path(resource.word());
            if (figure.isObject()) {
                figures.put(resource, figure(figure));
            }
        }
        return new ProvedCapacity(
                Instant.parse(json.path("proved_at").asString("")),
                json.path("version").asString(""),
                new Machine(
                        machine.path("processors").asInt(0),
                        machine.path("memory_bytes").asLong(0),
                        machine.path("descriptors").asLong(0),
                        machine.path("system").asString(""),
                        machine.path("java").asString("")),
                settings,
                figures);
    }

    private static Figure figure(JsonNode json) {
        Map<String, Double> evidence = new LinkedHashMap<>();
        json.properties().forEach(member -> {
            if (!member.getKey().equals("value")) {
                evidence.put(member.getKey(), member.getValue().asDouble(0));
            }
        });
        return new Figure(json.path("value").asDouble(0), evidence);
    }
}

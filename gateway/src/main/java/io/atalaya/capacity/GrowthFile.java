package io.atalaya.capacity;

import io.atalaya.capacity.GrowthTrend.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A day of sizes on disk, so that a restart does not forget how fast stores grow. Confined to one thread. */
record GrowthFile(Path path) {
    private static final String NAME = "storage-growth.json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static GrowthFile in(Path dataDir) {
        return new GrowthFile(dataDir.resolve(NAME));
    }

    /** The trends of what was kept; what is not there, not ours, or of the future counts as never seen. */
    Map<String, GrowthTrend> read(Instant now) {
        var trends = new TreeMap<String, GrowthTrend>();
        try {
            JSON.readTree(Files.readString(path)).properties().forEach(store -> {
                var trend = new GrowthTrend();
                for (JsonNode size : store.getValue()) {
                    Instant at = Instant.ofEpochSecond(size.path(0).asLong(0));
                    if (at.isAfter(now.minus(GrowthTrend.SPAN)) && !at.isAfter(now)) {
                        trend.onSize(at, size.path(1).asLong(0));
                    }
                }
                trends.put(store.getKey(), trend);
            });
        } catch (IOException | JacksonException _) {
            // the next minutes tell again
        }
        return trends;
    }

    void write(Map<String, GrowthTrend> trends) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        trends.forEach((store, trend) -> {
            var sizes = json.putArray(store);
            for (Size size : trend.sizes()) {
                sizes.addArray().add(size.epochSecond()).add(size.bytes());
            }
        });
        Path fresh = path.resolveSibling(NAME + ".new");
        Files.writeString(fresh, json.toString());
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}

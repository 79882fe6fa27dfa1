package io.atalaya.kpiapi;

import io.atalaya.kpi.Kpi;
import io.atalaya.kpi.KpiEngine.Kept;
import io.atalaya.kpi.KpiFile;
import io.atalaya.kpi.KpiReport.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps the periods of indicators on disk, in one small file. Confined to the thread of the indicators, which it blocks. What
 * was reckoned in another way than today is not taken up again.
 */
final class KpiStore {
    private static final Logger LOG = LoggerFactory.getLogger(KpiStore.class);

    private final Path path;
    private final KpiFile file;

    /** @throws UncheckedIOException when the directory cannot be made */
    KpiStore(Path directory, KpiFile file) {
        this.path = directory.resolve(file.name() + ".json");
        this.file = file;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What an earlier process has kept; a damaged file is set aside. */
    List<Kept> load() {
        if (!Files.exists(path)) {
            return List.of();
        }
        try {
            return read(JsonMapper.shared().readTree(Files.readAllBytes(path)));
        } catch (IOException | JacksonException | DateTimeException damage) {
            Path aside = path.resolveSibling(path.getFileName() + ".damaged");
            LOG.atError()
                    .addKeyValue("file", aside)
                    .addKeyValue("reason", damage.toString())
                    .log("indicators: what was kept is damaged (expected: intact); it is reckoned anew");
            try {
                Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException stuck) {
                LOG.atWarn().setCause(stuck).log("indicators: the damaged file cannot be set aside");
            }
            return List.of();
        }
    }

    private List<Kept> read(JsonNode document) {
        var kept = new ArrayList<Kept>();
        for (JsonNode period : document.path("periods")) {
            String id = period.path("kpi").asString("");
            boolean same = file.kpis().stream()
                    .anyMatch(kpi -> kpi.id().equals(id)
                            && fingerprint(kpi)
                                    .equals(document.path("measures").path(id).asString("")));
            if (same) {
                var details = new LinkedHashMap<String, Double>();
                period.path("details")
                        .properties()
                        .forEach(detail ->
                                details.put(detail.getKey(), detail.getValue().doubleValue()));
                var reading = new Reading(
                        period.has("value") ? period.path("value").doubleValue() : Double.NaN,
                        period.path("numerator").doubleValue(),
                        period.path("denominator").doubleValue(),
                        period.path("samples").longValue(),
                        details);
                kept.add(new Kept(
                        id,
                        period.path("tenant").asString(""),
                        LocalDate.parse(period.path("day").asString("")),
                        reading,
                        period.path("open").asBoolean(false)));
            }
        }
        return kept;
    }

    private static String fingerprint(Kpi kpi) {
        return kpi.period() + " " + kpi.measure();
    }

    /** @throws UncheckedIOException when it cannot be written */
    void save(List<Kept> kept) {
        var measures = new LinkedHashMap<String, Object>();
        file.kpis().forEach(kpi -> measures.put(kpi.id(), fingerprint(kpi)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("measures", measures);
        document.put("periods", kept.stream().map(KpiStore::period).toList());
        Path next = path.resolveSibling(path.getFileName() + ".next");
        try {
            Files.write(next, JsonMapper.shared().writeValueAsBytes(document));
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> period(Kept kept) {
        var period = new LinkedHashMap<String, Object>();
        period.put("kpi", kept.kpi());
        period.put("tenant", kept.tenant());
        period.put("day", kept.day().toString());
        period.put("open", kept.open());
        Reading reading = kept.reading();
        if (Double.isFinite(reading.value())) {
            period.put("value", reading.value());
        }
        period.put("numerator", reading.numerator());
        period.put("denominator", reading.denominator());
        period.put("samples", reading.samples());
        period.put("details", reading.details());
        return period;
    }
}

package io.atalaya.kpi;

import io.atalaya.kpi.KpiReport.Status;
import io.atalaya.slo.ShippedObjectives;
import io.atalaya.slo.SloReader.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;

/** Indicators and events that tests make up. */
public final class Kpis {
    private Kpis() {}

    /** The indicators that come with the operations profile. */
    public static KpiFile operations() {
        try {
            return file(Files.readString(Path.of("../kpi/operations.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static KpiFile file(String text) {
        return switch (read(text)) {
            case KpiOutcome.Valid valid -> valid.file();
            case KpiOutcome.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    static KpiOutcome read(String text) {
        return KpiReader.read(
                new Source("test.yaml", text), ShippedObjectives.read().catalogue());
    }

    /** An event that arrives when it happens. */
    public static Fact fact(String tenant, String type, String at, String body) {
        return fact(tenant, type, at, at, body);
    }

    static Fact fact(String tenant, String type, String at, String arrived, String body) {
        return new Fact(tenant, type, JsonMapper.shared().readTree(body), Instant.parse(at), Instant.parse(arrived));
    }

    static Status status(KpiEngine engine, String id) {
        return engine.report().kpis().stream()
                .filter(status -> status.kpi().id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}

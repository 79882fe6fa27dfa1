package io.atalaya.kpiapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.kpi.KpiEngine;
import io.atalaya.kpi.KpiFile;
import io.atalaya.kpi.KpiReport;
import io.atalaya.kpi.Kpis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept comes back; what is damaged or of another declaration does not. */
class KpiStoreTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final KpiFile file = Kpis.operations();

    private KpiEngine engine() {
        var engine = new KpiEngine(file);
        for (int i = 0; i < 12; i++) {
            engine.take(Kpis.fact(
                    "t", "ASSIGNMENT_CREATED", "2030-05-02T10:00:00Z", "{\"assignment_id\":\"%d\"}".formatted(i)));
        }
        engine.tick(Instant.parse("2030-05-05T10:00:00Z"));
        return engine;
    }

    @Test
    void periodsComeBack() {
        KpiEngine engine = engine();
        new KpiStore(directory, file).save(engine.kept());
        var next = new KpiEngine(file);

        next.restore(new KpiStore(directory, file).load());
        next.tick(Instant.parse("2030-05-05T10:00:00Z"));

        assertThat(next.report().kpis().getFirst().periods())
                .isNotEmpty()
                .isEqualTo(engine.report().kpis().getFirst().periods());
        assertThat(next.report("t").kpis()).isNotEmpty();
    }

    @Test
    void aDamagedFileIsSetAside() throws IOException {
        Path kept = directory.resolve("operations.json");
        Files.writeString(kept, "{\"periods\":[{\"kpi\":");

        assertThat(new KpiStore(directory, file).load()).isEmpty();
        assertThat(directory.resolve("operations.json.damaged")).exists();
        assertThat(kept).doesNotExist();
    }

    @Test
    void whatWasReckonedInAnotherWayIsNotTakenUp() {
        new KpiStore(directory, file).save(engine().kept());
        String other;
        try {
            other = Files.readString(Path.of("../kpi/operations.yaml"))
                    .replace("{/outcome: success}", "{/outcome: done}");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }

        assertThat(new KpiStore(directory, Kpis.file(other)).load())
                .noneMatch(kept -> kept.kpi().equals("operational-effectiveness"));
    }

    @Test
    void aLineOfTheTableIsQuotedWhereItHasTo() {
        KpiReport report = new KpiEngine(Kpis.file("""
                kpis: x
                indicators:
                  a:
                    {title: 'Say "yes", or no', domain: "=1+1", owner: me, period: day, target: 1, unit: m,
                     mean: {of: X, value: /v}}
                """)).report();
        var engine = new KpiEngine(report.file());
        engine.tick(Instant.parse("2030-05-05T10:00:00Z"));

        assertThat(KpiPages.csv(engine.report()))
                .startsWith("kpi,title,domain,owner,period,day,value,unit,")
                .contains("\r\na,\"Say \"\"yes\"\", or no\",\"=1+1\",me,day,2030-05-05,,m,0.0,0.0,0,true,1.0,1.0\r\n");
    }
}

package io.atalaya.kpi;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;

/**
 * The indicators of a file. Immutable.
 *
 * @param zone whose days they go by
 * @param grace how long after its end a period takes late events
 * @param keep how many periods are remembered
 * @param tenants for how many tenants each is reckoned apart, besides all together
 */
public record KpiFile(String name, ZoneId zone, Duration grace, int keep, int tenants, List<Kpi> kpis) {
    public KpiFile {
        kpis = List.copyOf(kpis);
    }

    /** No indicators. */
    public static KpiFile none() {
        return new KpiFile("", ZoneId.of("UTC"), Duration.ZERO, 1, 0, List.of());
    }
}

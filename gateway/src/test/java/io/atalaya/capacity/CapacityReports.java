package io.atalaya.capacity;

import io.atalaya.capacity.ProvedCapacity.Figure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reports for tests. */
public final class CapacityReports {
    static final Instant AT = Instant.parse("2030-05-01T12:00:00Z");
    static final Machine MACHINE = new Machine(4, 8L << 30, 65_536, "Linux amd64", "25");

    private CapacityReports() {}

    static ProvedCapacity proved() {
        return new ProvedCapacity(
                AT.minusSeconds(3600),
                "1.2.3",
                MACHINE,
                Map.of("duration", "5000ms"),
                Map.of(
                        Resource.CONNECTIONS, new Figure(10_000, Map.of("p95_ms", 4.5)),
                        Resource.DELIVERIES, new Figure(600_000, Map.of()),
                        Resource.EVENTS, new Figure(90_000.5, Map.of())));
    }

    /** One in which everything is known. */
    public static CapacityReport full() {
        return new CapacityReport(
                AT,
                Optional.of(proved()),
                true,
                "",
                Map.of(Resource.CONNECTIONS, 2_500.0, Resource.DELIVERIES, 0.0, Resource.EVENTS, 30.0),
                List.of(new StorageForecast("log", 250, OptionalLong.of(1_000), OptionalDouble.of(150), List.of())));
    }
}

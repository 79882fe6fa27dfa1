package io.atalaya.slo;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a file promises. Immutable.
 *
 * @param name of the file
 * @param zone whose months budgets are reported for
 * @param plannedStop how long a stop that was asked for may last before it counts as down time
 * @param services by id, in the order of the file
 */
public record SloFile(
        String name,
        ZoneId zone,
        Duration plannedStop,
        Map<String, Service> services,
        List<Slo> objectives,
        List<Capacity> capacities,
        List<Maintenance> maintenance) {

    public SloFile {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        objectives = List.copyOf(objectives);
        capacities = List.copyOf(capacities);
        maintenance = List.copyOf(maintenance);
    }

    /**
     * Who promises.
     *
     * @param rto within what time it is to be back after a failure
     * @param rpo what may be lost by one, as time
     */
    public record Service(String id, String title, String owner, Optional<Duration> rto, Optional<Duration> rpo) {}

    /**
     * A load that the service can bear, to be proved by load tests. Little demand is no failure, so nothing burns.
     *
     * @param target what it must bear
     * @param goal what it is to bear later
     * @param load the present load
     * @param rate whether {@code load} is a counter, whose rate is the load
     */
    public record Capacity(
            String id,
            String service,
            String title,
            BigDecimal target,
            Optional<BigDecimal> goal,
            String unit,
            Selector load,
            boolean rate,
            boolean pending) {}

    /**
     * Time that does not count.
     *
     * @param services whose; empty for all
     * @param until exclusive
     */
    public record Maintenance(Instant from, Instant until, Set<String> services, String reason) {
        public Maintenance {
            services = Set.copyOf(services);
        }

        /** Whether what a service did at that moment does not count. */
        public boolean covers(String service, Instant moment) {
            return !moment.isBefore(from)
                    && moment.isBefore(until)
                    && (services.isEmpty() || services.contains(service));
        }
    }
}

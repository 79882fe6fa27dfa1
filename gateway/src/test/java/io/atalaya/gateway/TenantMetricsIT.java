package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However many tenants come, so many are counted by name as were asked for; the rest is counted together and told. */
@Timeout(60)
class TenantMetricsIT {
    private static final Pattern SERIES = Pattern.compile("(?m)^(atalaya_[a-z_]+)\\{(?:label|tenant)=\"([^\"]+)\"} (\\S+)");
    private static final int NAMED = 2;
    private static final int TENANTS = 9;

    private final GatewayTester gateway = GatewayTester.start("metrics-tenants", Integer.toString(NAMED), "ws-event-loops", "1");

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void theFirstTenantsKeepTheirNamesAndTheOthersShareOne() {
        for (int tenant = 1; tenant <= TENANTS; tenant++) {
            gateway.diner(tenant, 1, 42);
            gateway.diner(tenant, 1, 42);
        }
        gateway.awaitSessions(2 * TENANTS);
        assertThat(series("atalaya_tenant_events_total")).isEqualTo(Map.of("_other", 0.0));

        for (int round = 0; round < 3; round++) {
            for (int tenant = 1; tenant <= TENANTS; tenant++) {
                gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":%d,\"branch_id\":1,\"session_id\":42}"
                        .formatted(tenant));
            }
        }

        double other = 3 * (TENANTS - NAMED);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(series("atalaya_tenant_deliveries_total"))
                        .isEqualTo(Map.of("1", 6.0, "2", 6.0, "_other", 2 * other)));
        assertThat(series("atalaya_tenant_events_total")).isEqualTo(Map.of("1", 3.0, "2", 3.0, "_other", other));
        assertThat(series("atalaya_metrics_label_overflow_total").get("tenant"))
                .as("once for each event, and once for its deliveries on a loop")
                .isEqualTo(2 * other);
    }

    private Map<String, Double> series(String name) {
        String text = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics?view=atalaya")))
                .body();
        var series = new TreeMap<String, Double>();
        SERIES.matcher(text).results().filter(line -> line.group(1).equals(name)).forEach(line -> series.put(
                line.group(2), Double.parseDouble(line.group(3))));
        return series;
    }
}

package io.atalaya.cli;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.AssignmentStore;
import io.atalaya.assignment.Day;
import io.atalaya.config.ConfigOutcome;
import io.atalaya.config.ConfigReader;
import io.atalaya.config.ConfigSource;
import io.atalaya.demo.RunningGateway;
import io.atalaya.event.TenantId;
import io.atalaya.gateway.Gateway;
import io.atalaya.gateway.StartException;
import java.util.Map;
import java.util.stream.Collectors;

/** The gateway of the demonstration: on loopback, in this process, with secrets of its own. Thread-safe: immutable. */
final class InProcessGateway implements RunningGateway {
    private final Gateway gateway;

    private InProcessGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    static RunningGateway start(Settings settings) {
        var source = ConfigSource.of(Map.of(
                "ws-host", "127.0.0.1",
                "ws-port", Integer.toString(settings.publicPort()),
                "management-port", Integer.toString(settings.managementPort()),
                "allow-missing-origin", "true",
                "ws-drain-seconds", "1",
                "jwt-secret", settings.jwtSecret(),
                "table-token-secret", settings.tableTokenSecret(),
                "ingest-api-keys", apiKeys(settings.publishKeys())));
        return switch (ConfigReader.read(source)) {
            case ConfigOutcome.Invalid invalid ->
                throw new StartException(
                        invalid.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
            case ConfigOutcome.Valid valid -> {
                Gateway gateway = Gateway.start(valid.config());
                settings.duties().forEach(duty -> gateway.assignments().put(entry(duty)));
                yield new InProcessGateway(gateway);
            }
        };
    }

    private static String apiKeys(Map<String, String> tenantsByKey) {
        return tenantsByKey.entrySet().stream()
                .map(key -> key.getKey() + "=" + key.getValue())
                .collect(Collectors.joining(","));
    }

    private static AssignmentStore.Entry entry(Duty duty) {
        var scope = Map.of(
                "branch_id", Integer.toString(duty.branch()),
                "sector_id", Integer.toString(duty.sector()));
        return new AssignmentStore.Entry(
                new TenantId(Integer.toString(duty.tenant())),
                Integer.toString(duty.userId()),
                new Day.Daily(),
                new Assignment(scope));
    }

    @Override
    public int publicPort() {
        return gateway.publicPort();
    }

    @Override
    public int managementPort() {
        return gateway.managementPort();
    }

    @Override
    public void close() {
        gateway.close();
    }
}

package io.atalaya.cli.trial;

import static java.util.Objects.requireNonNull;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.AssignmentStore;
import io.atalaya.assignment.Day;
import io.atalaya.config.ConfigOutcome;
import io.atalaya.config.ConfigReader;
import io.atalaya.config.ConfigSource;
import io.atalaya.demo.EveningClients;
import io.atalaya.demo.RunningGateway;
import io.atalaya.event.TenantId;
import io.atalaya.gateway.Gateway;
import io.atalaya.gateway.StartException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The gateway of the demonstration: on loopback, in this process, with secrets of its own. Thread-safe: immutable. */
public final class InProcessGateway implements RunningGateway {
    private final Gateway gateway;
    private final TemporaryDirectory data;

    private InProcessGateway(Gateway gateway, TemporaryDirectory data) {
        this.gateway = gateway;
        this.data = data;
    }

    /** Starts one; its data is gone when it is closed. */
    public static RunningGateway start(Settings settings) {
        TemporaryDirectory data = TemporaryDirectory.create();
        try {
            return start(settings, data);
        } catch (RuntimeException failure) {
            data.close();
            throw failure;
        }
    }

    private static RunningGateway start(Settings settings, TemporaryDirectory data) {
        var values = new HashMap<>(Map.ofEntries(
                Map.entry("ws-host", "127.0.0.1"),
                Map.entry("ws-port", Integer.toString(settings.publicPort())),
                Map.entry("management-port", Integer.toString(settings.managementPort())),
                Map.entry("allow-missing-origin", "true"),
                Map.entry("allowed-origins", origins(settings.managementPort())),
                Map.entry("data-dir", data.path().toString()),
                Map.entry("ws-drain-seconds", "1"),
                Map.entry("environment", settings.environment()),
                Map.entry("kpi-file", data.with("/kpi/evening.yaml").toString()),
                Map.entry("jwt-secret", settings.jwtSecret()),
                Map.entry("table-token-secret", settings.tableTokenSecret()),
                Map.entry("ingest-api-keys", apiKeys(settings.publishKeys()))));
        settings.redis().ifPresent(url -> values.put("redis-url", url.toString()));
        return switch (ConfigReader.read(ConfigSource.of(values))) {
            case ConfigOutcome.Invalid invalid ->
                throw new StartException(
                        invalid.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
            case ConfigOutcome.Valid valid -> {
                String invitations = Invitation.document(settings.invitations(), settings.publicPort());
                Gateway gateway = Gateway.start(valid.config(), Map.of(Invitation.PATH, invitations));
                settings.duties().forEach(duty -> gateway.assignments().put(entry(duty)));
                yield new InProcessGateway(gateway, data);
            }
        };
    }

    /** The demonstration's own clients, and the example pages beside the console. */
    private static String origins(int managementPort) {
        return String.join(
                ",", EveningClients.ORIGIN, "http://127.0.0.1:" + managementPort, "http://localhost:" + managementPort);
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
        data.close();
    }

    /**
     * A directory of our own that is gone when it is closed.
     *
     * @param path readable and writable by this user alone
     */
    private record TemporaryDirectory(Path path) implements AutoCloseable {
        static TemporaryDirectory create() {
            try {
                return new TemporaryDirectory(Files.createTempDirectory("atalaya-"));
            } catch (IOException failure) {
                throw new UncheckedIOException("no temporary directory: " + failure.getMessage(), failure);
            }
        }

        /** A copy of a resource, in this directory. */
        Path with(String resource) {
            Path copy = path.resolve(Path.of(resource).getFileName());
            try (@Nullable InputStream in = InProcessGateway.class.getResourceAsStream(resource)) {
                Files.copy(requireNonNull(in, resource), copy);
            } catch (IOException failure) {
                throw new UncheckedIOException("%s: not written: %s".formatted(copy, failure.getMessage()), failure);
            }
            return copy;
        }

        @Override
        public void close() {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException("%s: not deleted: %s".formatted(path, failure.getMessage()), failure);
            }
        }
    }
}

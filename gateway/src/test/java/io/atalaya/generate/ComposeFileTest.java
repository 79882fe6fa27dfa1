package io.atalaya.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What can be known about the compose file without a container engine. */
class ComposeFileTest {
    private static final Path DEPLOY = Path.of("../deploy");

    private final String text = Files.readString(DEPLOY.resolve("compose.yaml"));
    private final JsonNode compose = YAMLMapper.builder().build().readTree(text);

    ComposeFileTest() throws IOException {}

    @Test
    void itIsAComposeFile() throws IOException {
        try (InputStream schema = ComposeFileTest.class.getResourceAsStream("/schemas/compose-spec.json")) {
            assertThat(schema).isNotNull();
            // the registry knows the dialect by the identifier that its specification gives it, and wants an absolute
            // name
            String known = new String(schema.readAllBytes(), UTF_8)
                    .replace("https://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#")
                    .replace("\"compose_spec.json\"", "\"https://compose-spec.io/compose-spec.json\"");
            var validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(known);

            assertThat(validator.validate(text, InputFormat.YAML)).isEmpty();
            assertThat(validator.validate("services: {a: {image: 7}}", InputFormat.YAML))
                    .isNotEmpty();
        }
    }

    @Test
    void everyImageIsPinned() {
        for (var service : compose.path("services").properties()) {
            JsonNode image = service.getValue().path("image");
            if (service.getValue().has("extends")) {
                continue;
            }
            assertThat(image.stringValue()).as(service.getKey()).matches(".+:(v?[0-9]+\\.[0-9]+.*|local)");
        }
    }

    @Test
    void everySecretIsDeclaredMadeAndUsed() throws IOException {
        Set<String> declared = new TreeSet<>(compose.path("secrets").propertyNames());
        Set<String> used = new TreeSet<>();
        for (JsonNode service : compose.path("services")) {
            service.path("secrets").forEach(secret -> used.add(secret.stringValue()));
        }
        String maker = Files.readString(DEPLOY.resolve("secrets/make"));
        var named = new HashSet<String>();
        for (Path file : List.of(DEPLOY.resolve("compose.yaml"), DEPLOY.resolve("prometheus/prometheus.yml"))) {
            named.addAll(secretsIn(Files.readString(file)));
        }
        named.addAll(secretsIn(Files.readString(DEPLOY.resolve("alertmanager/alertmanager.yml"))));

        assertThat(used).isEqualTo(declared);
        assertThat(named).isEqualTo(declared);
        assertThat(declared).allSatisfy(secret -> {
            assertThat(maker).contains("put " + secret + " ");
            assertThat(compose.path("secrets").path(secret).path("file").stringValue())
                    .isEqualTo("./secrets/" + secret);
        });
    }

    private static Set<String> secretsIn(String text) {
        var found = new HashSet<String>();
        var matcher = java.util.regex.Pattern.compile("/run/secrets/([a-z-]+)").matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void theGatewaysAreGivenSettingsThatExist() throws IOException {
        String reference = Files.readString(Path.of("../docs/configuration.md"));

        assertThat(compose.path("services")
                        .path("gateway-1")
                        .path("environment")
                        .propertyNames())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(reference).contains("`" + name + "`"));
    }

    @Test
    void whatIsMountedIsThere() {
        var mounted = new ArrayList<Path>();
        for (JsonNode service : compose.path("services")) {
            for (JsonNode volume : service.path("volumes")) {
                String source = volume.stringValue().split(":", -1)[0];
                if (source.startsWith(".")) {
                    mounted.add(DEPLOY.resolve(source));
                } else if (!source.startsWith("/")) {
                    assertThat(compose.path("volumes").has(source)).as(source).isTrue();
                }
            }
        }

        assertThat(mounted).isNotEmpty().allSatisfy(path -> assertThat(path).exists());
    }

    @Test
    void whatPrometheusScrapesIsRunAndReachable() throws IOException {
        JsonNode prometheus =
                YAMLMapper.builder().build().readTree(Files.readString(DEPLOY.resolve("prometheus/prometheus.yml")));
        var targets = new TreeSet<String>();
        for (JsonNode job : prometheus.path("scrape_configs")) {
            for (JsonNode config : job.path("static_configs")) {
                config.path("targets")
                        .forEach(target -> targets.add(target.stringValue().split(":", -1)[0]));
            }
        }

        assertThat(targets).contains("gateway-1", "gateway-2").allSatisfy(host -> {
            if (!host.equals("localhost")) {
                assertThat(networks(host)).as(host).contains("watch");
            }
        });
    }

    private List<String> networks(String service) {
        JsonNode node = compose.path("services").path(service);
        if (node.has("extends")) {
            return networks(node.path("extends").path("service").stringValue());
        }
        var names = new ArrayList<String>();
        node.path("networks").forEach(name -> names.add(name.stringValue()));
        return names;
    }

    @Test
    void onlyTheProxyIsOpenToTheNetwork() {
        for (var service : compose.path("services").properties()) {
            for (JsonNode port : service.getValue().path("ports")) {
                if (!service.getKey().equals("caddy")) {
                    assertThat(port.stringValue()).as(service.getKey()).startsWith("127.0.0.1:");
                }
            }
        }
        assertThat(compose.path("networks").path("back").path("internal").booleanValue())
                .isTrue();
    }
}

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

    /** What a service says, or what it says it is like. */
    private JsonNode said(String service, String member) {
        JsonNode node = compose.path("services").path(service);
        return node.has(member) || !node.has("extends")
                ? node.path(member)
                : said(node.path("extends").path("service").stringValue(), member);
    }

    @Test
    void everyServiceSaysHowItIs() {
        assertThat(compose.path("services").propertyNames()).allSatisfy(service -> {
            JsonNode check = said(service, "healthcheck");

            assertThat(check.path("test").path(0).asString("")).isIn("CMD", "CMD-SHELL");
            assertThat(check.propertyNames()).contains("interval", "timeout", "retries");
        });
    }

    @Test
    void nothingRunsAsRootOrMayBecomeIt() throws IOException {
        for (String service : compose.path("services").propertyNames()) {
            assertThat(said(service, "cap_drop").toString()).as(service).isEqualTo("[\"ALL\"]");
            assertThat(said(service, "cap_add").isMissingNode()).as(service).isTrue();
            assertThat(said(service, "privileged").isMissingNode()).as(service).isTrue();
            assertThat(said(service, "security_opt").toString()).as(service).contains("no-new-privileges:true");
            assertThat(userOf(service))
                    .as(service)
                    .matches("[a-z][a-z-]*|[1-9][0-9]*(:[0-9]+)?")
                    .isNotEqualTo("root");
        }
    }

    private String userOf(String service) throws IOException {
        if (!said(service, "user").isMissingNode()) {
            return said(service, "user").asString();
        }
        String last = "";
        for (String line : Files.readAllLines(dockerfile(service))) {
            if (line.startsWith("FROM ")) {
                last = "";
            } else if (line.startsWith("USER ")) {
                last = line.substring(5).strip();
            }
        }
        return last;
    }

    private Path dockerfile(String service) {
        JsonNode build = said(service, "build");
        return build.isObject()
                ? DEPLOY.resolve(build.path("context").asString())
                        .resolve(build.path("dockerfile").asString())
                : DEPLOY.resolve(build.asString()).resolve("Dockerfile");
    }

    @Test
    void everyImageThatIsBuiltComesFromAPinnedOne() throws IOException {
        for (String service : List.of("gateway-1", "caddy")) {
            assertThat(Files.readAllLines(dockerfile(service)))
                    .filteredOn(line -> line.startsWith("FROM "))
                    .isNotEmpty()
                    .allMatch(line -> line.matches("FROM [a-z-]+:[0-9]+\\.[0-9]+\\.[0-9]+\\S*( AS [a-z]+)?"));
        }
    }

    @Test
    void noSecretGetsIntoAnImage() throws IOException {
        JsonNode build = said("gateway-1", "build");
        assertThat(build.path("context").asString()).isEqualTo("..");
        assertThat(said("caddy", "build").asString()).isEqualTo("./caddy");
        assertThat(Files.readAllLines(DEPLOY.resolve("../.dockerignore"))).contains("deploy/secrets", "data", ".git");
        assertThat(compose.path("services").propertyNames())
                .allSatisfy(service -> assertThat(said(service, "environment").propertyNames())
                        .filteredOn(name -> name.matches(".*(PASS|SECRET|TOKEN|KEYS).*"))
                        .allMatch(name -> name.endsWith("_FILE") || name.endsWith("__FILE")));
    }

    @Test
    void whatIsPublishedIsListenedTo() throws IOException {
        String proxy = Files.readString(DEPLOY.resolve("caddy/Caddyfile"));

        assertThat(compose.path("services").path("caddy").path("ports").toString())
                .isEqualTo("[\"80:8080\",\"443:8443\"]");
        assertThat(proxy).contains("http_port 8080", "https_port 8443");
        for (String service : compose.path("services").propertyNames()) {
            if (service.startsWith("gateway-")) {
                assertThat(proxy).contains(service + ":8001");
            }
        }
    }

    /** What is asked whether it is well is what listens: a check of another port would never be. */
    @Test
    void whatIsScrapedIsAskedHowItIsAtTheSamePort() throws IOException {
        String prometheus = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"));
        int compared = 0;
        for (String service : compose.path("services").propertyNames()) {
            var target = java.util.regex.Pattern.compile("\"" + service + ":([0-9]+)\"")
                    .matcher(prometheus);
            String check = said(service, "healthcheck").path("test").toString();
            if (target.find() && check.contains("http://127.0.0.1")) {
                assertThat(check).as(service).contains("127.0.0.1:" + target.group(1) + "/");
                compared++;
            }
        }
        assertThat(compared).isEqualTo(5);
    }
}

package io.atalaya.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What Grafana finds when it starts, without a Grafana: its provisioning files have no published schema, so the keys that its
 * documentation names are listed here; and what they point to is where the compose file puts it. The dashboards' own members
 * are held against Grafana's types elsewhere ({@code acceptance/grafana}).
 */
class ProvisioningTest {
    private static final Path DEPLOY = Path.of("../deploy");
    private static final Path GRAFANA = DEPLOY.resolve("grafana");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([a-zA-Z_]+)(?::[a-z]+)?}|([a-zA-Z_]+))");
    private static final Set<String> OF_GRAFANA =
            Set.of("__rate_interval", "__interval", "__interval_ms", "__range", "__range_s", "__range_ms");

    private static final Set<String> DATASOURCES = Set.of("apiVersion", "datasources", "deleteDatasources", "prune");
    private static final Set<String> DATASOURCE = Set.of(
            "name",
            "type",
            "access",
            "orgId",
            "uid",
            "url",
            "user",
            "database",
            "basicAuth",
            "basicAuthUser",
            "withCredentials",
            "isDefault",
            "jsonData",
            "secureJsonData",
            "version",
            "editable");
    private static final Set<String> PROVIDERS = Set.of("apiVersion", "providers");
    private static final Set<String> PROVIDER = Set.of(
            "name",
            "orgId",
            "folder",
            "folderUid",
            "type",
            "disableDeletion",
            "updateIntervalSeconds",
            "allowUiUpdates",
            "options");
    private static final Set<String> OPTIONS = Set.of("path", "foldersFromFilesStructure");

    private final JsonNode sources = yaml(GRAFANA.resolve("provisioning/datasources/prometheus.yml"));
    private final JsonNode providers = yaml(GRAFANA.resolve("provisioning/dashboards/atalaya.yml"));
    private final JsonNode compose = yaml(DEPLOY.resolve("compose.yaml"));
    private final Map<Path, JsonNode> dashboards = dashboards();

    ProvisioningTest() throws IOException {}

    private static JsonNode yaml(Path file) throws IOException {
        return YAMLMapper.builder().build().readTree(Files.readString(file));
    }

    private static Map<Path, JsonNode> dashboards() throws IOException {
        var found = new TreeMap<Path, JsonNode>();
        try (Stream<Path> files = Files.walk(GRAFANA.resolve("dashboards"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(file, JsonMapper.shared().readTree(Files.readString(file)));
            }
        }
        assertThat(found).hasSizeGreaterThan(8);
        return found;
    }

    @Test
    void thereIsNoFileThatGrafanaWouldNotRead() throws IOException {
        try (Stream<Path> files = Files.walk(GRAFANA)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(GRAFANA::relativize)
                            .map(Path::toString))
                    .allMatch(name -> name.matches(
                            "provisioning/(datasources|dashboards)/[a-z]+\\.yml|dashboards/[a-z]+/[a-z-]+\\.json"));
        }
    }

    @Test
    void everyKeyIsOneThatGrafanaReads() {
        assertKeys(sources, DATASOURCES, Set.of("apiVersion", "datasources"));
        assertKeys(providers, PROVIDERS, PROVIDERS);
        for (JsonNode source : sources.path("datasources")) {
            assertKeys(source, DATASOURCE, Set.of("name", "type", "access", "uid", "url"));
            assertThat(source.path("access").asString()).isEqualTo("proxy");
        }
        for (JsonNode provider : providers.path("providers")) {
            assertKeys(provider, PROVIDER, Set.of("name", "folder", "type", "options"));
            assertKeys(provider.path("options"), OPTIONS, Set.of("path"));
            assertThat(provider.path("type").asString()).isEqualTo("file");
        }
        assertThat(sources.path("apiVersion").asInt()).isEqualTo(1);
        assertThat(providers.path("apiVersion").asInt()).isEqualTo(1);
    }

    private static void assertKeys(JsonNode node, Set<String> known, Set<String> required) {
        assertThat(node.propertyNames()).isSubsetOf(known).containsAll(required);
    }

    @Test
    void aMisspeltKeyIsFound() {
        JsonNode wrong = YAMLMapper.builder().build().readTree("{name: a, type: file, folder: b, option: {}}");

        assertThatThrownBy(() -> assertKeys(wrong, PROVIDER, Set.of("name")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("option");
    }

    @Test
    void theDataSourceIsAServiceThatGrafanaReaches() {
        var uids = new HashSet<String>();
        int defaults = 0;
        for (JsonNode source : sources.path("datasources")) {
            URI url = URI.create(source.path("url").asString());
            JsonNode service = compose.path("services").path(url.getHost());

            assertThat(uids.add(source.path("uid").asString())).isTrue();
            assertThat(service.path("image").asString()).startsWith("prom/prometheus:");
            assertThat(service.path("ports").toString()).contains(":" + url.getPort() + "\"");
            assertThat(texts(service.path("networks"))).containsAnyElementsOf(texts(grafana("networks")));
            defaults += source.path("isDefault").asBoolean() ? 1 : 0;
        }
        assertThat(defaults).isEqualTo(1);
    }

    private JsonNode grafana(String member) {
        return compose.path("services").path("grafana").path(member);
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(text -> texts.add(text.asString()));
        return texts;
    }

    @Test
    void everyDashboardIsInAFolderThatOneProviderReads() {
        assertThat(texts(grafana("volumes")))
                .contains(
                        "./grafana/provisioning:/etc/grafana/provisioning:ro",
                        "./grafana/dashboards:/var/lib/grafana/dashboards:ro");
        var read = new ArrayList<Path>();
        var names = new HashSet<String>();
        for (JsonNode provider : providers.path("providers")) {
            Path mounted = Path.of(provider.path("options").path("path").asString());
            read.add(GRAFANA.resolve("dashboards")
                    .resolve(Path.of("/var/lib/grafana/dashboards").relativize(mounted)));
            assertThat(names.add(provider.path("name").asString())).isTrue();
        }

        assertThat(read)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(new TreeSet<>(
                        dashboards.keySet().stream().map(Path::getParent).toList()));
    }

    @Test
    void noTwoDashboardsTakeEachOthersPlace() {
        assertThat(dashboards.values())
                .extracting(dashboard -> dashboard.path("uid").asString())
                .doesNotHaveDuplicates()
                .allMatch(uid -> uid.matches("[a-zA-Z0-9_-]{1,40}"));
        assertThat(dashboards.values())
                .extracting(dashboard -> dashboard.path("title").asString())
                .doesNotHaveDuplicates();
    }

    @Test
    void everyVariableIsDefinedAndItsDataSourceIsProvisioned() {
        dashboards.forEach((file, dashboard) -> {
            var defined = new HashSet<>(OF_GRAFANA);
            for (JsonNode variable : dashboard.path("templating").path("list")) {
                defined.add(variable.path("name").asString());
                if (variable.path("type").asString().equals("datasource")) {
                    assertThat(variable.path("current").path("value").asString())
                            .isIn(uids(variable.path("query")));
                }
            }

            assertThat(variables(dashboard.path("panels").toString()))
                    .as(file.toString())
                    .contains("datasource")
                    .isSubsetOf(defined);
        });
        assertThat(variables("a{b=\"$c\"}[$__rate_interval] ${d:regex} ${e}"))
                .containsExactly("__rate_interval", "c", "d", "e");
    }

    private List<String> uids(JsonNode type) {
        var uids = new ArrayList<String>();
        for (JsonNode source : sources.path("datasources")) {
            if (source.path("type").equals(type)) {
                uids.add(source.path("uid").asString());
            }
        }
        return uids;
    }

    private static Set<String> variables(String text) {
        var names = new TreeSet<String>();
        VARIABLE.matcher(text)
                .results()
                .forEach(found -> names.add(found.group(1) == null ? found.group(2) : found.group(1)));
        return names;
    }

    @Test
    void everyQueryOfAPanelHasANameOfItsOwn() {
        for (JsonNode dashboard : dashboards.values()) {
            for (JsonNode panel : dashboard.path("panels")) {
                var names = new HashSet<String>();
                for (JsonNode target : panel.path("targets")) {
                    assertThat(names.add(target.path("refId").asString()))
                            .as(panel.path("title").asString())
                            .isTrue();
                    assertThat(target.path("refId").asString()).matches("[A-Z]");
                    assertThat(target.path("datasource")).isEqualTo(panel.path("datasource"));
                }
            }
        }
    }
}

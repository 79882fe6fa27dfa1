package io.atalaya.generate;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.Spans;
import io.atalaya.slo.Tier;
import io.atalaya.yaml.YamlText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Configurations of Prometheus, Alertmanager and Grafana's provisioning. Immutable. Secrets are only ever in files. */
final class ServerConfigs {
    private static final String PROMETHEUS = "prometheus";

    /** As deploy/compose.yaml names them. What is not in it is found in a file, so that nothing is down that nobody runs. */
    private static final Map<String, List<String>> TARGETS = Map.of(
            PROMETHEUS,
            List.of("localhost:9090"),
            Catalogue.OURS,
            List.of("gateway-1:8002", "gateway-2:8002"),
            "postgres",
            List.of("postgres-exporter:9187"),
            "redis",
            List.of("redis-exporter:9121"),
            "node",
            List.of("node-exporter:9100"),
            "alertmanager",
            List.of("alertmanager:9093"),
            "caddy",
            List.of("caddy:2019"));

    private static final Map<String, Map<String, Object>> LABELS = Map.of(
            PROMETHEUS,
            map("service", PROMETHEUS),
            Catalogue.OURS,
            map("service", "atalaya", "component", "api"),
            "postgres",
            map("service", "postgresql", "component", "database"),
            "redis",
            map("service", "redis", "component", "cache"),
            "node",
            map("service", "node-exporter", "component", "infrastructure"),
            "alertmanager",
            map("service", "alertmanager", "component", "alerting"),
            "caddy",
            map("service", "caddy", "component", "reverse-proxy"),
            "bot",
            map("service", "bot", "component", "bot"));

    private final SloFile file;
    private final Catalogue catalogue;

    ServerConfigs(SloFile file, Catalogue catalogue) {
        this.file = file;
        this.catalogue = catalogue;
    }

    /** Prometheus itself. How long it keeps history is on its command line, so the comment says what is needed. */
    String prometheus(String header) {
        var jobs = new ArrayList<>();
        catalogue.exporters().forEach((id, exporter) -> jobs.add(job(id, exporter.job())));
        Duration longest = file.objectives().stream()
                .map(Slo::window)
                .max(Duration::compareTo)
                .orElse(Duration.ofDays(30));
        return YamlText.of(
                header
                        + "\nStart Prometheus with --storage.tsdb.retention.time=%s or more: it keeps 15 days by default, and a budget of %s would silently be one of 15 days."
                                .formatted(Spans.text(longest.plusDays(5)), Spans.text(longest)),
                map(
                        "global",
                        map("scrape_interval", "15s", "evaluation_interval", "30s"),
                        "rule_files",
                        List.of("rules/*.yml"),
                        "alerting",
                        map(
                                "alertmanagers",
                                List.of(map(
                                        "static_configs",
                                        List.of(map("targets", TARGETS.getOrDefault("alertmanager", List.of())))))),
                        "scrape_configs",
                        jobs));
    }

    private static Map<String, Object> job(String exporter, String job) {
        Map<String, Object> config = map("job_name", job);
        if (exporter.equals(Catalogue.OURS)) {
            config.put("scrape_interval", "10s");
            config.put("sample_limit", 20_000);
            config.put("label_value_length_limit", 256);
            config.put("authorization", map("type", "Bearer", "credentials_file", "/run/secrets/management-token"));
        }
        Map<String, Object> labels = LABELS.getOrDefault(exporter, Map.of());
        List<String> targets = TARGETS.get(exporter);
        if (targets == null) {
            config.put("file_sd_configs", List.of(map("files", List.of("targets/" + job + ".yml"))));
            config.put(
                    "relabel_configs",
                    labels.entrySet().stream()
                            .map(label -> map("target_label", label.getKey(), "replacement", label.getValue()))
                            .toList());
        } else {
            config.put("static_configs", List.of(map("targets", targets, "labels", labels)));
        }
        return config;
    }

    /** Alertmanager: by severity, grouped by what is broken, the smaller trouble silenced by the bigger. */
    String alertmanager(String header) {
        return YamlText.of(
                header,
                map(
                        "global",
                        map(
                                "resolve_timeout",
                                "5m",
                                "slack_api_url_file",
                                "/run/secrets/slack-url",
                                "smtp_smarthost",
                                "smtp:587",
                                "smtp_from",
                                "alerts@atalaya.example",
                                "smtp_auth_username",
                                "alerts@atalaya.example",
                                "smtp_auth_password_file",
                                "/run/secrets/smtp-password"),
                        "route",
                        map(
                                "receiver",
                                "slack",
                                "group_by",
                                List.of("component", "service", "slo"),
                                "group_wait",
                                "10s",
                                "group_interval",
                                "2m",
                                "repeat_interval",
                                "4h",
                                "routes",
                                List.of(
                                        route("info", "nobody", "24h"),
                                        route("critical", "email-and-slack", "1h"),
                                        route("warning", "slack", "4h"))),
                        "receivers",
                        receivers(),
                        "inhibit_rules",
                        inhibitions()));
    }

    private static Map<String, Object> route(String severity, String receiver, String repeat) {
        return map(
                "receiver", receiver, "matchers", List.of("severity=\"" + severity + "\""), "repeat_interval", repeat);
    }

    private static List<Object> receivers() {
        Map<String, Object> email = map("to", "on-call@atalaya.example", "send_resolved", true);
        return List.of(
                map("name", "nobody"),
                map("name", "slack", "slack_configs", List.of(slack("#alerts"))),
                map(
                        "name",
                        "email-and-slack",
                        "email_configs",
                        List.of(email),
                        "slack_configs",
                        List.of(slack("#incidents"))));
    }

    private static Map<String, Object> slack(String channel) {
        return map(
                "channel",
                channel,
                "send_resolved",
                true,
                "title",
                "{{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }})",
                "text",
                "{{ range .Alerts }}{{ .Annotations.summary }}: {{ .Annotations.description }} {{ .Annotations.runbook_url }}\n{{ end }}");
    }

    private List<Object> inhibitions() {
        var rules = new ArrayList<>();
        List<Tier> tiers =
                file.objectives().stream().map(Slo::tiers).findFirst().orElse(Tier.USUAL);
        for (int i = 0; i + 1 < tiers.size(); i++) {
            String slower = String.join(
                    "|",
                    tiers.subList(i + 1, tiers.size()).stream().map(Tier::id).toList());
            rules.add(inhibit(
                    "burnrate_tier=\"" + tiers.get(i).id() + "\"",
                    "burnrate_tier=~\"" + slower + "\"",
                    List.of("slo")));
        }
        rules.add(inhibit("alertname=\"APIDown\"", "component=~\"api|websocket|ingest|gateway\"", List.of()));
        rules.add(inhibit("alertname=\"APIDown\"", "alertname=\"TargetDown\"", List.of("job")));
        for (String component : List.of("bot", "postgis", "redis", "proxy")) {
            rules.add(inhibit(
                    "alertname=~\"BotDown|PostgreSQLDown|RedisDown|ProxyDown\",component=\"" + component + "\"",
                    "alertname!~\"BotDown|PostgreSQLDown|RedisDown|ProxyDown\",component=\"" + component + "\"",
                    List.of()));
        }
        rules.add(inhibit(
                "alertname=~\"BotDown|PostgreSQLDown|RedisDown|ProxyDown\"",
                "alertname=\"TargetDown\"",
                List.of("job")));
        return rules;
    }

    private static Map<String, Object> inhibit(String source, String target, List<String> equal) {
        Map<String, Object> rule = map(
                "source_matchers", List.of(source.split(",", -1)), "target_matchers", List.of(target.split(",", -1)));
        if (!equal.isEmpty()) {
            rule.put("equal", equal);
        }
        return rule;
    }

    /** Grafana's data source, by a fixed name that dashboards choose by default. */
    static String datasource(String header) {
        return YamlText.of(
                header,
                map(
                        "apiVersion",
                        1,
                        "datasources",
                        List.of(map(
                                "name",
                                "Prometheus",
                                "uid",
                                "prometheus",
                                "type",
                                "prometheus",
                                "access",
                                "proxy",
                                "url",
                                "http://prometheus:9090",
                                "isDefault",
                                true,
                                "editable",
                                false))));
    }

    /** Where Grafana finds its dashboards. */
    static String provider(String header, Set<String> folders) {
        var providers = new ArrayList<>();
        for (String folder : folders) {
            providers.add(map(
                    "name",
                    "atalaya-" + folder,
                    "folder",
                    "Atalaya " + folder,
                    "type",
                    "file",
                    "disableDeletion",
                    true,
                    "allowUiUpdates",
                    false,
                    "options",
                    map("path", "/var/lib/grafana/dashboards/" + folder)));
        }
        return YamlText.of(header, map("apiVersion", 1, "providers", providers));
    }
}

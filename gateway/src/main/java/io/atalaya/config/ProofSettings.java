package io.atalaya.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings of what the service tells of itself; part of {@link Settings}. Immutable. */
final class ProofSettings {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    static final Setting<Path> KPI_FILE = Setting.of(
            "kpi-file",
            Kinds.path(),
            "",
            "Indicators (docs/kpi.md). Without it those of a shipped profile that has some, such as operations.");
    static final Setting<List<URI>> ALERTMANAGER_URLS = Setting.of(
            "alertmanager-urls",
            Kinds.httpUrls(),
            "",
            "Alertmanagers that are told of alerts about budgets, with no Prometheus in between.");
    static final Setting<String> ALERTMANAGER_AUTHORIZATION = Setting.secret(
            "alertmanager-authorization",
            Kinds.text("the value of a header field"),
            "Authorization field that Alertmanagers get.");
    static final Setting<List<URI>> ALERT_WEBHOOK_URLS = Setting.secret(
            "alert-webhook-urls",
            Kinds.httpUrls(),
            "Addresses that groups of these alerts are posted to, as Alertmanager posts them to webhooks.");
    static final Setting<String> ALERT_WEBHOOK_AUTHORIZATION = Setting.secret(
            "alert-webhook-authorization",
            Kinds.text("the value of a header field"),
            "Authorization field that webhooks get.");
    static final Setting<Duration> ALERT_RESEND = Setting.of(
            "alert-resend",
            Kinds.duration(SECOND, Duration.ofHours(1)),
            "1m",
            "How often Alertmanagers hear again of what still fires; after four times as much silence it is over.");
    static final Setting<Duration> ALERT_GROUP_WAIT = Setting.of(
            "alert-group-wait",
            Kinds.duration(Duration.ZERO, Duration.ofMinutes(10)),
            "10s",
            "How long the first notice of a service waits for more alerts, for webhooks.");
    static final Setting<Duration> ALERT_GROUP_INTERVAL = Setting.of(
            "alert-group-interval",
            Kinds.duration(SECOND, DAY),
            "2m",
            "How long after a notice a change of its alerts is told, for webhooks.");
    static final Setting<Duration> ALERT_REPEAT = Setting.of(
            "alert-repeat",
            Kinds.duration(SECOND, Duration.ofDays(7)),
            "4h",
            "How often webhooks are told again of what has not changed.");
    static final Setting<Boolean> CANARY = Setting.of(
            "canary",
            Kinds.flag(),
            "false",
            "Whether a client of the gateway's own publishes and receives through the public port, over loopback.");
    static final Setting<Duration> CANARY_INTERVAL = Setting.of(
            "canary-interval", Kinds.duration(SECOND, Duration.ofHours(1)), "10s", "From one round to the next.");
    static final Setting<Duration> CANARY_PATIENCE = Setting.of(
            "canary-patience",
            Kinds.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
            "5s",
            "How long a round may take before its event counts as lost.");

    static final Setting<String> ENVIRONMENT = Setting.of(
            "environment",
            Kinds.text("a name such as production or staging"),
            "production",
            "What this installation is called: on the console, in health answers and in the label env of the ggrt view."
                    + " The demonstration says demo. Nothing behaves differently by it.");
    static final Setting<Integer> METRICS_TENANTS = Setting.of(
            "metrics-tenants",
            Kinds.integerOrOff(10_000),
            "off",
            "How many tenants are counted by name in atalaya_tenant_*: the first so many; the others together.");
    static final Setting<Duration> METRICS_HISTORY_INTERVAL = Setting.of(
            "metrics-history-interval",
            Kinds.duration(Duration.ZERO, Duration.ofHours(1)),
            "0s",
            "How often a line is appended to metrics/metrics-history.jsonl in data-dir; 0 never. One gateway a directory.");
    static final Setting<Long> METRICS_HISTORY_MAX_BYTES = Setting.of(
            "metrics-history-max-bytes",
            Kinds.longBytes(64 << 10, 1L << 40),
            "64MiB",
            "Most bytes of that history; the older half goes when it is full.");
    static final Setting<Duration> METRICS_HISTORY_MAX_AGE = Setting.of(
            "metrics-history-max-age",
            Kinds.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
            "7d",
            "How long its lines are kept, and at most half as long again.");

    static final Setting<URI> METRICS_OTLP_ENDPOINT = Setting.of(
            "metrics-otlp-endpoint",
            Kinds.httpUrl(),
            "",
            "Where metrics are sent by OTLP, as protobuf over HTTP, such as http://localhost:4318/v1/metrics. Without it"
                    + " they are only scraped.");
    static final Setting<Duration> METRICS_OTLP_INTERVAL = Setting.of(
            "metrics-otlp-interval", Kinds.duration(SECOND, Duration.ofHours(1)), "60s", "How often they are sent.");

    static final List<Setting<?>> ALL = List.of(
            KPI_FILE,
            ALERTMANAGER_URLS,
            ALERTMANAGER_AUTHORIZATION,
            ALERT_WEBHOOK_URLS,
            ALERT_WEBHOOK_AUTHORIZATION,
            ALERT_RESEND,
            ALERT_GROUP_WAIT,
            ALERT_GROUP_INTERVAL,
            ALERT_REPEAT,
            CANARY,
            CANARY_INTERVAL,
            CANARY_PATIENCE);

    static final List<Setting<?>> METRICS = List.of(
            ENVIRONMENT,
            METRICS_TENANTS,
            METRICS_HISTORY_INTERVAL,
            METRICS_HISTORY_MAX_BYTES,
            METRICS_HISTORY_MAX_AGE,
            METRICS_OTLP_ENDPOINT,
            METRICS_OTLP_INTERVAL);

    private ProofSettings() {}
}

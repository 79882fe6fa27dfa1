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

    private ProofSettings() {}
}

package io.atalaya.alerting;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who is told of alerts, and how often. Immutable. Holds secrets: {@link #toString} does not show them.
 *
 * @param alertmanagers roots of Alertmanagers; each is told of every alert
 * @param webhooks addresses that groups of alerts are posted to
 * @param resend how often Alertmanagers hear again of an alert that is still firing
 */
public record AlertingConfig(
        List<TargetConfig> alertmanagers, List<TargetConfig> webhooks, Duration resend, GroupingConfig grouping) {
    public AlertingConfig {
        alertmanagers = List.copyOf(alertmanagers);
        webhooks = List.copyOf(webhooks);
    }

    /** Nobody is told. */
    public static AlertingConfig none() {
        return new AlertingConfig(List.of(), List.of(), Duration.ofMinutes(1), GroupingConfig.usual());
    }

    /**
     * An address, and what proves there who we are. Immutable.
     *
     * @param id what it is called in metrics, logs and answers
     * @param authorization value of the Authorization field
     */
    public record TargetConfig(String id, URI url, Optional<String> authorization) {
        /** Where it is, without path, query and whatever else could be a secret. */
        public String place() {
            return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
        }

        @Override
        public String toString() {
            return id + " at " + place();
        }
    }

    /**
     * How alerts are gathered for webhooks. Immutable.
     *
     * @param initially how long a new group waits for more alerts
     * @param interval how long a group that has been told waits before it tells of changes
     * @param repeat how often a group without changes is told again
     */
    public record GroupingConfig(Duration initially, Duration interval, Duration repeat) {
        /** As the generated configuration of Alertmanager has it. */
        public static GroupingConfig usual() {
            return new GroupingConfig(Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofHours(4));
        }
    }
}

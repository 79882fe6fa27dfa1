package io.atalaya.alerting;

import io.atalaya.alerting.AlertingConfig.GroupingConfig;
import io.atalaya.alerting.Outbox.Notice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one webhook has been told. Confined to the thread of the alerts.
 *
 * <p>Alerts of one service are told together, in the document that Alertmanager's webhooks get (version 4), so that receivers
 * written for those understand it. What is paused or inhibited is not told, nor is its end, until that is over.
 */
final class WebhookLine {
    private static final String BY = "service";
    private static final Duration USEFUL = Duration.ofHours(1);

    private final GroupingConfig grouping;
    private final Outbox outbox;
    private final Map<String, Group> groups = new TreeMap<>();

    WebhookLine(GroupingConfig grouping, Outbox outbox) {
        this.grouping = grouping;
        this.outbox = outbox;
    }

    /** The alerts of a service as they were told. */
    private static final class Group {
        private final Map<Map<String, String>, Alert> told = new HashMap<>();
        private Instant due;
        private Instant last = Instant.EPOCH;

        Group(Instant due) {
            this.due = due;
        }
    }

    /** @param muted alerts that are paused or inhibited now */
    void step(List<Alert> alerts, Predicate<Alert> muted, Instant now) {
        var byService = new TreeMap<String, List<Alert>>();
        for (Alert alert : alerts) {
            byService.computeIfAbsent(alert.label(BY), _ -> new ArrayList<>()).add(alert);
        }
        byService.forEach((service, of) -> {
            if (of.stream().anyMatch(alert -> alert.firing() && !muted.test(alert))) {
                groups.computeIfAbsent(service, _ -> new Group(now.plus(grouping.initially())));
            }
        });
        groups.forEach((service, group) -> {
            if (!now.isBefore(group.due)) {
                group.due = now.plus(grouping.interval());
                flush(service, group, byService.getOrDefault(service, List.of()), muted, now);
            }
        });
        groups.entrySet()
                .removeIf(group -> group.getValue().told.isEmpty()
                        && byService.getOrDefault(group.getKey(), List.of()).stream()
                                .noneMatch(Alert::firing));
        outbox.step(now);
    }

    private void flush(String service, Group group, List<Alert> alerts, Predicate<Alert> muted, Instant now) {
        var firing = new ArrayList<Alert>();
        var over = new ArrayList<Alert>();
        Set<Map<String, String>> held = new HashSet<>();
        for (Alert alert : alerts) {
            if (muted.test(alert)) {
                held.add(alert.labels());
            } else if (alert.firing()) {
                firing.add(alert);
            }
        }
        group.told.forEach((labels, alert) -> {
            boolean fires =
                    alerts.stream().anyMatch(one -> one.firing() && one.labels().equals(labels));
            if (!fires && !held.contains(labels)) {
                over.add(alerts.stream()
                        .filter(one -> one.labels().equals(labels))
                        .findFirst()
                        .orElseGet(() -> alert.endedAt(now)));
            }
        });
        boolean news = !over.isEmpty() || firing.stream().anyMatch(alert -> !group.told.containsKey(alert.labels()));
        boolean again = !firing.isEmpty() && !group.last.plus(grouping.repeat()).isAfter(now);
        if (!news && !again) {
            return;
        }
        over.forEach(alert -> group.told.remove(alert.labels()));
        firing.forEach(alert -> group.told.put(alert.labels(), alert));
        group.last = now;
        List<Alert> all = new ArrayList<>(firing);
        all.addAll(over);
        outbox.add(new Notice(
                "",
                JsonMapper.shared().writeValueAsString(document(service, all, !firing.isEmpty())),
                now.plus(USEFUL)));
    }

    private static Map<String, Object> document(String service, List<Alert> alerts, boolean firing) {
        var document = new LinkedHashMap<String, Object>();
        document.put("version", "4");
        document.put("groupKey", "{}:{service=\"%s\"}".formatted(service));
        document.put("truncatedAlerts", 0);
        document.put("status", firing ? "firing" : "resolved");
        document.put("receiver", "atalaya");
        document.put("groupLabels", Map.of(BY, service));
        document.put("commonLabels", common(alerts.stream().map(Alert::labels).toList()));
        document.put(
                "commonAnnotations",
                common(alerts.stream().map(Alert::annotations).toList()));
        document.put("externalURL", "");
        document.put("alerts", alerts.stream().map(WebhookLine::document).toList());
        return document;
    }

    private static Map<String, String> common(List<Map<String, String>> all) {
        var common = new TreeMap<>(all.getFirst());
        all.forEach(labels -> common.entrySet().retainAll(labels.entrySet()));
        return common;
    }

    private static Map<String, Object> document(Alert alert) {
        var document = new LinkedHashMap<String, Object>();
        document.put("status", alert.firing() ? "firing" : "resolved");
        document.put("labels", alert.labels());
        document.put("annotations", alert.annotations());
        document.put("startsAt", alert.since().toString());
        document.put("endsAt", alert.over().map(Instant::toString).orElse("0001-01-01T00:00:00Z"));
        document.put("generatorURL", "");
        document.put("fingerprint", fingerprint(alert));
        return document;
    }

    /** FNV-1a over the labels: the same for the same alert. */
    private static String fingerprint(Alert alert) {
        long hash = 0xcbf29ce484222325L;
        for (char c : alert.labels().toString().toCharArray()) {
            hash = (hash ^ c) * 0x100000001b3L;
        }
        return "%016x".formatted(hash);
    }
}

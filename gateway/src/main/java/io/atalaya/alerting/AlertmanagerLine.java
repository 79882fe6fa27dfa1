package io.atalaya.alerting;

import io.atalaya.alerting.Outbox.Notice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one Alertmanager has been told (API version 2). Confined to the thread of the alerts.
 *
 * <p>It forgets what it does not hear of again, so alerts that fire are told again and again, each time with an end that is
 * some way off; what is over is told for a while with the end that it had. It groups, inhibits and silences by itself.
 */
final class AlertmanagerLine {
    private static final String PATH = "/api/v2/alerts";

    /** As Prometheus has it. */
    private static final int MISSED_RESENDS = 4;

    private final Duration resend;
    private final Outbox outbox;
    private final Map<Map<String, String>, Told> told = new HashMap<>();

    AlertmanagerLine(Duration resend, Outbox outbox) {
        this.resend = resend;
        this.outbox = outbox;
    }

    /** What was said last of an alert, and when. */
    private record Told(Instant at, boolean firing) {}

    /** @param paused alerts that are not to be told; what has been told before is, or it would seem to be over */
    void step(List<Alert> alerts, Predicate<Alert> paused, Instant now) {
        var due = new ArrayList<Alert>();
        for (Alert alert : alerts) {
            Told before = told.get(alert.labels());
            boolean news = before == null ? alert.firing() : before.firing() != alert.firing();
            boolean again = before != null && !before.at().plus(resend).isAfter(now) && !outbox.isBusy();
            if ((news || again) && (before != null || !paused.test(alert))) {
                due.add(alert);
                told.put(alert.labels(), new Told(now, alert.firing()));
            }
        }
        told.keySet()
                .removeIf(labels ->
                        alerts.stream().noneMatch(alert -> alert.labels().equals(labels)));
        Instant until = now.plus(resend.multipliedBy(MISSED_RESENDS));
        if (!due.isEmpty()) {
            List<Map<String, Object>> document =
                    due.stream().map(alert -> document(alert, until)).toList();
            outbox.add(new Notice(PATH, JsonMapper.shared().writeValueAsString(document), until));
        }
        outbox.step(now);
    }

    private static Map<String, Object> document(Alert alert, Instant until) {
        var document = new LinkedHashMap<String, Object>();
        document.put("labels", alert.labels());
        document.put("annotations", alert.annotations());
        document.put("startsAt", alert.since().toString());
        document.put("endsAt", alert.over().orElse(until).toString());
        return document;
    }
}

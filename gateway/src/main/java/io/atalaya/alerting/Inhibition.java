package io.atalaya.alerting;

import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.Tier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which alerts say nothing new beside others: a slower tier of an objective while a faster one of it fires, as in the
 * generated configuration of Alertmanager. Immutable.
 */
final class Inhibition {
    private static final String TIER = "burnrate_tier";

    private final Map<String, List<String>> tiersBySlo;

    Inhibition(SloFile file) {
        var tiers = new HashMap<String, List<String>>();
        for (Slo slo : file.objectives()) {
            tiers.put(slo.id(), slo.tiers().stream().map(Tier::id).toList());
        }
        this.tiersBySlo = Map.copyOf(tiers);
    }

    /** Whether an alert is covered by another one that fires. */
    boolean covers(Alert alert, List<Alert> alerts) {
        String slo = alert.label("slo");
        List<String> tiers = tiersBySlo.getOrDefault(slo, List.of());
        int rank = tiers.indexOf(alert.label(TIER));
        return rank > 0
                && alerts.stream()
                        .filter(other -> other.firing() && other.label("slo").equals(slo))
                        .mapToInt(other -> tiers.indexOf(other.label(TIER)))
                        .anyMatch(other -> other >= 0 && other < rank);
    }
}

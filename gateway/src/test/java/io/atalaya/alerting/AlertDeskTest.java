package io.atalaya.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.alerting.AlertingConfig.GroupingConfig;
import io.atalaya.alerting.AlertingConfig.TargetConfig;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who is told what, and when: Alertmanagers again and again, webhooks in groups; pauses and inhibition. */
class AlertDeskTest {
    private final Reports reports = new Reports();
    private final Posts posts = new Posts();
    private final Pauses pauses = new Pauses(Optional.empty(), reports::now);

    private static final TargetConfig TARGET =
            new TargetConfig("there", URI.create("http://there:1/path?secret"), Optional.of("Bearer hidden"));

    private AlertDesk alertmanager() {
        return desk(new AlertingConfig(List.of(TARGET), List.of(), Duration.ofSeconds(30), GroupingConfig.usual()));
    }

    private AlertDesk webhook() {
        var grouping = new GroupingConfig(Duration.ofSeconds(20), Duration.ofMinutes(1), Duration.ofMinutes(10));
        return desk(new AlertingConfig(List.of(), List.of(TARGET), Duration.ofSeconds(30), grouping));
    }

    private AlertDesk desk(AlertingConfig config) {
        return new AlertDesk(config, reports.report(), pauses, posts, new Random(1));
    }

    /** Ticks every ten seconds, and steps with each. */
    private void run(AlertDesk desk, Duration time, boolean faultsOfA, boolean faultsOfB) {
        for (long ticks = time.toSeconds() / 10; ticks > 0; ticks--) {
            desk.step(reports.tick(faultsOfA, faultsOfB), reports.now());
        }
    }

    private List<String> alerts() {
        var found = new ArrayList<String>();
        for (JsonNode body : posts.bodies) {
            for (JsonNode alert : body.isArray() ? body : body.path("alerts")) {
                found.add("%s/%s"
                        .formatted(
                                alert.at("/labels/slo").asString(""),
                                alert.at("/labels/burnrate_tier").asString("")));
            }
        }
        return found;
    }

    @Test
    void anAlertmanagerHearsOfAnAlertWhenItFiresAgainWhileItDoesAndWithItsEnd() {
        AlertDesk desk = alertmanager();
        run(desk, Duration.ofMinutes(5), false, false);
        assertThat(posts.bodies).isEmpty();

        Instant before = reports.now();
        run(desk, Duration.ofSeconds(10), true, false);
        assertThat(alerts()).as("the one without a hold").containsExactly("answers-a/slow");
        run(desk, Duration.ofSeconds(20), true, false);
        assertThat(alerts()).containsExactly("answers-a/slow", "answers-a/fast");
        JsonNode fast = posts.bodies.getLast().get(0);
        assertThat(fast.at("/labels/alertname").asString()).isEqualTo("SLOErrorBudgetBurn");
        assertThat(fast.at("/labels/severity").asString()).isEqualTo("critical");
        assertThat(fast.path("startsAt").asString())
                .isEqualTo(before.plusSeconds(30).toString());
        assertThat(Instant.parse(fast.path("endsAt").asString()))
                .isEqualTo(reports.now().plusSeconds(120));
        assertThat(fast.at("/annotations/description").asString()).contains("45 % of answers of a");
        assertThat(posts.paths).containsOnly("/api/v2/alerts");

        int told = posts.bodies.size();
        run(desk, Duration.ofSeconds(20), true, false);
        assertThat(posts.bodies).as("the slow one again after 30 s").hasSize(told + 1);
        posts.bodies.clear();
        run(desk, Duration.ofMinutes(3), false, false);
        JsonNode over = posts.bodies.getLast().get(0);
        assertThat(Instant.parse(over.path("endsAt").asString())).isBeforeOrEqualTo(reports.now());
        assertThat(desk.report().firing()).isEmpty();
        run(desk, Duration.ofMinutes(16), false, false);
        posts.bodies.clear();
        run(desk, Duration.ofMinutes(5), false, false);
        assertThat(posts.bodies)
                .as("a quarter of an hour later it is forgotten")
                .isEmpty();
    }

    @Test
    void aWebhookHearsOfAServiceTogetherWithoutWhatIsInhibited() {
        AlertDesk desk = webhook();
        run(desk, Duration.ofMinutes(5), false, false);

        run(desk, Duration.ofMinutes(1), true, true);
        assertThat(posts.bodies).hasSize(2);
        JsonNode first = posts.bodies.getFirst();
        assertThat(first.path("version").asString()).isEqualTo("4");
        assertThat(first.path("status").asString()).isEqualTo("firing");
        assertThat(first.at("/groupLabels/service").asString()).isEqualTo("a");
        assertThat(alerts())
                .as("the slower tier says nothing new once the faster one fires")
                .containsExactlyInAnyOrder("answers-a/fast", "answers-b/fast");
        assertThat(desk.report().firing())
                .hasSize(4)
                .filteredOn(AlertDesk.Firing::inhibited)
                .hasSize(2);

        run(desk, Duration.ofMinutes(10), true, false);
        assertThat(posts.bodies.stream()
                        .filter(body -> body.path("status").asString().equals("resolved"))
                        .map(body -> body.at("/groupLabels/service").asString()))
                .containsExactly("b");
        assertThat(posts.bodies.getLast().at("/groupLabels/service").asString())
                .as("told again after ten minutes")
                .isEqualTo("a");
    }

    @Test
    void whatIsPausedIsToldWhenThePauseIsOver() {
        AlertDesk desk = webhook();
        pauses.begin("a", "deployment", reports.now().plus(Duration.ofMinutes(6)));
        run(desk, Duration.ofMinutes(4), false, false);
        run(desk, Duration.ofMinutes(1), true, true);
        assertThat(alerts()).containsExactly("answers-b/fast");
        assertThat(desk.report().pauses()).hasSize(1);

        run(desk, Duration.ofMinutes(3), true, true);

        assertThat(alerts()).contains("answers-a/fast");
        assertThat(desk.report().pauses()).isEmpty();
    }

    @Test
    void anEndDuringAPauseIsToldAfterIt() {
        AlertDesk desk = webhook();
        run(desk, Duration.ofMinutes(5), false, false);
        run(desk, Duration.ofMinutes(1), true, false);
        assertThat(posts.bodies).hasSize(1);
        String id = pauses.begin("", "maintenance", reports.now().plus(Duration.ofHours(1)))
                .orElseThrow()
                .id();

        run(desk, Duration.ofMinutes(5), false, false);
        assertThat(posts.bodies).hasSize(1);
        assertThat(pauses.end(id)).isTrue();
        run(desk, Duration.ofMinutes(2), false, false);

        assertThat(posts.bodies).hasSize(2);
        assertThat(posts.bodies.getLast().path("status").asString()).isEqualTo("resolved");
    }

    @Test
    void anAlertmanagerHearsNothingNewInAPauseButWhatItKnowsGoesOn() {
        AlertDesk desk = alertmanager();
        run(desk, Duration.ofMinutes(5), false, false);
        run(desk, Duration.ofMinutes(1), true, false);
        pauses.begin("", "maintenance", reports.now().plus(Duration.ofHours(1)));
        posts.bodies.clear();

        run(desk, Duration.ofMinutes(2), true, true);

        assertThat(alerts()).contains("answers-a/fast").noneMatch(alert -> alert.startsWith("answers-b"));
    }

    @Test
    void nothingThatIsShownHoldsASecret() {
        assertThat(TARGET.toString()).isEqualTo("there at http://there:1");
        assertThat(alertmanager().report().targets().getFirst().place()).isEqualTo("http://there:1");
    }
}

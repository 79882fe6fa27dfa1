package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.acceptance.StubbornPublisher.Published;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients whose machine sleeps: nothing of them runs, while their sockets stay open and events go on. A short sleep costs
 * nothing; one that is longer than the gateway waits for a sign of life costs the session; neither costs an event. And
 * who is awake and only ever listens keeps its session.
 */
final class SleepingClientsIT {
    private static final int TABLE = 1;
    private static final int ALARMS = 2;
    private static final int AN_HOUR = 3_600;
    private static final long SEED = 61;
    private static final Duration PATIENCE_OF_THE_GATEWAY = Duration.ofSeconds(6);
    private static final Duration NAP = Duration.ofSeconds(1);
    private static final Duration LONG_SLEEP = Duration.ofSeconds(11);
    private static final Duration AWAKE = Duration.ofSeconds(9);
    private static final Duration SETTLED = Duration.ofSeconds(40);
    private static final JsonMapper JSON = new JsonMapper();

    @Order(1)
    @RegisterExtension
    private final PackagedGateway gateway = PackagedGateway.packaged()
            .setting(
                    "PROFILE",
                    Path.of("src/test/resources/clients.yaml").toAbsolutePath().toString())
            .setting("WS_HEARTBEAT_TIMEOUT", PATIENCE_OF_THE_GATEWAY.toSeconds() + "s")
            .setting("WS_MAX_OUTBOUND_BYTES", "65536");

    /** Registered after the gateway, so that they are closed before it stops. */
    @Order(2)
    @RegisterExtension
    private final Parts parts = new Parts();

    @Test
    @Timeout(150)
    void sleepersLoseAndDoubleNothing() throws Exception {
        assumeTrue(NodeFollowers.areAvailable(), "node, and ws where it has no WebSocket: missing");
        var tokens = parts.add(new TokenDesk(gateway.setting("TABLE_TOKEN_SECRET")));
        String authority = gateway.publicAddress().getAuthority();
        String forTable = tokens.address(TABLE, AN_HOUR);
        String forAlarms = tokens.address(ALARMS, AN_HOUR);
        var awake = parts.add(new NodeFollowers());
        Followed listener = awake.add("listener", NodeFollowers.options(authority, forTable));
        var asleep = parts.add(new NodeFollowers());
        var sleepers = List.of(
                asleep.add("socket", NodeFollowers.options(authority, forTable)),
                asleep.add("stream", NodeFollowers.options(authority, forTable, "transports", List.of("sse"))));
        Followed alarms =
                asleep.add("alarms", NodeFollowers.options(authority, forAlarms, "autoAck", true, "clientId", "a"));
        awake.start();
        asleep.start();
        for (Followed follower : List.of(listener, sleepers.get(0), sleepers.get(1), alarms)) {
            follower.awaitPosition();
        }
        var publisher = parts.add(new StubbornPublisher(
                gateway.publicAddress(),
                gateway.publishKey(),
                List.of("ROUND_READY", "ALARM"),
                Duration.ofMillis(10),
                SEED));

        Thread.sleep(AWAKE); // longer than the gateway waits for a sign of life
        assertThat(ended()).as("sessions given up while everybody was awake").isZero();
        asleep.sleep();
        Thread.sleep(NAP);
        asleep.wake();
        Thread.sleep(NAP);
        asleep.sleep();
        Thread.sleep(LONG_SLEEP);
        double endedAsleep = ended();
        asleep.wake();
        publisher.close();

        List<Published> published = publisher.acknowledged();
        check(listener, Published.ids(published, TABLE));
        for (Followed sleeper : sleepers) {
            check(sleeper, Published.ids(published, TABLE));
        }
        check(alarms, Published.ids(published, ALARMS));
        assertThat(endedAsleep).as("sessions given up during the long sleep").isGreaterThanOrEqualTo(2);
        assertThat(waits(listener)).as("who was awake").isEmpty();
        assertThat(waits(sleepers.getFirst())).as("who slept").isNotEmpty();
        await("everything is acknowledged").atMost(SETTLED).untilAsserted(() -> {
            JsonNode acks = JSON.readTree(gateway.get("/api/v1/books")).path("acknowledgements");
            assertThat(acks.path("awaiting").asLong(-1)).as(acks.toString()).isZero();
            assertThat(acks.path("balanced").asBoolean(false)).isTrue();
        });
    }

    private static void check(Followed follower, List<String> expected) {
        await(follower + ": has everything")
                .atMost(SETTLED)
                .untilAsserted(() -> assertThat(Set.copyOf(follower.ids()))
                        .as("%s, %s", follower, follower.states())
                        .containsAll(expected));
        assertThat(follower.ids()).as(follower.name()).doesNotHaveDuplicates();
        assertThat(follower.gaps()).as(follower.name()).isEmpty();
    }

    private static List<String> waits(Followed follower) {
        return follower.states().stream()
                .filter(state -> state.contains("waiting"))
                .toList();
    }

    /** Sessions that the gateway has closed, for whatever reason. */
    private double ended() {
        return gateway.get("/metrics?view=atalaya")
                .lines()
                .filter(line -> line.startsWith("atalaya_sessions_closed_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}

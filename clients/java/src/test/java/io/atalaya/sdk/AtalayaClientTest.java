package io.atalaya.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.sdk.StateChange.State;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AtalayaClientTest {
    private static final URI WAITERS = URI.create("wss://gateway.example/ws/waiter");

    private final FakeSchedule schedule = new FakeSchedule();
    private final FakeConnector gateway = new FakeConnector();
    private final List<StateChange> states = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private boolean ended;

    private AtalayaClient client(ClientOptions options) {
        var halves = new Random() {
            private static final long serialVersionUID = 1L;

            @Override
            public double nextDouble() {
                return 0.5;
            }
        };
        var surroundings = new AtalayaClient.Surroundings(
                schedule, Runnable::run, Runnable::run, gateway, halves, () -> ended = true);
        return new AtalayaClient(options, surroundings).onState(states::add).on("*", event -> seen.add(event.id()));
    }

    private AtalayaClient opened(ClientOptions options) {
        AtalayaClient client = client(options).connect();
        gateway.latest().accept();
        return client;
    }

    private AtalayaClient opened() {
        return opened(ClientOptions.of(WAITERS, TokenSource.fixed("secret")));
    }

    private static String event(String id) {
        return "{\"type\":\"ROUND_READY\",\"id\":\"%s\",\"cursor\":\"c-%s\"}".formatted(id, id);
    }

    private StateChange state() {
        return states.get(states.size() - 1);
    }

    @Test
    void theFirstConnectionAsksForThePresentPosition() {
        AtalayaClient client =
                opened(ClientOptions.of(WAITERS, TokenSource.fixed("a b")).withClientId("tablet-1"));

        assertThat(gateway.latest().query()).isEqualTo("token=a+b&since=now&client_id=tablet-1");
        assertThat(client.cursor()).isEmpty();
        gateway.latest().say("{\"type\":\"position\",\"cursor\":\"c-0\"}");
        assertThat(client.cursor()).contains("c-0");
    }

    @Test
    void aReconnectContinuesAfterTheLastEvent() {
        opened();
        gateway.latest().say(event("1"));
        gateway.latest().end(1006, "connection lost");
        assertThat(state()).isEqualTo(new StateChange(State.WAITING, 1006, "connection lost", Duration.ofMillis(500)));

        schedule.pass(Duration.ofMillis(500));

        assertThat(gateway.latest().query()).contains("since=c-1");
    }

    @Test
    void anEventThatComesAgainIsHandledOnce() {
        AtalayaClient client = opened();

        gateway.latest().say(event("1"));
        gateway.latest().say(event("2"));
        gateway.latest().say("{\"type\":\"ROUND_READY\",\"id\":\"1\",\"cursor\":\"c-1\",\"redelivered\":true}");

        assertThat(seen).containsExactly("1", "2");
        assertThat(client.cursor()).contains("c-2");
    }

    @Test
    void aGapIsToldAndMovesThePosition() {
        var gaps = new ArrayList<String>();
        AtalayaClient client = opened().onGap(gap -> gaps.add(gap.reason()));

        gateway.latest().say("{\"type\":\"gap\",\"reason\":\"retention\",\"cursor\":\"c-9\"}");

        assertThat(gaps).containsExactly("retention");
        assertThat(client.cursor()).contains("c-9");
    }

    @ParameterizedTest
    @ValueSource(ints = {4001, 4003, 4029})
    void aRefusalForGoodIsFinal(int code) {
        opened();

        gateway.latest().end(code, "no");
        schedule.pass(Duration.ofMinutes(10));

        assertThat(state()).isEqualTo(new StateChange(State.STOPPED, code, "no", Duration.ZERO));
        assertThat(gateway.opened).hasSize(1);
        assertThat(ended).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1013,0,1500", "1013,7,7500", "1006,7,7500", "1006,86400,3600500"})
    void aServerIsLeftAloneForAsLongAsItWishes(int code, int wishSeconds, int pauseMillis) {
        opened();

        gateway.latest().end(code, "HTTP 503", Duration.ofSeconds(wishSeconds));

        assertThat(state()).isEqualTo(new StateChange(State.WAITING, code, "HTTP 503", Duration.ofMillis(pauseMillis)));
    }

    @Test
    void aRefusedTokenIsRenewedOnce() {
        var asked = new ArrayList<Boolean>();
        opened(ClientOptions.of(WAITERS, refused -> {
            asked.add(refused);
            return "t" + asked.size();
        }));

        gateway.latest().end(4001, "Token expired or revoked");
        schedule.pass(Duration.ofSeconds(1));
        assertThat(gateway.latest().query()).contains("token=t2");
        gateway.latest().accept();
        gateway.latest().end(4001, "Authentication failed");

        assertThat(asked).containsExactly(false, true);
        assertThat(state().state()).isEqualTo(State.STOPPED);
    }

    @Test
    void aNewTokenThatWasGoodForSomethingIsRenewedTooWhenItEnds() {
        opened(ClientOptions.of(WAITERS, refused -> "short-lived"));

        for (int i = 0; i < 5; i++) {
            gateway.latest().say("{\"type\":\"position\",\"cursor\":\"c-0\"}");
            gateway.latest().end(4001, "Token expired or revoked");
            schedule.pass(state().retryIn());
            gateway.latest().accept();
        }

        assertThat(state().state()).isEqualTo(State.OPEN);
        assertThat(gateway.opened).hasSize(6);
    }

    @Test
    void aTokenSourceThatFailsIsAskedAgainLater() {
        var calls = new int[1];
        var errors = new ArrayList<String>();
        client(ClientOptions.of(WAITERS, refused -> {
                    calls[0]++;
                    if (calls[0] == 1) {
                        throw new java.io.IOException("offline");
                    }
                    return "t";
                }))
                .onError(error -> errors.add(error.getMessage()))
                .connect();
        assertThat(state().state()).isEqualTo(State.WAITING);

        schedule.pass(Duration.ofSeconds(1));

        assertThat(errors).containsExactly("offline");
        assertThat(gateway.opened).hasSize(1);
    }

    @Test
    void aFullGatewayIsGivenTime() {
        opened();

        gateway.latest().end(1013, "Connection limit reached");

        assertThat(state().retryIn()).isEqualTo(Duration.ofMillis(1_500));
    }

    @Test
    void pausesGrowUntilAConnectionLives() {
        opened();
        var pauses = new ArrayList<Long>();
        for (int i = 0; i < 3; i++) {
            gateway.latest().end(1006, "");
            pauses.add(state().retryIn().toMillis());
            schedule.pass(state().retryIn());
            gateway.latest().accept();
        }
        schedule.pass(Duration.ofSeconds(10));
        gateway.latest().end(1006, "");
        pauses.add(state().retryIn().toMillis());

        assertThat(pauses).containsExactly(500L, 1_000L, 2_000L, 500L);
    }

    @Test
    void aConnectionThatIsOpenInNameOnlyIsLeft() {
        opened();

        schedule.pass(Duration.ofSeconds(30));
        assertThat(gateway.latest().sent).containsExactly("{\"type\":\"ping\"}");
        schedule.pass(Duration.ofSeconds(10));

        assertThat(gateway.latest().closed()).isEqualTo("4000 heartbeat timeout");
        assertThat(state().state()).isEqualTo(State.WAITING);
    }

    @Test
    void anAttemptThatHangsIsGivenUp() {
        client(ClientOptions.of(WAITERS, TokenSource.fixed("t"))).connect();

        schedule.pass(Duration.ofSeconds(15));

        assertThat(state().reason()).isEqualTo("connect timeout");
    }

    @Test
    void acknowledgesByItself() {
        opened(ClientOptions.of(WAITERS, TokenSource.fixed("t")).withAutoAck(Set.of("ROUND_READY")));

        gateway.latest().say(event("1"));
        gateway.latest().say("{\"type\":\"OTHER\",\"id\":\"2\"}");
        gateway.latest().say(event("3"));
        schedule.pass(Duration.ZERO);

        assertThat(gateway.latest().sent).containsExactly("{\"type\":\"ack\",\"ids\":[\"1\",\"3\"]}");
    }

    @Test
    void acknowledgementsOfABusyClientStayFarBelowTheLimitOfMessages() {
        opened(ClientOptions.of(WAITERS, TokenSource.fixed("t")).withAutoAck(Set.of("*")));

        for (int i = 0; i < 1_000; i++) {
            gateway.latest().say(event("" + i));
            schedule.pass(Duration.ofMillis(2));
        }
        schedule.pass(Duration.ofSeconds(1));

        assertThat(gateway.latest().sent).hasSizeLessThan(14);
        assertThat(String.join("", gateway.latest().sent).split("\"e?[0-9]+\"", -1))
                .hasSize(1_001);
    }

    @Test
    void whatWasOwedOnALostConnectionIsForgotten() {
        opened(ClientOptions.of(WAITERS, TokenSource.fixed("t")).withAutoAck(Set.of("*")));
        gateway.latest().say(event("1"));
        gateway.latest().end(1006, "");
        schedule.pass(Duration.ofSeconds(1));
        gateway.latest().accept();

        schedule.pass(Duration.ofSeconds(1));

        assertThat(gateway.latest().sent).isEmpty();
    }

    @Test
    void whatAHandlerThrowsIsToldAndStopsNothing() {
        var errors = new ArrayList<String>();
        AtalayaClient client = opened().onError(error -> errors.add(error.getMessage()));
        client.on("ROUND_READY", event -> {
            throw new IllegalStateException("broken handler");
        });

        gateway.latest().say(event("1"));
        gateway.latest().say(event("2"));

        assertThat(errors).containsExactly("broken handler", "broken handler");
        assertThat(client.cursor()).contains("c-2");
    }

    @Test
    void everyPositionIsOfferedForKeeping() {
        var kept = new ArrayList<String>();
        opened(ClientOptions.of(WAITERS, TokenSource.fixed("t")).withCursor("c-5", kept::add));

        gateway.latest().say(event("6"));

        assertThat(gateway.latest().query()).contains("since=c-5");
        assertThat(kept).containsExactly("c-6");
    }

    @Test
    void closeEndsEverything() {
        AtalayaClient client = opened();

        client.close();
        client.close();
        schedule.pass(Duration.ofMinutes(10));

        assertThat(gateway.latest().closed()).isEqualTo("1000 closed by the client");
        assertThat(state().state()).isEqualTo(State.STOPPED);
        assertThat(ended).isTrue();
        assertThat(gateway.opened).hasSize(1);
    }

    @Test
    void anAddressThatIsNoWebSocketIsRefused() {
        assertThatThrownBy(() -> ClientOptions.of(URI.create("http://host/"), TokenSource.fixed("t")))
                .hasMessage("endpoint: http://host/ (expected: ws://… or wss://…)");
    }
}

package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.management.Exchange.Answer;
import io.atalaya.operator.OperatorGate;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who passes for an operator. */
final class OperatorGateTest {
    private static final String TOKEN = "correct-horse-battery-staple";

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8002", "127.0.0.1:8002", "127.9.9.9", "[::1]:8002", "[::1]"})
    void withoutATokenLoopbackNamesPass(String host) {
        assertThat(management(Optional.empty()).with("host", host).answer().status())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example:8002",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "10.0.0.5:8002",
                "[::2]",
                "[::1",
                "[]",
                ":8002",
                "2130706433x"
            })
    void withoutATokenOtherNamesAreReboundAndRefused(String host) {
        assertThat(management(Optional.empty()).with("host", host).answer().status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer correct-horse-battery-staple,   204",
        "bearer correct-horse-battery-staple,   204",
        "Bearer correct-horse-battery-staple2,  401",
        "Bearer correct-horse-battery-stapl,    401",
        "Bearer,                                401",
        "Basic correct-horse-battery-staple,    401",
        "correct-horse-battery-staple,          401",
    })
    void withATokenItIsAskedFor(String authorization, int status) {
        var answer = management(Optional.of(TOKEN))
                .with("host", "gateway.example")
                .with("authorization", authorization)
                .answer();

        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void withATokenLoopbackIsNotEnough() {
        var answer = management(Optional.of(TOKEN)).answer();

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer");
        assertThat(answer.body()).doesNotContain(TOKEN);
    }

    @Test
    void anEmptyTokenIsNoToken() {
        var answer = management(Optional.of(""))
                .with("authorization", "Bearer ")
                .with("host", "evil.example")
                .answer();

        assertThat(answer.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json,                  204",
        "application/json; charset=utf-8,   204",
        "text/plain,                        415",
        "application/x-www-form-urlencoded, 415",
        "'',                                415",
    })
    void bodiesMustBeJsonSoThatAnotherSitesPageCannotSendThem(String type, int status) {
        for (String method : List.of("POST", "PUT", "DELETE")) {
            var answer = management(Optional.empty())
                    .sending(method, "{}")
                    .with("content-type", type)
                    .answer();

            assertThat(answer.status()).as(method).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, localhost:8001, '',              204",
        "127.0.0.1, 127.0.0.1:8001, '',              204",
        "::1,       [::1]:8001,     '',              204",
        "127.0.0.1, shop.example,   '',              403",
        "127.0.0.1, localhost:8001, x-forwarded-for, 403",
        "127.0.0.1, localhost:8001, forwarded,       403",
        "127.0.0.1, localhost:8001, x-real-ip,       403",
        "10.1.2.3,  localhost:8001, '',              403",
    })
    void onThePublicPortOnlyStraightCallersOfThisMachineAreLocal(String peer, String host, String extra, int status) {
        var exchange = open(Optional.empty()).from(peer).with("host", host);

        var answer = (extra.isEmpty() ? exchange : exchange.with(extra, "203.0.113.9")).answer();

        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void onThePublicPortOthersNeedTheToken() {
        var exchange = open(Optional.of(TOKEN)).from("10.1.2.3").with("host", "shop.example");

        Answer without = exchange.answer();
        Answer with = exchange.with("authorization", "Bearer " + TOKEN).answer();

        assertThat(without.status()).isEqualTo(401);
        assertThat(with.status()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "localhost, true", "::1, true", "0.0.0.0, false", "gateway.example, false"})
    void onlyLoopbackIsSafeWithoutAToken(String host, boolean safe) {
        assertThat(new ManagementConfig(host, 0, Optional.empty(), Set.of()).safe())
                .isEqualTo(safe);
        assertThat(new ManagementConfig(host, 0, Optional.of(TOKEN), Set.of()).safe())
                .isTrue();
    }

    @Test
    void theTableIsNotMadeForAnOpenPort() {
        var config = new ManagementConfig("0.0.0.0", 0, Optional.empty(), Set.of());

        assertThatThrownBy(() -> ManagementFixture.routes(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.0.0.0 without a token (expected: ");
    }

    private static Exchange management(Optional<String> token) {
        var gate = ManagementFixture.gate(new ManagementConfig("127.0.0.1", 0, token, Set.of()));
        return Exchange.of(
                List.of(
                        route(HttpMethod.GET, gate),
                        route(HttpMethod.POST, gate),
                        route(HttpMethod.PUT, gate),
                        route(HttpMethod.DELETE, gate)),
                "/x");
    }

    private static Route route(HttpMethod method, OperatorGate gate) {
        return new Route(method, "/x", 100, gate.operators((_, responder) -> responder.respond(Response.empty(204))));
    }

    private static Exchange open(Optional<String> token) {
        var gate = ManagementFixture.gate(new ManagementConfig("127.0.0.1", 0, token, Set.of()));
        return Exchange.of(
                List.of(new Route(
                        HttpMethod.GET,
                        "/x",
                        0,
                        gate.localOrOperators((_, responder) -> responder.respond(Response.empty(204))))),
                "/x");
    }
}

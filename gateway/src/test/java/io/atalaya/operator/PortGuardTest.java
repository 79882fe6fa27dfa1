package io.atalaya.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Problem;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.management.Exchange;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for the whole port. */
final class PortGuardTest {
    private static final String TOKEN = "correct-horse-battery-staple";

    @ParameterizedTest
    @CsvSource({
        "localhost:8002,        200",
        "LOCALHOST,             200",
        "127.0.0.1:8002,        200",
        "[::1]:8002,            200",
        "ops.example.com:8443,  200",
        "OPS.example.com,       200",
        "10.1.2.3:8002,         200",
        "[2001:db8::7]:8002,    200",
        "evil.example:8002,     403",
        "localhost.evil.example,403",
        "127.0.0.1.nip.io,      403",
        "ops.example.com.evil,  403",
        "[::1,                  403",
        "@,                     403",
    })
    void withATokenOnlyNamesOfItsOwnAndAddressesPass(String host, int status) {
        assertThat(exchange(new HostNames(Set.of("ops.example.com"), true), "/open")
                        .with("host", host)
                        .answer()
                        .status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"localhost:8002, 200", "127.0.0.1, 200", "[::1], 200", "10.1.2.3:8002, 403", "evil.example, 403"})
    void withoutATokenOnlyLoopbackPasses(String host, int status) {
        assertThat(exchange(new HostNames(Set.of("127.0.0.1"), false), "/open")
                        .with("host", host)
                        .answer()
                        .status())
                .isEqualTo(status);
    }

    @Test
    void whoPresentsTheTokenMayUseAnyName() {
        Exchange scrape = exchange(new HostNames(Set.of(), true), "/open").with("host", "gateway:8002");

        assertThat(scrape.answer().status()).isEqualTo(403);
        assertThat(scrape.with("authorization", "Bearer " + TOKEN).answer().status())
                .isEqualTo(200);
        assertThat(scrape.with("authorization", "Bearer wrong").answer().status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"/open, localhost", "/refused, localhost", "/open, evil.example", "/nothing, localhost", "/nothing, ''"
    })
    void everyAnswerTellsBrowsersNotToGuessOrFrame(String path, String host) {
        var answer =
                exchange(new HostNames(Set.of(), true), path).with("host", host).answer();

        assertThat(answer.headers())
                .containsEntry("x-content-type-options", "nosniff")
                .containsEntry("referrer-policy", "no-referrer")
                .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }

    @Test
    void answersThatNoRouteGivesTellThemTheSame() {
        Exchange open = exchange(new HostNames(Set.of(), true), "/open");

        for (Exchange refused : List.of(open.sending("POST", "{}"), open.with("expect", "wonders"))) {
            var answer = refused.answer();
            assertThat(answer.status()).isIn(405, 417);
            assertThat(answer.headers())
                    .containsEntry("x-content-type-options", "nosniff")
                    .containsEntry("referrer-policy", "no-referrer")
                    .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
        }
    }

    @Test
    void aPageKeepsItsOwnPolicy() {
        var answer = exchange(new HostNames(Set.of(), true), "/page").answer();

        assertThat(answer.headers()).containsEntry("content-security-policy", "script-src 'self'");
    }

    private static Exchange exchange(HostNames hosts, String path) {
        var routes = List.of(
                Route.get("/open", (_, responder) -> responder.respond(Response.text(200, "open"))),
                Route.get(
                        "/page",
                        (_, responder) -> responder.respond(
                                Response.text(200, "page").with("content-security-policy", "script-src 'self'"))),
                new Route(
                        HttpMethod.GET,
                        "/refused",
                        0,
                        _ -> new Route.Admission.Refused(Response.problem(Problem.of(401, "no")))));
        return Exchange.of(new PortGuard(hosts, new OperatorToken(Optional.of(TOKEN))).guard(routes), path);
    }
}

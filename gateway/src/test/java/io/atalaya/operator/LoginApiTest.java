package io.atalaya.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.management.Exchange;
import io.atalaya.management.Exchange.Answer;
import io.netty.handler.codec.http.HttpMethod;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators log in with a browser, and only their own pages act for them. */
final class LoginApiTest {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final String MARK = Provenance.MARK;

    private Instant now = Instant.parse("2030-06-01T12:00:00Z");
    private long nanos = 1;
    private final HostNames hosts = new HostNames(Set.of("ops.example"), true);
    private final List<Route> routes = routes(Optional.of(TOKEN));

    private List<Route> routes(Optional<String> token) {
        var gate = new OperatorGate(new OperatorToken(token), hosts, new Logins(() -> now, new SecureRandom()));
        var all = new ArrayList<>(new LoginApi(gate, () -> nanos, () -> Map.of("profile", "restaurant")).routes());
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST)) {
            all.add(new Route(
                    method,
                    "/api/v1/x",
                    100,
                    gate.operators((_, responder) -> responder.respond(Response.empty(204)))));
        }
        return all;
    }

    private Exchange get(String path) {
        return Exchange.of(routes, path);
    }

    private Exchange post(String path, String json) {
        return Exchange.of(routes, path).sending("POST", json);
    }

    private Answer login(String token) {
        return post("/api/v1/login", "{\"token\":\"%s\"}".formatted(token))
                .with(MARK, "1")
                .answer();
    }

    private String cookie() {
        return login(TOKEN).headers().getOrDefault("set-cookie", "").split(";", 2)[0];
    }

    @Test
    void whoPresentsTheTokenGetsACookieThatScriptsAndOtherSitesCannotUse() {
        Answer answer = login(TOKEN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("set-cookie"))
                .startsWith("atalaya_8002=")
                .contains("; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200")
                .doesNotContain("Secure")
                .doesNotContain(TOKEN);
        assertThat(answer.json().path("via").asString()).isEqualTo("cookie");
        assertThat(answer.json().path("expires_at").asString()).isEqualTo("2030-06-02T00:00:00Z");
    }

    @Test
    void behindAProxyWithTlsTheCookieStaysOnTls() {
        Answer answer = post("/api/v1/login", "{\"token\":\"%s\"}".formatted(TOKEN))
                .with(MARK, "1")
                .with("x-forwarded-proto", "https")
                .answer();

        assertThat(answer.headers().get("set-cookie")).endsWith("; Secure");
    }

    @Test
    void theCookieOpensWhatTheTokenOpens() {
        assertThat(get("/api/v1/x").answer().status()).isEqualTo(401);
        assertThat(get("/api/v1/x")
                        .with("cookie", "other=1; " + cookie())
                        .answer()
                        .status())
                .isEqualTo(204);
        assertThat(get("/api/v1/x")
                        .with("cookie", "atalaya_8002=guessed")
                        .answer()
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aCookieOfAGatewayAtAnotherPortIsNotLookedAt() {
        String cookie = cookie();

        assertThat(get("/api/v1/x")
                        .with("host", "localhost:9002")
                        .with("cookie", cookie)
                        .answer()
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "1,  '',                     same-origin,  204",
        "1,  http://localhost:8002,  same-origin,  204",
        "1,  http://localhost:8002,  none,         204",
        "1,  '',                     '',           204",
        "1,  https://ops.example,    same-origin,  204",
        "'', http://localhost:8002,  same-origin,  403",
        "1,  http://localhost:3000,  same-site,    403",
        "1,  http://localhost:3000,  '',           403",
        "1,  https://evil.example,   cross-site,   403",
        "1,  https://evil.example,   '',           403",
        "1,  null,                   '',           403",
        "1,  '',                     cross-site,   403",
    })
    void aChangeByCookieNeedsAllSignsOfAnOwnPage(String mark, String origin, String site, int status) {
        Exchange change = post("/api/v1/x", "{}").with("cookie", cookie());
        change = mark.isEmpty() ? change : change.with(MARK, mark);
        change = origin.isEmpty() ? change : change.with("origin", origin);
        change = site.isEmpty() ? change : change.with("sec-fetch-site", site);

        assertThat(change.answer().status()).isEqualTo(status);
    }

    @Test
    void aScriptWithTheTokenNeedsNoSigns() {
        Answer answer = post("/api/v1/x", "{}")
                .with("authorization", "Bearer " + TOKEN)
                .with("origin", "https://evil.example")
                .answer();

        assertThat(answer.status()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource({
        "cross-site, cors, 403",
        "same-site, no-cors, 403",
        "cross-site, navigate, 204",
        "same-origin, cors, 204"
    })
    void anotherSitesPageReadsNothing(String site, String mode, int status) {
        Answer answer = get("/api/v1/x")
                .with("cookie", cookie())
                .with("sec-fetch-site", site)
                .with("sec-fetch-mode", mode)
                .answer();

        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void aLoginEndsWithTheLogout() {
        String cookie = cookie();

        Answer logout = post("/api/v1/logout", "{}")
                .with(MARK, "1")
                .with("cookie", cookie)
                .answer();

        assertThat(logout.headers().get("set-cookie"))
                .startsWith("atalaya_8002=;")
                .contains("Max-Age=0");
        assertThat(get("/api/v1/x").with("cookie", cookie).answer().status()).isEqualTo(401);
    }

    @Test
    void aLoginUnusedForAnHourEnds() {
        String cookie = cookie();

        now = now.plus(Duration.ofMinutes(59));
        assertThat(get("/api/v1/x").with("cookie", cookie).answer().status()).isEqualTo(204);
        now = now.plus(Duration.ofMinutes(59));
        assertThat(get("/api/v1/x").with("cookie", cookie).answer().status()).isEqualTo(204);
        now = now.plus(Duration.ofMinutes(60));
        assertThat(get("/api/v1/x").with("cookie", cookie).answer().status()).isEqualTo(401);
    }

    @Test
    void aLoginEndsAfterTwelveHoursHoweverMuchItIsUsed() {
        String cookie = cookie();

        for (int i = 0; i < 23; i++) {
            now = now.plus(Duration.ofMinutes(30));
            assertThat(get("/api/v1/x").with("cookie", cookie).answer().status())
                    .isEqualTo(204);
        }
        now = now.plus(Duration.ofMinutes(30));

        assertThat(get("/api/v1/x").with("cookie", cookie).answer().status()).isEqualTo(401);
    }

    @Test
    void afterTenWrongTokensAnAddressWaits() {
        for (int i = 0; i < 10; i++) {
            assertThat(login("wrong-" + i).status()).isEqualTo(401);
        }

        Answer eleventh = login(TOKEN);
        Answer elsewhere = post("/api/v1/login", "{\"token\":\"%s\"}".formatted(TOKEN))
                .from("10.0.0.9")
                .with(MARK, "1")
                .answer();

        assertThat(eleventh.status()).isEqualTo(429);
        assertThat(eleventh.headers().get("retry-after")).isEqualTo("61");
        assertThat(elsewhere.status()).isEqualTo(200);

        nanos += TimeUnit.SECONDS.toNanos(60);
        assertThat(login(TOKEN).status()).isEqualTo(200);
    }

    @Test
    void anIpv6NetworkIsOneAddress() {
        for (int i = 0; i < 10; i++) {
            post("/api/v1/login", "{\"token\":\"wrong\"}")
                    .from("2001:db8::" + (i + 1))
                    .with(MARK, "1")
                    .answer();
        }

        assertThat(post("/api/v1/login", "{\"token\":\"%s\"}".formatted(TOKEN))
                        .from("2001:db8::77")
                        .with(MARK, "1")
                        .answer()
                        .status())
                .isEqualTo(429);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"token\":7}", "[]", "{", "", "{\"token\":\"\"}"})
    void aLoginWithoutATokenIsNotUnderstood(String body) {
        assertThat(post("/api/v1/login", body).with(MARK, "1").answer().status())
                .isEqualTo(400);
    }

    @Test
    void anotherSitesPageCannotLogIn() {
        Answer answer = post("/api/v1/login", "{\"token\":\"%s\"}".formatted(TOKEN))
                .with(MARK, "1")
                .with("origin", "https://evil.example")
                .answer();

        assertThat(answer.status()).isEqualTo(403);
        assertThat(post("/api/v1/login", "{\"token\":\"%s\"}".formatted(TOKEN))
                        .answer()
                        .status())
                .isEqualTo(403);
    }

    @Test
    void strangersAreToldNothingButThatTheyMustLogIn() {
        assertThat(get("/api/v1/whoami").answer().body())
                .isEqualTo("{\"authenticated\":false,\"login_required\":true}");
    }

    @Test
    void whereNoTokenIsAskedForWhoIsOnThisMachineIsKnown() {
        var open = Exchange.of(routes(Optional.empty()), "/api/v1/whoami");

        assertThat(open.answer().json().path("via").asString()).isEqualTo("open");
        assertThat(open.answer().json().path("profile").asString()).isEqualTo("restaurant");
        assertThat(open.from("10.0.0.9").answer().json().path("authenticated").asBoolean())
                .isFalse();
        assertThat(open.with("x-forwarded-for", "10.0.0.9")
                        .answer()
                        .json()
                        .path("authenticated")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void whereNoTokenIsAskedForAnotherSitesPageChangesNothing() {
        var change = Exchange.of(routes(Optional.empty()), "/api/v1/x").sending("POST", "{}");

        assertThat(change.answer().status()).isEqualTo(204);
        assertThat(change.with("origin", "http://localhost:3000").answer().status())
                .isEqualTo(403);
        assertThat(change.with("sec-fetch-site", "cross-site").answer().status())
                .isEqualTo(403);
        assertThat(change.with("origin", "http://localhost:8002").answer().status())
                .isEqualTo(204);
    }
}

package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.http.Routes.Match;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private static final Route EXACT = Route.get("/a/b", (_, _) -> {});
    private static final Route NEAR = Route.get("/a/*", (_, _) -> {});
    private static final Route FAR = Route.get("/*", (_, _) -> {});
    private static final Route POST = Route.post("/a/b", 1, Route.Gate.open((_, _) -> {}));

    private final Routes routes = Routes.of(List.of(FAR, NEAR, EXACT, POST));

    @Test
    void prefersTheExactPathThenTheLongestPrefix() {
        assertThat(routes.match(HttpMethod.GET, "/a/b")).isEqualTo(new Match.Found(EXACT));
        assertThat(routes.match(HttpMethod.GET, "/a/c")).isEqualTo(new Match.Found(NEAR));
        assertThat(routes.match(HttpMethod.GET, "/a")).isEqualTo(new Match.Found(FAR));
    }

    @Test
    void saysWhichMethodsThereAre() {
        assertThat(routes.match(HttpMethod.PUT, "/a/b")).isEqualTo(new Match.OtherMethods("GET, HEAD, POST"));
    }

    @Test
    void findsNothingWhereNothingIs() {
        assertThat(Routes.of(List.of(EXACT)).match(HttpMethod.GET, "/a/b/")).isInstanceOf(Match.NoSuchPath.class);
    }

    @Test
    void refusesTheSameRouteTwice() {
        assertThatThrownBy(() -> Routes.of(List.of(EXACT, EXACT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GET /a/b");
    }
}

package io.atalaya.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Admission;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The short health document is everybody's; the rest passes through the gate given. */
final class PublicStatusRoutesTest {
    @Test
    void onlyTheShortDocumentIsOpen() {
        Route.Handler handler = (_, responder) -> responder.respond(Response.empty(204));
        Route.Gate closed = _ -> new Admission.Refused(Response.empty(403));

        List<Route> routes =
                new PublicStatusRoutes(new PublicStatusRoutes.Pages(handler, handler, handler), _ -> closed).routes();

        Map<String, Boolean> guarded = routes.stream()
                .collect(Collectors.toMap(Route::path, route -> route.gate().equals(closed)));
        assertThat(guarded)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("/ws/health", false, "/ws/health/detailed", true, "/ws/metrics", true));
    }
}

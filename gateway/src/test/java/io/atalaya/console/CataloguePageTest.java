package io.atalaya.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Route;
import io.atalaya.management.Exchange;
import io.atalaya.management.ManagementFixture;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a publisher may publish, from the profile. */
final class CataloguePageTest {
    private final ManagementFixture gateway = new ManagementFixture();

    @AfterEach
    void release() {
        gateway.close();
    }

    @Test
    void theCatalogueHasEveryTypeMemberAndEndpointOfTheProfile() {
        var page = new CataloguePage(gateway.profile, 65_536);
        JsonNode catalogue = Exchange.of(List.of(Route.get("/c", page::onCatalogue)), "/c")
                .answer()
                .json();

        assertThat(catalogue.path("profile").asString()).isEqualTo("restaurant");
        assertThat(catalogue.path("events").size())
                .isEqualTo(gateway.profile.events().size());
        assertThat(catalogue.path("members").size())
                .isEqualTo(gateway.profile.schema().members().size());
        assertThat(catalogue.path("endpoints").size()).isEqualTo(4);
        assertThat(catalogue.at("/commands/0/action").asString()).isEqualTo("refresh_assignments");
        assertThat(catalogue.at("/unknown_events/type").asString()).isEqualTo("*");
        assertThat(of(catalogue.path("members"), "name", "branch_id").toString())
                .isEqualTo("{\"name\":\"branch_id\",\"kind\":\"integer\",\"required\":false,\"nullable\":true,"
                        + "\"routing\":true,\"min\":0,\"zero_means_absent\":true}");
        assertThat(of(catalogue.path("members"), "name", "type")
                        .path("required")
                        .asBoolean())
                .isTrue();
        JsonNode cart = of(catalogue.path("events"), "type", "CART_SYNC");
        assertThat(cart.path("slow").asString()).isEqualTo("conflate");
        assertThat(cart.path("conflate_by").asString()).isEqualTo("session_id");
        assertThat(of(catalogue.path("events"), "type", "ROUND_SUBMITTED")
                        .at("/audiences/1/alternatives/0/key")
                        .toString())
                .isEqualTo("[\"branch_id\",\"sector_id\"]");
    }

    private static JsonNode of(JsonNode list, String member, String value) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(node -> node.path(member).asString("").equals(value))
                .findFirst()
                .orElseThrow();
    }
}

package io.atalaya.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.demo.RunningGateway.Invitation;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InvitationTest {
    private static final List<Person> PEOPLE = Evening.plan(1).people();

    private static JsonNode document() {
        var invitations = PEOPLE.stream()
                .map(person -> new Invitation(person, "token-" + person.index()))
                .toList();
        return JsonMapper.shared().readTree(Invitation.document(invitations, 8001));
    }

    @Test
    void whoReadsTheDocumentCanConnectAsEverybodyInIt() {
        JsonNode document = document();

        assertThat(document.path("people")).hasSameSizeAs(PEOPLE);
        for (Person person : PEOPLE) {
            JsonNode invited = document.path("people").get(person.index());
            assertThat(address(document, invited))
                    .isEqualTo(EveningClients.uri(8001, person, "token-" + person.index())
                            .toString());
        }
    }

    @Test
    void everyRoleIsToldByItsName() {
        var roles = new HashSet<String>();
        document()
                .path("people")
                .forEach(person -> roles.add(person.path("role").asString()));

        assertThat(roles).containsExactlyInAnyOrder("waiter", "kitchen", "admin", "diner");
    }

    private static String address(JsonNode document, JsonNode invited) {
        return document.path("public_url").asString().replace("http:", "ws:")
                + invited.path("endpoint").asString() + "?"
                + invited.path("parameter").asString() + "="
                + invited.path("token").asString();
    }
}

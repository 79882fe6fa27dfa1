package io.atalaya.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.Principal;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.log.EventLog;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.profile.Command;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandDeskTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String TASK =
            "{\"type\":\"task_assign\",\"ref\":\"r1\",\"data\":{\"agentId\":\"Ann\",\"title\":\"t\",\"description\":\"d\"}}";

    private final Profile profile = agents();
    private final List<Event> stored = new ArrayList<>();
    private final InMemoryEventLog log = new InMemoryEventLog(
            LogConfig.defaults(),
            1,
            () -> NOW,
            entries -> entries.stream().map(EventLog.Entry::event).forEach(stored::add));
    private final Intake intake = intake(100);

    private Intake intake(int maxUncommitted) {
        var config = new IntakeConfig(Map.of(), Map.of(), 2_000, 1 << 20, 100, maxUncommitted);
        return new Intake(config, profile, log, _ -> {}, () -> NOW, () -> 0);
    }

    private static Profile agents() {
        var outcome = ProfileReader.read(new ProfileSource.Shipped("agents"), ProfileReader.Switches.NONE);
        return ((ProfileOutcome.Valid) outcome).profile();
    }

    @AfterEach
    void booksBalance() {
        assertThat(intake.book()).matches(IntakeBook::balanced);
    }

    private static Principal principal(String tenant, Map<String, List<String>> scope, String... roles) {
        return new Principal(
                new TenantId(tenant), "marcus", "staff", Set.of(roles), scope, null, Instant.EPOCH, Instant.MAX);
    }

    private JsonNode send(Intake to, Principal sender, String message) {
        String type = JsonMapper.shared().readTree(message).path("type").stringValue();
        var command =
                (Command.Publish) Objects.requireNonNull(profile.commands().get(type));
        Endpoint endpoint = Objects.requireNonNull(profile.endpoints().get("agents"));
        CommandDesk.Reply reply = new CommandDesk(profile, to)
                .take(endpoint, sender, command, message.getBytes(UTF_8))
                .toCompletableFuture()
                .join();
        JsonNode answer = JsonMapper.shared().readTree(reply.json());
        assertThat(answer.path("type").stringValue()).isEqualTo("answer");
        assertThat(answer.path("command").stringValue()).isEqualTo(type);
        assertThat(answer.path("success").booleanValue()).isEqualTo(reply.success());
        return answer;
    }

    private JsonNode send(String message) {
        return send(intake, principal("acme", Map.of(), "PLAYER"), message);
    }

    @Test
    void aCommandBecomesAnEventOfItsSender() {
        JsonNode answer = send(TASK);

        assertThat(answer.path("success").booleanValue()).isTrue();
        assertThat(answer.path("ref").stringValue()).isEqualTo("r1");
        Event event = stored.getFirst();
        assertThat(answer.path("taskId").stringValue()).isEqualTo(event.id().value());
        assertThat(answer.path("cursor").stringValue()).isNotEmpty();
        assertThat(event.type()).isEqualTo("task:queued");
        assertThat(event.tenant()).isEqualTo(new TenantId("acme"));
        assertThat(event.body().toString())
                .contains(
                        "\"agentId\":\"Ann\"",
                        "\"taskId\":\"" + event.id() + "\"",
                        "\"status\":\"pending\"",
                        "\"userId\":\"marcus\"",
                        "\"title\":\"t\"");
        assertThat(intake.book().receivedBySource()).containsEntry(IntakeBook.Source.COMMAND, 1L);
    }

    @Test
    void aReferenceMayBeANumberOrMissing() {
        assertThat(send(TASK.replace("\"r1\"", "17")).path("ref").asInt()).isEqualTo(17);
        assertThat(send(TASK.replace("\"ref\":\"r1\",", "")).has("ref")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"type":"task_assign","ref":1}                                                              | agentId     | nothing
            {"type":"task_assign","ref":1,"data":[]}                                                    | data        | not an object
            {"type":"task_assign","ref":1,"dta":{}}                                                     | dta         | an unknown member
            {"type":"task_assign","ref":{},"data":{}}                                                   | ref         | not a reference
            {"type":"draft_approve","ref":1,"data":{"draftId":""}}                                      | draftId     | an empty text
            {"type":"draft_approve","ref":1,"data":{"draftId":7}}                                       | draftId     | 7
            {"type":"draft_approve","ref":1,"data":{"draftId":"d","tenant_id":"other"}}                 | tenant_id   | an unknown member
            {"type":"draft_approve","ref":1,"data":{"draftId":"d","status":"x"}}                        | status      | an unknown member
            {"type":"task_assign","ref":1,"data":{"agentId":"a","title":"t","description":"d","priority":"soon"}} | priority | another value
            """)
    void whatIsNoCommandIsRefusedByMember(String message, String field, String found) {
        JsonNode answer = send(message);

        assertThat(answer.path("success").booleanValue()).isFalse();
        assertThat(answer.path("code").stringValue()).isEqualTo("invalid");
        assertThat(answer.at("/errors/0/field").stringValue()).isEqualTo(field);
        assertThat(answer.at("/errors/0/found").asString()).contains(found);
        assertThat(answer.path("error").stringValue()).contains(field);
        assertThat(stored).isEmpty();
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        assertThat(send("{\"type\":\"message_send\",\"data\":{\"x\":1}}")
                        .path("errors")
                        .size())
                .isEqualTo(4);
    }

    @Test
    void anEventThatIsTooLongIsRefused() {
        JsonNode answer = send(TASK.replace("\"d\"", "\"" + "d".repeat(3_000) + "\""));

        assertThat(answer.path("code").stringValue()).isEqualTo("invalid");
        assertThat(intake.book().refused()).containsEntry(IntakeBook.Refusal.TOO_LARGE, 1L);
    }

    @Test
    void whoHasNotTheRoleMayNot() {
        JsonNode answer = send(intake, principal("acme", Map.of(), "VIEWER"), TASK);

        assertThat(answer.path("code").stringValue()).isEqualTo("forbidden");
        assertThat(answer.path("error").stringValue()).contains("PLAYER");
        assertThat(stored).isEmpty();
    }

    @Test
    void aLogThatCannotStoreIsTriedAgainLater() {
        log.close();

        JsonNode answer = send(TASK);

        assertThat(answer.path("code").stringValue()).isEqualTo("unavailable");
        assertThat(answer.path("retry_after").asLong())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toSeconds());
        assertThat(answer.has("taskId")).isFalse();
    }

    @Test
    void aMemberThatAClaimSpeaksOfMustBeOneOfItsValues() {
        String harbour = """
                profile: h
                members:
                  type:      {kind: string, required: true}
                  tenant_id: {kind: string, required: true}
                  port:      {kind: string, routing: true}
                authentication:
                  staff: {kind: staff-jwt, parameter: token, subject: sub, scope: {port: ports}}
                topics: {port: [port]}
                audiences: {port: [port]}
                commands:
                  moor: {action: publish, event: MOORED, takes: {port: required}}
                endpoints:
                  quay: {path: /quay, authentication: staff, joins: [{topics: [port]}], commands: [moor]}
                events: {MOORED: {to: [port]}}
                """;
        var outcome = ProfileReader.read("h.yaml", harbour, ProfileReader.Switches.NONE);
        Profile ports = ((ProfileOutcome.Valid) outcome).profile();
        var command = (Command.Publish) Objects.requireNonNull(ports.commands().get("moor"));
        Endpoint quay = Objects.requireNonNull(ports.endpoints().get("quay"));
        var config = new IntakeConfig(Map.of(), Map.of(), 2_000, 1 << 20, 100, 100);
        var desk = new CommandDesk(ports, new Intake(config, ports, log, _ -> {}, () -> NOW, () -> 0));
        Principal sender = principal("acme", Map.of("port", List.of("north")));

        for (String port : List.of("north", "south")) {
            byte[] message = ("{\"type\":\"moor\",\"data\":{\"port\":\"" + port + "\"}}").getBytes(UTF_8);
            CommandDesk.Reply reply = desk.take(quay, sender, command, message)
                    .toCompletableFuture()
                    .join();

            assertThat(reply.success()).as(port).isEqualTo(port.equals("north"));
            assertThat(reply.json()).contains(port.equals("north") ? "\"id\"" : "forbidden");
        }
        assertThat(stored).hasSize(1);
    }
}

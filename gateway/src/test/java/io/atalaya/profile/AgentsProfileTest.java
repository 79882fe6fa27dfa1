package io.atalaya.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.profile.Endpoint.Section;
import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that publish and first messages, as the shipped profile has them. */
class AgentsProfileTest {
    private static final ProfileSource SHIPPED = new ProfileSource.Shipped("agents");

    private static Profile agents() {
        return switch (ProfileReader.read(SHIPPED, ProfileReader.Switches.NONE)) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }

    @Test
    void itsCommandsBecomeEvents() {
        assertThat(agents().commands().keySet())
                .containsExactly("task_assign", "draft_approve", "draft_reject", "message_send", "state_sync");
        assertThat(agents().commands().get("task_assign"))
                .isEqualTo(new Command.Publish(
                        "task_assign",
                        "task:queued",
                        Set.of("PLAYER"),
                        Map.of(
                                "agentId", new Command.Taken(true, List.of()),
                                "title", new Command.Taken(true, List.of()),
                                "description", new Command.Taken(true, List.of()),
                                "priority", new Command.Taken(false, List.of("low", "normal", "high", "urgent"))),
                        Map.of("status", "pending"),
                        "userId",
                        "taskId",
                        "taskId"));
    }

    @Test
    void itsFirstMessageIsMadeOfStoredEvents() {
        Endpoint endpoint = Objects.requireNonNull(agents().endpoints().get("agents"));
        FirstMessage first = endpoint.firstMessage().orElseThrow();

        assertThat(first.type()).isEqualTo("init");
        assertThat(first.sections())
                .extracting(Section::name)
                .containsExactly("agents", "tasks", "pendingDrafts", "messages", "gameState");
        assertThat(first.sections().get(2))
                .isEqualTo(new Section(
                        "pendingDrafts",
                        Set.of("draft:pending"),
                        "draftId",
                        Set.of("draft:approved", "draft:rejected"),
                        50,
                        false));
        assertThat(first.sections().get(4).single()).isTrue();
        assertThat(first.sections().get(4).limit()).isEqualTo(1);
    }

    /** One change to the profile, and the problem that it makes. */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            action: publish                       | action: publsh                        | commands.task_assign.action: publsh (expected: did you mean publish?
            event: "task:queued"                  | event: "task:qeued"                   | commands.task_assign.event: task:qeued, which is not in the catalogue (expected: an event type: did you mean task:queued?
            {agentId: required, title             | {agentId: requird, title              | commands.task_assign.takes.agentId: requird (expected: required, optional or a list
            {agentId: required, title             | {agent: required, title               | agent, which is not a member (expected: a member:
            {agentId: required, title             | {tenant_id: required, title           | tenant_id (expected: another member
            sets: {status: pending}               | sets: {progress: pending}             | progress, which is no text (expected: a member of kind string
            sets: {status: pending}               | sets: {title: pending}                | title, which the client gives, too
            sets: {status: pending}               | sets: {status: [pending]}             | commands.task_assign.sets.status: a list (expected: a text
            sender: userId                        | sender: usr                           | commands.task_assign.sender: usr, which is not a member
            sender: userId                        | sendr: userId                         | commands.task_assign.sendr: an unknown key
            id-as: taskId                         | id-as: "task id"                      | commands.task_assign.id-as: task id (expected: what the answer calls
            roles: [PLAYER]                       | roles: [PLAYR]                        | task_assign, which is for PLAYR (expected: roles that the endpoint accepts
            task_assign:                          | ack:                                  | ack (expected: another text
            type: init                            | typ: init                             | endpoints.agents.first-message.type: nothing
            events: ["agent:status"]              | events: ["agent:stats"]               | first-message.members.agents.events[0]: agent:stats, which is not in the catalogue
            events: ["agent:status"]              | event: ["agent:status"]               | first-message.members.agents.events: nothing
            latest-by: agentId                    | latest-by: status                     | first-message.members.agents.latest-by: status (expected: a routing member
            limit: 200                            | limit: 0                              | first-message.members.agents.limit: 0 (expected: a whole number
            as: one                               | as: two                               | first-message.members.gameState.as: two (expected: one of list, one
            agents:\\n          events            | cursor:\\n          events            | cursor (expected: a name other than type, timestamp, cursor and truncated
            {to: [everyone], slow: {conflate: agentId}} | {to: [everyone], delivery: ephemeral} | agent:status, which is ephemeral (expected: a durable type
            latest-by: draftId                    | as: list                              | until without latest-by (expected: both
            """)
    void eachMistakeIsFound(String from, String to, String problem) throws IOException {
        String good = Files.readString(Path.of("../profiles/agents.yaml"));
        String bad = good.replaceFirst(Pattern.quote(from.replace("\\n", "\n")), to.replace("\\n", "\n"));

        ProfileOutcome outcome = ProfileReader.read("agents.yaml", bad, ProfileReader.Switches.NONE);

        assertThat(bad).isNotEqualTo(good);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ProfileOutcome.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(Problem::toString)
                                .anySatisfy(line -> assertThat(line)
                                        .startsWith("agents.yaml:")
                                        .contains(problem)));
    }

    @Test
    void aCommandGivesWhatEveryEventNeeds() throws IOException {
        String bad = Files.readString(Path.of("../profiles/agents.yaml"))
                .replace("agentId:     {kind: string, routing: true}", "agentId: {kind: string, required: true}");

        ProfileOutcome outcome = ProfileReader.read("agents.yaml", bad, ProfileReader.Switches.NONE);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ProfileOutcome.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(Problem::toString)
                                .anySatisfy(line -> assertThat(line)
                                        .contains("commands.message_send.takes: no agentId, which every event needs")));
    }
}

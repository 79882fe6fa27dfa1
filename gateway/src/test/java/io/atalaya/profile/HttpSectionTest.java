package io.atalaya.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.profile.Profile.CatchUp;
import io.atalaya.profile.Profile.CollectorRules;
import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a profile serves over plain HTTP, and every mistake that can be made in saying so. */
class HttpSectionTest {
    private static final String SECTIONS = """

            statistics-by: berth
            catch-up:
              /harbour/missed:
                endpoints: [tower, quay]
                member: port
                answers: that-member
            """;

    @Test
    void theRestaurantsGuestsAskByTheirSessionAndItsStaffByBranch() {
        Profile restaurant =
                valid(ProfileReader.read(ProfileSource.of("restaurant", Path.of("")), ProfileReader.Switches.NONE));

        CatchUp staff = Objects.requireNonNull(restaurant.http().catchUps().get("/ws/catchup"));
        CatchUp guests = Objects.requireNonNull(restaurant.http().catchUps().get("/ws/catchup/session"));
        assertThat(staff.endpoints()).extracting(Endpoint::name).containsExactly("waiter", "kitchen", "admin");
        assertThat(staff.member()).isEqualTo("branch_id");
        assertThat(staff.narrows()).isTrue();
        assertThat(guests.endpoints()).extracting(Endpoint::name).containsExactly("diner");
        assertThat(guests.member()).isEqualTo("session_id");
        assertThat(guests.narrows()).isFalse();
        assertThat(restaurant.http().collector()).isEmpty();
        assertThat(restaurant.http().statisticsBy()).isEmpty();
    }

    @Test
    void theIngestProfileHasTheLimitsThatItsClientsKnow() {
        Profile ingest =
                valid(ProfileReader.read(ProfileSource.of("ingest", Path.of("")), ProfileReader.Switches.NONE));

        assertThat(ingest.http().collector())
                .contains(new CollectorRules("SERVICE_EVENT", "default", true, 100, 2_000, 16_384, 5, 100));
        assertThat(ingest.http().statisticsBy()).contains("service");
    }

    @Test
    void theSectionsAreRead() throws IOException {
        Profile profile = valid(read(harbour() + SECTIONS));

        assertThat(profile.http().statisticsBy()).contains("berth");
        assertThat(profile.http().catchUps()).containsOnlyKeys("/harbour/missed");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "statistics-by: berth|statistics-by: draught|draught (expected: the name of a member with routing: true)",
                "statistics-by: berth|statistics-by: [berth]|a list (expected: the name of a routing member)",
                "/harbour/missed:|harbour:|harbour (expected: an absolute path such as /ws/catchup)",
                "/harbour/missed:|/harbour/tower:|/harbour/tower, which is the path of an endpoint",
                "/harbour/missed:|/api/missed:|/api/missed (expected: a path that is not at or below /api)",
                "[tower, quay]|[towr]|towr, which is not defined (expected: an endpoint: did you mean tower?",
                "endpoints: [tower, quay]|ends: [tower]|nothing (expected: a list of endpoints)",
                "member: port|member: berth|berth, which no claim of officers speaks of",
                "member: port|more: port|nothing (expected: the event member that clients ask by)",
                "answers: that-member|answers: all|all (expected: one of everything, that-member)"
            })
    void eachMistakeIsFound(String from, String to, String problem) throws IOException {
        String text = (harbour() + SECTIONS).replace(from, to);

        assertThat(problems(text)).anyMatch(found -> found.toString().contains(problem));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "event-type: SERVICE_EVENT|event-type: SERVICE_EVNT|SERVICE_EVNT, which is not in events",
                "  tenant: default|  tenant: a b|a b (expected: 1 to 64 of [A-Za-z0-9._-])",
                "markup: stripped|markup: escaped|escaped (expected: one of kept, stripped)",
                "max-service: 100|max-service: 0|0 (expected: a whole number, 1 … 1000)",
                "max-metadata-depth: 5|max-depth: 5|an unknown key",
                "{kind: string, routing: true}|{kind: string}|members without a fitting service",
                "message:   {kind: string}|text:   {kind: string}|members without a fitting message",
                "metadata:  {kind: object}|metadata:  {kind: any}|members without a fitting metadata"
            })
    void eachMistakeOfACollectorIsFound(String from, String to, String problem) throws IOException {
        String text = Files.readString(Path.of("../profiles/ingest.yaml")).replace(from, to);

        assertThat(problems(text)).anyMatch(found -> found.toString().contains(problem));
    }

    private static String harbour() throws IOException {
        return Files.readString(Path.of("src/test/resources/profiles-of-tests/harbour.yaml"));
    }

    private static ProfileOutcome read(String text) {
        return ProfileReader.read("test.yaml", text, ProfileReader.Switches.NONE);
    }

    private static Profile valid(ProfileOutcome outcome) {
        return switch (outcome) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }

    private static List<Problem> problems(String text) {
        return switch (read(text)) {
            case ProfileOutcome.Valid valid ->
                throw new AssertionError("accepted: " + valid.profile().http());
            case ProfileOutcome.Invalid invalid -> invalid.problems();
        };
    }
}

package io.atalaya.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.profile.Endpoint.SessionsPer;
import io.atalaya.profile.EventSchema.Kind;
import io.atalaya.profile.EventSchema.Member;
import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileReaderTest {
    private static final ProfileSource RESTAURANT = ProfileSource.of("restaurant", Path.of(""));

    @Test
    void theRestaurantHasItsFourEndpoints() {
        Profile profile = valid(ProfileReader.read(RESTAURANT, ProfileReader.Switches.NONE));

        assertThat(profile.endpoints().values())
                .extracting(
                        Endpoint::name, Endpoint::path, Endpoint::roles, Endpoint::originChecked, Endpoint::sessionsPer)
                .containsExactly(
                        tuple("waiter", Set.of("WAITER", "MANAGER", "ADMIN"), true, SessionsPer.USER),
                        tuple("kitchen", Set.of("KITCHEN", "MANAGER", "ADMIN"), true, SessionsPer.USER),
                        tuple("admin", Set.of("MANAGER", "ADMIN"), true, SessionsPer.USER),
                        tuple("diner", Set.of(), false, SessionsPer.TABLE));
    }

    private static org.assertj.core.groups.Tuple tuple(
            String name, Set<String> roles, boolean originChecked, SessionsPer sessionsPer) {
        return org.assertj.core.groups.Tuple.tuple(name, "/ws/" + name, roles, originChecked, sessionsPer);
    }

    @Test
    void theRestaurantsEventsLookAsTheirPublishersSendThem() {
        EventSchema schema = valid(ProfileReader.read(RESTAURANT, ProfileReader.Switches.NONE))
                .schema();

        assertThat(schema.maxUnknownMembers()).isEqualTo(10);
        assertThat(schema.members())
                .containsEntry("branch_id", new Member("branch_id", Kind.INTEGER, false, 0, true, true, true))
                .containsEntry("tenant_id", new Member("tenant_id", Kind.INTEGER, true, 1, false, false, false))
                .containsEntry("session_id", new Member("session_id", Kind.INTEGER, false, 1, false, true, true));
    }

    @Test
    void onlyWaitersMayRefreshTheirSectors() {
        Profile profile = valid(ProfileReader.read(RESTAURANT, ProfileReader.Switches.NONE));

        assertThat(profile.commands().get("refresh_sectors"))
                .isEqualTo(new Command.RefreshAssignments("refresh_sectors", "sectors_updated:", "sector_id"));
        assertThat(profile.endpoints().values())
                .filteredOn(endpoint -> endpoint.commands().contains("refresh_sectors"))
                .extracting(Endpoint::name)
                .containsExactly("waiter");
    }

    @Test
    void aSettingOverridesASwitchAndBothAreReported() {
        ProfileOutcome outcome = ProfileReader.read(RESTAURANT, _ -> Optional.of(true));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ProfileOutcome.Valid.class,
                        valid -> assertThat(valid.switches()).isEqualTo(Map.of("ROUND_SUBMITTED_TO_KITCHEN", true)));
    }

    private static EventType type(Map<String, EventType> events, String name) {
        return Optional.ofNullable(events.get(name)).orElseThrow();
    }

    @Test
    void slowPoliciesAndAcknowledgementsAreReadWithTheirDefaults() throws IOException {
        String text = Files.readString(Path.of("src/test/resources/profiles-of-tests/harbour.yaml"))
                .replace("SHIP_MOORED:   {", "SHIP_MOORED:   {ack: true, ");

        Map<String, EventType> events = valid(ProfileReader.read("harbour.yaml", text, ProfileReader.Switches.NONE))
                .events();

        assertThat(type(events, "SHIP_POSITION").slow()).isEqualTo(new EventType.SlowPolicy.DropOldest());
        assertThat(type(events, "BERTH_STATUS").slow()).isEqualTo(new EventType.SlowPolicy.Conflate("berth"));
        assertThat(type(events, "STORM_WARNING").slow()).isEqualTo(new EventType.SlowPolicy.Close());
        assertThat(type(events, "STORM_WARNING").ack())
                .contains(new EventType.Ack(Duration.ofSeconds(20), Duration.ofHours(6)));
        assertThat(type(events, "SHIP_MOORED").ack())
                .contains(new EventType.Ack(Duration.ofSeconds(30), Duration.ofHours(24)));
        assertThat(type(events, "SHIP_POSITION").ack()).isEmpty();
    }

    @Test
    void aProfileThatIsNotThereIsAProblem() {
        for (String source : List.of("no-such", "../etc/passwd", "No Such", "none.yaml")) {
            ProfileOutcome outcome = ProfileReader.read(ProfileSource.of(source, Path.of("")), _ -> Optional.empty());

            assertThat(lines(outcome)).as(source).hasSize(1);
        }
    }

    @Test
    void anEmptyProfileLacksEverySection() {
        List<String> problems = lines(ProfileReader.read("p.yaml", "", ProfileReader.Switches.NONE));

        assertThat(problems).hasSize(7).allMatch(problem -> problem.contains(": nothing (expected: "));
    }

    /** One change to the harbour's profile, and the one problem that it makes. */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            profile: harbour                        | profile: Harbour!                       | :2:10: profile: Harbour! (expected: the profile's name
            max-unknown-members: 2                  | max-unknown-member: 2                   | :10:1: max-unknown-member: an unknown key (expected: did you mean max-unknown-members?
            max-unknown-members: 2                  | max-unknown-members: two                | max-unknown-members: two (expected: a whole number
            {kind: integer, min: 0}                 | {kind: integr, min: 0}                  | members.draught.kind: integr (expected: did you mean integer?
            {kind: integer, min: 0}                 | {kind: object, min: 0}                  | members.draught.min: 0 (expected: min only on an integer)
            {kind: integer, min: 0}                 | {kind: any, routing: true}              | members.draught.routing: true (expected: routing only on
            draught:                                | cursor:                                 | members.cursor: cursor (expected: another name
            draught:                                | "dra ught":                             | dra ught (expected: a member name
            type:      {kind: string, required: true} | kind: {kind: string}                  | members.type: nothing (expected: {kind: string, required: true})
            tenant_id: {kind: string, required: true} | tenant_id: {kind: string}             | members.tenant_id: string, not required
            tenant_id: {kind: string, required: true} | tenant_id: {kind: object, required: true} | members.tenant_id: object
            kind: staff-jwt                         | kind: staff                             | authentication.officers.kind: staff (expected: one of staff-jwt, table-token
            {port: ports}                           | {port: iat}                             | authentication.officers.scope.port: iat (expected: a claim about the user
            {port: ports}                           | {port: ports, draught: d}               | authentication.officers.scope.draught: draught (expected: the name of a member with routing
            berth-crew:   [port, berth]             | berth-crew:   [port, bert]              | topics.berth-crew[1]: bert, which is not a member (expected: a routing member: did you mean berth?
            berth-crew:   [port, berth]             | berth-crew:   [port, draught]           | topics.berth-crew[1]: draught, which is not routed by
            berth-crew:   [port, berth]             | berth-crew:   [port, port]              | topics.berth-crew[1]: port a second time
            [port-control, authority]               | [authority, port-control]               | port-control, which is never reached after authority
            [port-control, authority]               | [port-contrl, authority, port-control]  | audiences.everyone-in-charge[0]: port-contrl, which is not defined (expected: a topic: did you mean port-control?
            crew:               [berth-crew]        | crew:               []                  | audiences.crew: an empty list (expected: at least one topic)
            path: /harbour/tower                    | path: harbour/tower                     | endpoints.tower.path: harbour/tower (expected: an absolute path
            path: /harbour/tower                    | path: /harbour/tower/                   | endpoints.tower.path: /harbour/tower/ (expected: an absolute path
            path: /harbour/tower                    | path: /api/tower                        | endpoints.tower.path: /api/tower (expected: a path that is not at or below /api
            path: /harbour/tower                    | path: /ws/health                        | endpoints.tower.path: /ws/health (expected: a path that is not at or below /ws/health
            path: /harbour/tower                    | path: /harbour/quay                     | which is the path of tower too
            authentication: officers                | authentication: oficers                 | endpoints.tower.authentication: oficers, which is not defined
            roles: [CONTROLLER, HARBOUR_MASTER]     | roles: [CONTROLLER, HARBOUR_MASTER, COOK] | endpoints.tower.joins: no join for COOK
            roles: [CONTROLLER, HARBOUR_MASTER]     | roles: [CONTROLLER]                     | HARBOUR_MASTER, which never comes in
            {roles: [CONTROLLER], topics: [port-control]} | {roles: [CONTROLLER, HARBOUR_MASTER], topics: [port-control]} | HARBOUR_MASTER, which an earlier join takes
            {roles: [HARBOUR_MASTER], topics        | {topics                                 | never reached after a join for all roles
            origin: unchecked                       | origin: perhaps                         | endpoints.quay.origin: perhaps (expected: one of checked, unchecked
            origin: unchecked                       | commands: [dock]                        | endpoints.quay.commands[0]: dock, which is not defined
            {topics: [berth-crew]}                  | {topics: [port-control]}                | topics.berth-crew: defined, but used nowhere (expected: an endpoint with a join to it)
            CREWS_HEAR_OF_STORMS: false             | CREWS_HEAR_OF_STORMS: maybe             | switches.CREWS_HEAR_OF_STORMS: maybe (expected: true or false)
            CREWS_HEAR_OF_STORMS: false             | STORMS: false                           | events.STORM_WARNING.also.CREWS_HEAR_OF_STORMS: CREWS_HEAR_OF_STORMS, which is not defined
            delivery: ephemeral                     | delivery: quick                         | events.SHIP_POSITION.delivery: quick (expected: one of durable, ephemeral
            slow: drop-oldest                       | slow: drop                              | events.SHIP_POSITION.slow: drop (expected: close, drop-oldest or {conflate: <member>})
            slow: drop-oldest                       | slow: [close]                           | events.SHIP_POSITION.slow: a list (expected: close, drop-oldest or {conflate: <member>})
            slow: drop-oldest                       | ack: true                               | events.SHIP_POSITION.ack: ack on ephemeral events (expected: delivery: durable
            conflate: berth                         | conflate: bert                          | events.BERTH_STATUS.slow.conflate: bert (expected: a routing member: did you mean berth?
            conflate: berth                         | conflate: draught                       | events.BERTH_STATUS.slow.conflate: draught (expected: a routing member
            conflate: berth                         | latest: berth                           | events.BERTH_STATUS.slow.conflate: nothing (expected: the member
            slow: {conflate: berth}                 | slow: {conflate: berth}, ack: true      | events.BERTH_STATUS.ack: ack with a slow policy (expected: delivery: durable and slow: close
            ack: {timeout: 20s, expires: 6h}        | ack: maybe                              | events.STORM_WARNING.ack: maybe (expected: true, false or {timeout: 30s, expires: 24h})
            ack: {timeout: 20s, expires: 6h}        | ack: {timeout: soon}                    | events.STORM_WARNING.ack.timeout: soon (expected: a duration
            ack: {timeout: 20s, expires: 6h}        | ack: {timeout: 10ms}                    | events.STORM_WARNING.ack.timeout: 10ms (expected: a duration
            ack: {timeout: 20s, expires: 6h}        | ack: {timeout: 20s, expires: 5s}        | events.STORM_WARNING.ack.expires: less than timeout (expected: at least as long
            {to: [everyone-in-charge, crew]}        | {to: [everyone-in-charge, crews]}       | events.SHIP_MOORED.to[1]: crews, which is not defined (expected: an audience: did you mean crew?
            {to: [everyone-in-charge, crew]}        | {too: [everyone-in-charge, crew]}       | events.SHIP_MOORED.to: nothing (expected: a list of audiences)
            {to: [everyone-in-charge, crew]}        | {to: crew}                              | events.SHIP_MOORED.to: crew (expected: a list such as [a, b])
            SHIP_MOORED:                            | "*":                                    | events.*: * (expected: an event type
            """)
    void eachMistakeIsFound(String from, String to, String problem) throws IOException {
        String good = Files.readString(Path.of("src/test/resources/profiles-of-tests/harbour.yaml"));
        String bad = good.replaceFirst(Pattern.quote(from), to);

        List<String> problems = lines(ProfileReader.read("harbour.yaml", bad, ProfileReader.Switches.NONE));

        assertThat(bad).isNotEqualTo(good);
        assertThat(problems)
                .anySatisfy(line -> assertThat(line).startsWith("harbour.yaml:").contains(problem));
        assertThat(problems).as("one mistake is not a flood").hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void tableTokensHaveTheirOwnClaimsNoRolesAndNoAssignments() throws IOException {
        String bad = Files.readString(Path.of("src/test/resources/profiles-of-tests/harbour.yaml"))
                .replace("kind: staff-jwt", "kind: table-token");

        List<String> problems = lines(ProfileReader.read("h.yaml", bad, ProfileReader.Switches.NONE));

        assertThat(problems)
                .anyMatch(
                        line -> line.contains("authentication.officers.subject: badge, which table tokens do not have"))
                .anyMatch(line ->
                        line.contains("authentication.officers.scope.port: ports, which table tokens do not have"))
                .anyMatch(line -> line.contains("endpoints.tower.roles[0]: CONTROLLER (expected: no roles"))
                .anyMatch(line -> line.contains("endpoints.quay.joins[0].topics[0]: berth-crew, keyed by berth"));
    }

    @Test
    void aSchemeMayStandForOthers() throws IOException {
        Profile profile = valid(
                ProfileReader.read("h.yaml", withEither("any-of: [officers, sailors]"), ProfileReader.Switches.NONE));

        AuthenticationScheme either =
                Objects.requireNonNull(profile.endpoints().get("tower")).authentication();
        assertThat(either.kind()).isEqualTo(AuthenticationScheme.Kind.ANY_OF);
        assertThat(either.parameter()).isEqualTo("pass");
        assertThat(either.anyOf().stream().map(AuthenticationScheme::name)).containsExactly("officers", "sailors");
        assertThat(either.acceptedBy("sailors").subjectClaim()).isEqualTo("number");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            any-of: [officers]           | authentication.either.any-of: a list (expected: two schemes or more
            any-of: [officers, pirates]  | pirates, which is not defined
            any-of: officers             | authentication.either.any-of: officers (expected: a list
            any-of: [officers, either]   | either, which is not defined
            any-of: [officers, sailors], subject: x | authentication.either.subject: an unknown key
            """)
    void aSchemeThatStandsForNothingIsAProblem(String anyOf, String problem) throws IOException {
        List<String> problems = lines(ProfileReader.read("h.yaml", withEither(anyOf), ProfileReader.Switches.NONE));

        assertThat(problems).anySatisfy(line -> assertThat(line).contains(problem));
    }

    private static String withEither(String anyOf) throws IOException {
        return Files.readString(Path.of("src/test/resources/profiles-of-tests/harbour.yaml"))
                .replace(
                        "authentication:\n  officers:",
                        "authentication:\n  either: {" + anyOf + ", parameter: pass}\n"
                                + "  sailors: {kind: staff-jwt, parameter: pass, subject: number}\n  officers:")
                .replaceFirst("authentication: officers", "authentication: either");
    }

    private static Profile valid(ProfileOutcome outcome) {
        return switch (outcome) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }

    private static List<String> lines(ProfileOutcome outcome) {
        return switch (outcome) {
            case ProfileOutcome.Valid _ -> List.of();
            case ProfileOutcome.Invalid invalid ->
                invalid.problems().stream().map(Problem::toString).toList();
        };
    }
}

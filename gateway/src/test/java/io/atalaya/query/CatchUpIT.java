package io.atalaya.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.Assignments;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Principal;
import io.atalaya.edge.EdgeConfig;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.query.HttpRig.Answer;
import io.atalaya.routing.Attendee;
import io.atalaya.routing.ReferenceRouter;
import io.atalaya.routing.RoutingPropertyTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A catch-up answers what live delivery would have brought, by a reference that shares no code with routing. */
@Timeout(120)
class CatchUpIT {
    private static final String ORIGIN = "https://waiters.example";
    private static final long START_MILLIS = 1_800_000_000_000L;

    private final Profile restaurant = Attendee.restaurant();
    private final AtomicLong clock = new AtomicLong(START_MILLIS);
    private final List<Entry> stored = new ArrayList<>();
    private final InMemoryEventLog log =
            new InMemoryEventLog(LogConfig.defaults(), 9, () -> Instant.ofEpochMilli(clock.get()), stored::addAll);
    private final Map<String, Attendee> people = new HashMap<>();
    private final ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpRig rig = new HttpRig(routes());

    private List<io.atalaya.http.Route> routes() {
        var config = new QueryConfig(8, Duration.ofSeconds(10), 100, Duration.ofMinutes(5));
        var edge = new EdgeConfig("127.0.0.1", 0, Set.of(ORIGIN), false, 0, Duration.ZERO, Duration.ofSeconds(5));
        var clients = new CatchUpRoutes.Clients(
                Map.of("staff", new ByName(), "table", new ByName()),
                new Assigned(),
                edge,
                () -> Instant.ofEpochMilli(clock.get()));
        return new CatchUpRoutes(config, restaurant, clients, new MissedEvents(log), new Reads(config, worker))
                .routes();
    }

    @AfterEach
    void close() {
        rig.close();
        log.close();
        worker.shutdownNow();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 8, 31})
    void everyoneGetsExactlyWhatLiveDeliveryWouldHaveBrought(long seed) {
        var random = new Random(seed);
        List<Attendee> all = RoutingPropertyTest.people(random);
        all.forEach(person -> people.put(person.name(), person));
        publish(random, 700);
        double since = (clock.get() - 240_000) / 1000.0;
        int seen = 0;
        int forbidden = 0;
        for (Attendee person : all) {
            boolean guest = person.endpoint().equals("diner");
            String member = guest ? "session_id" : "branch_id";
            String value = RoutingPropertyTest.number(random, 4);
            Answer answer = guest ? session(person, value, since) : branch(person, value, since, "");

            boolean entitled = person.claims().getOrDefault(member, List.of()).contains(value);
            boolean admitted = guest || admits(person, person.endpoint());
            if (!entitled || !admitted) {
                assertThat(answer.status()).as("seed %d: %s", seed, person).isEqualTo(403);
                forbidden++;
                continue;
            }
            List<String> expected = expected(person, guest ? "" : value, since);
            assertThat(names(answer))
                    .as("seed %d: %s of branch %s", seed, person, value)
                    .isEqualTo(expected);
            assertThat(answer.json().path("count").asInt()).isEqualTo(expected.size());
            seen += expected.size();
        }
        assertThat(seen).as("events seen, so that the property is not empty").isGreaterThan(300);
        assertThat(forbidden).as("refusals, so that the property is not empty").isGreaterThan(10);
    }

    @Test
    void theFirstEndpointThatAcceptsTheRoleAppliesUnlessAnotherIsNamed() {
        staff("both", "1", "WAITER", "KITCHEN");
        publish("1", "TICKET_READY", Map.of("branch_id", "1", "sector_id", "5"), 1);

        assertThat(names(branch(person("both"), "1", 0, ""))).isEmpty();
        assertThat(names(branch(person("both"), "1", 0, "&endpoint=kitchen"))).containsExactly("n-1");
        assertThat(branch(person("both"), "1", 0, "&endpoint=admin").status()).isEqualTo(403);
        assertThat(branch(person("both"), "1", 0, "&endpoint=diner").status()).isEqualTo(400);
    }

    @Test
    void eventsHaveTheirPublishedMembersAndACursor() {
        staff("boss", "1", "ADMIN");
        publish("1", "ROUND_READY", Map.of("branch_id", "1"), 1);

        assertThat(branch(person("boss"), "1", 0, "").body())
                .isEqualTo("{\"events\":[{\"type\":\"ROUND_READY\",\"id\":\"n-1\",\"cursor\":\""
                        + stored.getFirst().cursor() + "\"}],\"count\":1}");
    }

    @Test
    void onlyTheNewestHundredOfTheLastFiveMinutesComeOldestFirst() {
        staff("boss", "1", "ADMIN");
        publish("1", "ROUND_READY", Map.of("branch_id", "1"), 1);
        clock.addAndGet(Duration.ofMinutes(5).toMillis() + 1);
        for (int i = 2; i <= 151; i++) {
            publish("1", "ROUND_READY", Map.of("branch_id", "1"), i);
        }

        List<String> names = names(branch(person("boss"), "1", 0, ""));

        assertThat(names).hasSize(100).startsWith("n-52").endsWith("n-151");
        clock.addAndGet(Duration.ofMinutes(5).toMillis() + 1);
        assertThat(names(branch(person("boss"), "1", 0, ""))).isEmpty();
    }

    @Test
    void sinceIncludesTheInstantItself() {
        staff("boss", "1", "ADMIN");
        publish("1", "ROUND_READY", Map.of("branch_id", "1"), 1);
        double at = clock.get() / 1000.0;

        assertThat(names(branch(person("boss"), "1", at, ""))).containsExactly("n-1");
        assertThat(names(branch(person("boss"), "1", at + 0.001, ""))).isEmpty();
    }

    @Test
    void aBadOrMissingTokenIsRefused() {
        assertThat(rig.get("/ws/catchup?branch_id=1&since=0").status()).isEqualTo(401);
        assertThat(rig.get("/ws/catchup?branch_id=1&since=0&token=nobody").status())
                .isEqualTo(401);
        assertThat(rig.get("/ws/catchup/session?session_id=1&since=0&table_token=nobody")
                        .status())
                .isEqualTo(401);
        assertThat(rig.get("/ws/catchup?branch_id=1&since=0&token=unavailable").status())
                .isEqualTo(503);
    }

    @Test
    void badParametersAreNamedAtOnce() {
        staff("boss", "1", "ADMIN");

        Answer answer = rig.get("/ws/catchup?since=now&token=boss&limit=3");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(StreamSupport.stream(answer.json().path("errors").spliterator(), false)
                        .map(error -> error.path("parameter").asString()))
                .containsExactlyInAnyOrder("branch_id", "since", "limit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-1", "1e300", "x", "0x1p3x"})
    void sinceMustBeATime(String since) {
        staff("boss", "1", "ADMIN");

        assertThat(rig.get("/ws/catchup?branch_id=1&token=boss&since=" + since).status())
                .isEqualTo(400);
    }

    @Test
    void onlyPagesThatMayConnectGetAndReadAnAnswer() {
        staff("boss", "1", "ADMIN");
        String target = "/ws/catchup?branch_id=1&since=0&token=boss";

        Answer allowed = rig.get(target, "Origin", ORIGIN);
        Answer other = rig.get(target, "Origin", "https://evil.example");

        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("access-control-allow-origin")).isEqualTo(ORIGIN);
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.headers()).doesNotContainKey("access-control-allow-origin");
    }

    private void publish(Random random, int count) {
        var types = new ArrayList<>(restaurant.events().keySet());
        types.add("UNHEARD_OF");
        for (int i = 0; i < count; i++) {
            clock.addAndGet(random.nextInt(900));
            publish(
                    RoutingPropertyTest.number(random, 3),
                    RoutingPropertyTest.pick(random, types),
                    RoutingPropertyTest.scope(random),
                    i);
        }
    }

    private void publish(String tenant, String type, Map<String, String> scope, int name) {
        String open = "{\"type\":\"%s\",\"id\":\"n-%d\"".formatted(type, name);
        log.append(List.of(new Event(
                new TenantId(tenant),
                new EventId("n-" + name),
                type,
                scope,
                new Event.Body(open.getBytes(StandardCharsets.UTF_8)),
                Instant.EPOCH,
                0,
                true)));
    }

    private void staff(String name, String branch, String... roles) {
        people.put(
                name,
                new Attendee(name, "1", "waiter", Set.of(roles), Map.of("branch_id", List.of(branch)), List.of()));
    }

    private Attendee person(String name) {
        return Objects.requireNonNull(people.get(name), name);
    }

    private Answer branch(Attendee person, String branch, double since, String more) {
        String endpoint = more.isEmpty() && person.name().startsWith("p") ? "&endpoint=" + person.endpoint() : more;
        return rig.get(
                "/ws/catchup?branch_id=%s&since=%.3f&token=%s%s".formatted(branch, since, person.name(), endpoint));
    }

    private Answer session(Attendee person, String session, double since) {
        return rig.get(
                "/ws/catchup/session?session_id=%s&since=%.3f&table_token=%s".formatted(session, since, person.name()));
    }

    private boolean admits(Attendee person, String endpoint) {
        Set<String> roles =
                Objects.requireNonNull(restaurant.endpoints().get(endpoint)).roles();
        return person.roles().stream().anyMatch(roles::contains);
    }

    /** Names of what the reference lets the person see, of one branch or of all. */
    private List<String> expected(Attendee person, String branch, double since) {
        List<String> names = stored.stream()
                .filter(entry -> entry.atMillis() >= Math.ceil(since * 1000))
                .filter(entry ->
                        branch.isEmpty() || branch.equals(entry.event().scope().get("branch_id")))
                .filter(entry -> ReferenceRouter.maySee(
                        person,
                        entry.event().tenant().value(),
                        entry.event().type(),
                        entry.event().scope()))
                .map(entry -> entry.event().id().value())
                .toList();
        return names.subList(Math.max(0, names.size() - 100), names.size());
    }

    private static List<String> names(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        var names = new ArrayList<String>();
        for (JsonNode event : answer.json().path("events")) {
            names.add(event.path("id").asString());
        }
        return names;
    }

    /** Accepts a person's name as the credential. Immutable. */
    private final class ByName implements Authenticator {
        @Override
        public CompletionStage<AuthOutcome> authenticate(String credential) {
            Attendee person = people.get(credential);
            if (person == null) {
                return CompletableFuture.completedFuture(
                        credential.equals("unavailable")
                                ? new AuthOutcome.Unavailable("list")
                                : new AuthOutcome.Refused(Reason.MALFORMED));
            }
            Endpoint at = Objects.requireNonNull(restaurant.endpoints().get(person.endpoint()));
            return CompletableFuture.completedFuture(new AuthOutcome.Accepted(person.principal(at)));
        }

        @Override
        public CompletionStage<Standing> standing(Principal principal) {
            return CompletableFuture.completedFuture(Standing.GOOD);
        }
    }

    /** What the people are assigned to. Immutable. */
    private final class Assigned implements Assignments {
        @Override
        public CompletionStage<List<Assignment>> of(TenantId tenant, String subject) {
            Attendee person = Objects.requireNonNull(people.get(subject));
            return CompletableFuture.completedFuture(
                    person.assigned().stream().map(Assignment::new).toList());
        }

        @Override
        public CompletionStage<List<Assignment>> refresh(TenantId tenant, String subject) {
            return of(tenant, subject);
        }
    }
}

package io.atalaya.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.demo.Person.Role;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EveningTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<Long> SEEDS =
            LongStream.generate(new Random()::nextLong).limit(20).boxed().toList();

    @Test
    void theSameSeedGivesTheSameEvening() {
        assertThat(Evening.plan(7)).isEqualTo(Evening.plan(7));
        assertThat(Evening.plan(7)).isNotEqualTo(Evening.plan(8));
    }

    @Test
    void nobodyIsExpectedToHearOfAnotherTenant() {
        forEachStep((seed, step) -> assertThat(step.hearers())
                .as("seed %d, %s", seed, step.id())
                .allMatch(person -> person.tenant() == step.restaurant().tenant()));
    }

    @Test
    void noDinerIsExpectedToHearOfAnotherTable() {
        forEachStep((seed, step) -> {
            if (step.place().session() != 0) {
                assertThat(step.hearers())
                        .as("seed %d, %s", seed, step.id())
                        .filteredOn(person -> person.role() == Role.DINER)
                        .allMatch(diner -> diner.session() == step.place().session());
            }
        });
    }

    @Test
    void nobodyIsExpectedToHearTwiceAndEverythingIsHeardBySomebody() {
        forEachStep((seed, step) -> assertThat(step.hearers())
                .as("seed %d, %s", seed, step.id())
                .isNotEmpty()
                .doesNotHaveDuplicates());
    }

    @Test
    void idsAreUniqueWithinATenantAndSharedBetweenThem() {
        for (long seed : SEEDS) {
            Evening evening = Evening.plan(seed);
            var byTenant = evening.steps().stream()
                    .collect(Collectors.groupingBy(
                            step -> step.restaurant().tenant(), Collectors.mapping(Step::id, Collectors.toList())));
            assertThat(byTenant)
                    .hasSize(2)
                    .allSatisfy((_, ids) -> assertThat(ids).as("seed %d", seed).doesNotHaveDuplicates());
            var shared = new HashSet<>(byTenant.get(1));
            shared.retainAll(byTenant.get(2));
            assertThat(shared).as("seed %d", seed).hasSizeGreaterThan(50);
        }
    }

    @Test
    void aRoundOfOneEveningIsNeverTheSameAsOneOfTheNext() {
        Set<String> first = roundsOf(1);
        Set<String> next = roundsOf(2);

        assertThat(first).hasSizeGreaterThan(10).doesNotContainAnyElementsOf(next);
        assertThat(next).hasSizeGreaterThan(10);
    }

    private static Set<String> roundsOf(long seed) {
        return Evening.plan(seed).steps().stream()
                .filter(step -> step.type().equals("ROUND_SUBMITTED"))
                .map(step -> step.restaurant().tenant() + "/" + step.entity().get("round_id"))
                .collect(Collectors.toSet());
    }

    @Test
    void eventsComeInOrderAndWithinTheEvening() {
        for (long seed : SEEDS) {
            List<Step> steps = Evening.plan(seed).steps();
            assertThat(steps).as("seed %d", seed).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
            assertThat(steps.getLast().at()).as("seed %d", seed).isLessThan(Evening.LENGTH);
        }
    }

    @Test
    void aFewEveningsTellEverythingThatTheDemonstrationKnows() {
        var told = SEEDS.stream()
                .flatMap(seed -> Evening.plan(seed).steps().stream())
                .map(Step::type)
                .collect(Collectors.toCollection(LinkedHashSet::new));

        var neverTold = new HashSet<>(Hearers.types());
        neverTold.removeAll(told);
        assertThat(Hearers.types()).containsAll(told);
        assertThat(neverTold).containsExactlyInAnyOrder("CART_CLEARED", "TABLE_STATUS_CHANGED");
    }

    @Test
    void everyEventIsWhatTheGatewayAsksFor() {
        forEachStep((seed, step) -> {
            JsonNode event = JSON.readTree(step.json());
            assertThat(event.path("type").asString()).as("seed %d", seed).isEqualTo(step.type());
            assertThat(event.path("tenant_id").asInt())
                    .isEqualTo(step.restaurant().tenant());
            assertThat(event.path("branch_id").isInt()).isTrue();
            assertThat(event.path("entity").isObject()).isTrue();
            assertThat(event.path("id").asString()).isEqualTo(step.id());
            for (String optional : List.of("table_id", "session_id", "sector_id")) {
                assertThat(event.path(optional).asInt(1)).as(optional).isPositive();
            }
            assertThat(Set.of(
                            "type",
                            "tenant_id",
                            "branch_id",
                            "table_id",
                            "session_id",
                            "sector_id",
                            "entity",
                            "v",
                            "id"))
                    .containsAll(event.propertyNames());
        });
    }

    @Test
    void theRestaurantsUseTheSameNumbers() {
        Evening evening = Evening.plan(1);

        assertThat(numbersOf(evening, 1)).containsAll(numbersOf(evening, 2));
    }

    private static Set<String> numbersOf(Evening evening, int tenant) {
        return evening.people().stream()
                .filter(person -> person.tenant() == tenant && person.role() != Role.DINER)
                .map(person -> "user " + person.userId())
                .collect(Collectors.toSet());
    }

    private static void forEachStep(java.util.function.BiConsumer<Long, Step> check) {
        for (long seed : SEEDS) {
            Evening.plan(seed).steps().forEach(step -> check.accept(seed, step));
        }
    }
}

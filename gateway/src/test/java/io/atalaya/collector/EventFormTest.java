package io.atalaya.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.collector.EventForm.Draft;
import io.atalaya.collector.EventForm.Fault;
import io.atalaya.collector.EventForm.Outcome;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.profile.Profile.CollectorRules;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every validation case of the original, one by one and all at once. */
class EventFormTest {
    private static final CollectorRules RULES =
            new CollectorRules("SERVICE_EVENT", "default", true, 100, 2_000, 16_384, 5, 100);
    private static final Instant ARRIVAL = Instant.parse("2026-05-01T12:00:00Z");

    @Test
    void aWholeBodyBecomesAnEvent() {
        Draft draft = good("""
                {"timestamp":"2024-01-15T10:30:00+02:00","service":"user-service","message":"hi",
                 "metadata":{"n":1.5,"list":[1,"x"],"none":null}}""");

        JsonNode event = JsonMapper.shared().readTree(draft.toEvent(RULES, new TenantId("t"), new EventId("evt_1")));

        assertThat(event.path("type").asString()).isEqualTo("SERVICE_EVENT");
        assertThat(event.path("tenant_id").asString()).isEqualTo("t");
        assertThat(event.path("id").asString()).isEqualTo("evt_1");
        assertThat(event.path("ts").asString()).isEqualTo("2024-01-15T08:30:00Z");
        assertThat(event.path("timestamp").asString()).isEqualTo("2024-01-15T10:30:00+02:00");
        assertThat(event.path("metadata").toString()).isEqualTo("{\"n\":1.5,\"list\":[1,\"x\"],\"none\":null}");
    }

    @ParameterizedTest
    @CsvSource({"timestamp, isParseableTimestamp", "service, isNotEmpty", "message, isNotEmpty"})
    void aMissingMemberIsNamed(String member, String rule) {
        String body =
                valid().replaceAll("\"%s\":\"[^\"]*\",?".formatted(member), "").replace(",}", "}");

        assertThat(fault(body, member)).containsKeys(rule, "isString");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "service", "message"})
    void anEmptyTextIsRefused(String member) {
        String body = valid().replaceAll("\"%s\":\"[^\"]*\"".formatted(member), "\"%s\":\"\"".formatted(member));

        assertThat(fault(body, member)).containsEntry("isNotEmpty", member + " should not be empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "service", "message"})
    void aNumberIsNoText(String member) {
        String body = valid().replaceAll("\"%s\":\"[^\"]*\"".formatted(member), "\"%s\":17".formatted(member));

        assertThat(fault(body, member)).containsEntry("isString", member + " must be a string");
    }

    @Test
    void lengthsAreBoundedInclusively() {
        assertThat(read(body("s".repeat(100), "m".repeat(2_000), "{}"))).isInstanceOf(Outcome.Good.class);
        assertThat(fault(body("s".repeat(101), "m", "{}"), "service"))
                .containsEntry("maxLength", "service name must be at most 100 characters");
        assertThat(fault(body("s", "m".repeat(2_001), "{}"), "message"))
                .containsEntry("maxLength", "message must be at most 2000 characters");
    }

    @Test
    void digitsAreNoTimestamp() {
        assertThat(fault(valid().replace("2024-01-15T10:30:00Z", "1700000000"), "timestamp"))
                .containsKey("isParseableTimestamp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1969-12-31T23:59:59Z", "2101-01-01T00:00:00Z"})
    void aTimestampOfAnotherAgeIsReplacedByTheArrival(String timestamp) {
        Draft draft = good(valid().replace("2024-01-15T10:30:00Z", timestamp));

        assertThat(draft.instant()).isEqualTo(ARRIVAL);
        assertThat(draft.timestamp()).isEqualTo(timestamp);
    }

    @Test
    void anUnknownMemberIsRefused() {
        assertThat(fault(valid().replace("{\"timestamp\"", "{\"level\":\"info\",\"timestamp\""), "level"))
                .containsExactly(Map.entry("whitelistValidation", "property level should not exist"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"text\"", "1", "true"})
    void metadataMustBeAnObject(String metadata) {
        assertThat(fault(body("s", "m", metadata), "metadata"))
                .containsExactly(Map.entry("isObject", "metadata must be an object"));
    }

    @Test
    void metadataMayBeNullOrMissing() {
        assertThat(good(body("s", "m", "null")).metadata()).isEmpty();
        assertThat(good(valid()).metadata()).isEmpty();
    }

    @Test
    void metadataSizeIsBoundedInclusively() {
        String fits = "{\"a\":\"" + "x".repeat(16_384 - 8) + "\"}";
        String tooLong = "{\"a\":\"" + "x".repeat(16_384 - 7) + "\"}";

        assertThat(read(body("s", "m", fits))).isInstanceOf(Outcome.Good.class);
        assertThat(fault(body("s", "m", tooLong), "metadata"))
                .containsExactly(Map.entry("isMetadataSizeValid", "metadata size must not exceed 16KB"));
    }

    @Test
    void metadataDepthIsBoundedInclusivelyAndArraysDoNotCount() {
        String five = "{\"a\":[[{\"b\":{\"c\":{\"d\":{}}}}]]}";
        String six = "{\"a\":{\"b\":{\"c\":{\"d\":[{\"e\":{}}]}}}}";

        assertThat(read(body("s", "m", five))).isInstanceOf(Outcome.Good.class);
        assertThat(fault(body("s", "m", six), "metadata")).containsOnlyKeys("isMetadataDepthValid");
    }

    @Test
    void metadataKeysAreBoundedInclusivelyOverAllObjects() {
        assertThat(read(body("s", "m", keys(99, "{}")))).isInstanceOf(Outcome.Good.class);
        assertThat(fault(body("s", "m", keys(99, "{\"one\":1}")), "metadata")).containsOnlyKeys("isMetadataKeysValid");
    }

    @Test
    void markupGoesFromEveryText() {
        Draft draft = good(body(
                "<b>user</b>-service",
                "hello <script>alert(1)</script>world",
                "{\"a\":\"<i>x</i>\",\"list\":[\"<p>y\",{\"z\":\"1 < 2\"}]}"));

        assertThat(draft.service()).isEqualTo("user-service");
        assertThat(draft.message()).isEqualTo("hello world");
        assertThat(draft.metadata().orElseThrow().toString())
                .isEqualTo("{\"a\":\"x\",\"list\":[\"y\",{\"z\":\"1 < 2\"}]}");
    }

    @Test
    void aServiceOfMarkupAloneIsEmpty() {
        assertThat(fault(body("<b></b>", "m", "{}"), "service")).containsKey("isNotEmpty");
    }

    @Test
    void aProfileMayKeepMarkup() {
        var keeping = new CollectorRules("SERVICE_EVENT", "default", false, 100, 2_000, 16_384, 5, 100);
        byte[] bytes = body("<b>s</b>", "<i>m</i>", "{\"a\":\"<p>\"}").getBytes(StandardCharsets.UTF_8);

        Outcome outcome = EventForm.read(bytes, keeping, ARRIVAL);

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Good.class, good -> {
            assertThat(good.draft().service()).isEqualTo("<b>s</b>");
            assertThat(good.draft().message()).isEqualTo("<i>m</i>");
            assertThat(good.draft().metadata().orElseThrow().toString()).isEqualTo("{\"a\":\"<p>\"}");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "\"x\"", "{} {}", "{\"service\":\"a\",\"service\":\"b\"}", "\uFFFE"})
    void whatIsNoObjectIsRefusedAsAWhole(String body) {
        assertThat(read(body))
                .isInstanceOfSatisfying(
                        Outcome.Bad.class,
                        bad -> assertThat(bad.faults()).extracting(Fault::field).contains("body"));
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        Outcome outcome = read("{\"timestamp\":\"x\",\"service\":\"\",\"metadata\":3,\"a\":1,\"b\":2}");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Bad.class,
                        bad -> assertThat(bad.faults())
                                .extracting(Fault::field)
                                .containsExactlyInAnyOrder("timestamp", "service", "message", "metadata", "a", "b"));
    }

    private static String keys(int count, String last) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"k%d\":%d".formatted(i, i))
                .collect(Collectors.joining(",", "{", ",\"last\":%s}".formatted(last)));
    }

    private static String valid() {
        return "{\"timestamp\":\"2024-01-15T10:30:00Z\",\"service\":\"s\",\"message\":\"m\"}";
    }

    private static String body(String service, String message, String metadata) {
        return "{\"timestamp\":\"2024-01-15T10:30:00Z\",\"service\":\"%s\",\"message\":\"%s\",\"metadata\":%s}"
                .formatted(service, message, metadata);
    }

    private static Outcome read(String body) {
        return EventForm.read(body.getBytes(StandardCharsets.UTF_8), RULES, ARRIVAL);
    }

    private static Draft good(String body) {
        return switch (read(body)) {
            case Outcome.Good(Draft draft) -> draft;
            case Outcome.Bad(List<Fault> faults) -> throw new AssertionError(faults.toString());
        };
    }

    private static Map<String, String> fault(String body, String field) {
        return switch (read(body)) {
            case Outcome.Good(Draft draft) -> throw new AssertionError("accepted: " + draft);
            case Outcome.Bad(List<Fault> faults) -> {
                assertThat(faults).extracting(Fault::field).containsExactly(field);
                yield faults.getFirst().constraints();
            }
        };
    }
}

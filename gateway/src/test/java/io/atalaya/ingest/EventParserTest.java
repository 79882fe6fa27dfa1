package io.atalaya.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.ingest.IntakeBook.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class EventParserTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.080Z");
    private static final EventId FALLBACK = new EventId("fresh-1");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final EventParser parser = new EventParser(IngestFixtures.profile(), 4096);

    @Test
    void keepsTheBytesAndAppendsWhatIsMissing() {
        Event event = accepted("  {\"tenant_id\": 7,\n \"type\":\"ORDER\" , \"branch_id\":3  }\n");

        assertThat(event.body())
                .hasToString("{\"tenant_id\": 7,\n \"type\":\"ORDER\" , \"branch_id\":3,\"id\":\"fresh-1\","
                        + "\"ts\":\"2026-03-04T05:06:07.080Z\"}");
        assertThat(event)
                .returns(new TenantId("7"), Event::tenant)
                .returns(FALLBACK, Event::id)
                .returns("ORDER", Event::type)
                .returns(Map.of("branch_id", "3"), Event::scope)
                .returns(NOW, Event::timestamp)
                .returns(99L, Event::acceptedNanos)
                .returns(true, Event::durable);
    }

    @Test
    void keepsTheIdAndTimeThatThePublisherGave() {
        String json =
                "{\"id\":\"a\\u0062:1\",\"ts\":\"2026-01-02T03:04:05.5+02:00\",\"type\":\"TYPING\",\"tenant_id\":1}";

        Event event = accepted(json);

        assertThat(event.body()).hasToString(json);
        assertThat(event)
                .returns(new EventId("ab:1"), Event::id)
                .returns(Instant.parse("2026-01-02T01:04:05.5Z"), Event::timestamp)
                .returns(false, Event::durable);
    }

    @Test
    void readsTheScopeInCanonicalForm() {
        Event event = accepted(event("\"branch_id\":0,\"sector_id\":null,\"note\":\"a\\tb\""));

        assertThat(event.scope()).containsExactly(Map.entry("note", "a\tb"));
    }

    @Test
    void takesAnEventOutOfItsSurroundings() {
        byte[] bytes = ("[" + event("\"extra\":1") + "]").getBytes(StandardCharsets.UTF_8);

        Parsed parsed = parse(bytes, 1, bytes.length - 1);

        assertThat(parsed).isInstanceOf(Parsed.Accepted.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"branch_id\":null",
                "\"entity\":{}",
                "\"entity\":{\"cursor\":{\"cursor\":[1,2,{}]}}",
                "\"extra\":null",
                "\"extra\":[true]",
                "\"ñ\":\"\\ud83d\\ude00 😀\"",
                "\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1",
                "\"branch_id\":-0",
                "\"sector_id\":9223372036854775807"
            })
    void accepts(String members) {
        assertThat(parse(event(members))).isInstanceOf(Parsed.Accepted.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            "branch_id":true            | branch_id   | true              | an integer, 0 or more
            "branch_id":-1              | branch_id   | -1                | an integer, 0 or more
            "branch_id":1.0             | branch_id   | 1.0               | an integer, 0 or more
            "branch_id":"3"             | branch_id   | "3"               | an integer, 0 or more
            "branch_id":9223372036854775808 | branch_id | 9223372036854775808 | an integer, 0 or more
            "sector_id":0               | sector_id   | 0                 | an integer, 1 or more
            "note":null                 | note        | null              | a string
            "entity":[]                 | entity      | an array          | an object
            "ts":"yesterday"            | ts          | "yesterday"       | an RFC 3339 date-time with offset
            "ts":"2026-01-02T03:04:05"  | ts          | "2026-01-02T03:04:05" | an RFC 3339 date-time with offset
            "ts":5                      | ts          | 5                 | an RFC 3339 date-time with offset
            "id":""                     | id          | ""                | a string of 1 to 128 of [A-Za-z0-9._:-]
            "id":null                   | id          | null              | a string of 1 to 128 of [A-Za-z0-9._:-]
            "id":7                      | id          | 7                 | a string of 1 to 128 of [A-Za-z0-9._:-]
            "id":"a b"                  | id          | "a b"             | a string of 1 to 128 of [A-Za-z0-9._:-]
            "type":"X"                  | type        | twice             | once
            "extra":1,"extra":1         | extra       | twice             | once
            "x":1,"x":2                 | x           | twice             | once
            "x":1,"\\u0078":2           | x           | twice             | once
            "cursor":"1-1"              | cursor      | a value           | nothing: the gateway sets it
            "redelivered":false         | redelivered | a value           | nothing: the gateway sets it
            """)
    void namesTheFieldAtFault(String members, String field, String found, String expected) {
        Parsed parsed = parse(event(members));

        assertThat(parsed).isEqualTo(Parsed.Invalid.of(Refusal.INVALID, field, found, expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "null",
                "[]",
                "\"text\"",
                "{",
                "{\"type\":\"ORDER\",\"tenant_id\":1",
                "{\"type\":\"ORDER\",\"tenant_id\":1}}",
                "{\"type\":\"ORDER\",\"tenant_id\":1}{}",
                "{\"type\":\"ORDER\",\"tenant_id\":1,}",
                "{\"type\":\"ORDER\",\"tenant_id\":01}",
                "{\"type\":\"ORDER\",\"tenant_id\":NaN}",
                "{\"type\":\"ORDER\",\"tenant_id\":1,\"x\":\"\\q\"}",
                "{\"type\":\"ORDER\",\"tenant_id\":1,\"x\":\"\n\"}",
                "{'type':'ORDER'}",
                "{/* */\"type\":\"ORDER\",\"tenant_id\":1}",
                "\uFEFF{\"type\":\"ORDER\",\"tenant_id\":1}"
            })
    void refusesWhatIsNoJsonObject(String json) {
        assertThat(parse(json))
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class,
                        invalid -> assertThat(invalid.reason()).isEqualTo(Refusal.MALFORMED));
    }

    @Test
    void refusesTextThatIsNotUtf8EvenWhereNobodyLooks() {
        byte[] bytes = event("\"entity\":{\"x\":\"\u00e9\"}").getBytes(StandardCharsets.ISO_8859_1);

        Parsed parsed = parse(bytes, 0, bytes.length);

        assertThat(parsed)
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class,
                        invalid -> assertThat(invalid.reason()).isEqualTo(Refusal.MALFORMED));
    }

    @Test
    void refusesUtf16() {
        byte[] bytes = event("\"extra\":1").getBytes(StandardCharsets.UTF_16LE);

        assertThat(parse(bytes, 0, bytes.length)).isInstanceOf(Parsed.Invalid.class);
    }

    @Test
    void boundsTheDepth() {
        String deepest = "[".repeat(EventParser.MAX_DEPTH - 1) + "]".repeat(EventParser.MAX_DEPTH - 1);

        assertThat(parse(event("\"extra\":" + deepest))).isInstanceOf(Parsed.Accepted.class);
        assertThat(parse(event("\"extra\":[" + deepest + "]"))).isInstanceOf(Parsed.Invalid.class);
    }

    @Test
    void boundsTheSizeWithoutTheSpaceAround() {
        String filler = event("\"extra\":\"" + "x".repeat(4096) + "\"").substring(0, 4094) + "\"}";

        assertThat(parse("   " + filler + "\n")).isInstanceOf(Parsed.Accepted.class);
        assertThat(parse(filler.replace("xx", "xxx")))
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class,
                        invalid -> assertThat(invalid.reason()).isEqualTo(Refusal.TOO_LARGE));
    }

    @Test
    void boundsUnknownMembers() {
        var members = new StringBuilder("\"u0\":0");
        for (int i = 1; i <= 10; i++) {
            members.append(",\"u").append(i).append("\":0");
        }

        assertThat(parse(event(members.toString())))
                .isEqualTo(Parsed.Invalid.of(Refusal.INVALID, "", "11 unknown members", "at most 10"));
    }

    @Test
    void namesEveryMissingMember() {
        Parsed parsed = parse("{}");

        assertThat(parsed)
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(Parsed.FieldProblem::field)
                                .containsExactlyInAnyOrder("type", "tenant_id"));
    }

    @Test
    void refusesTypesOutsideTheCatalogueWhereTheProfileDoes() {
        var strict = new EventParser(IngestFixtures.profile(Optional.empty()), 4096);
        byte[] bytes = "{\"type\":\"NEW\",\"tenant_id\":1}".getBytes(StandardCharsets.UTF_8);

        Parsed parsed = strict.parse(bytes, 0, bytes.length, new EventParser.Moment(NOW, 0), () -> FALLBACK);

        assertThat(parsed)
                .isEqualTo(
                        Parsed.Invalid.of(Refusal.INVALID, "type", "NEW", "a type of the profile's event catalogue"));
    }

    @Test
    void deliversTheVeryObjectThatWasPublished() {
        long seed = 20_260_101L;
        var random = new Random(seed);
        var json = new RandomJson(random);
        for (int round = 0; round < 3000; round++) {
            String published = json.event();
            var expected = (ObjectNode) JSON.readTree(published);
            if (!expected.has("id")) {
                expected.put("id", "fresh-1");
            }
            if (!expected.has("ts")) {
                expected.put("ts", "2026-03-04T05:06:07.080Z");
            }

            Event event = accepted(published);

            JsonNode delivered = JSON.readTree(event.body().toString());
            assertThat(delivered)
                    .as("seed %d round %d: %s", seed, round, published)
                    .isEqualTo(expected);
            assertThat(event.body().toString())
                    .startsWith(
                            published.substring(0, published.lastIndexOf('}')).stripTrailing());
            assertThat(List.copyOf(((ObjectNode) delivered).propertyNames()))
                    .isEqualTo(List.copyOf(expected.propertyNames()));
        }
    }

    @Test
    void judgesMutilatedEventsWithoutThrowing() {
        long seed = 7L;
        var random = new Random(seed);
        var json = new RandomJson(random);
        int accepted = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = json.event().getBytes(StandardCharsets.UTF_8);
            RandomJson.mutate(random, bytes);

            Parsed parsed = parse(bytes, 0, bytes.length);

            switch (parsed) {
                case Parsed.Accepted(Event event) -> {
                    accepted++;
                    assertThat(JSON.readTree(event.body().toString()).isObject())
                            .as("seed %d round %d", seed, round)
                            .isTrue();
                }
                case Parsed.Invalid invalid ->
                    assertThat(invalid.problems())
                            .as("seed %d round %d", seed, round)
                            .isNotEmpty();
            }
        }
        assertThat(accepted).isBetween(1000, 19_000);
    }

    private Event accepted(String json) {
        return switch (parse(json)) {
            case Parsed.Accepted(Event event) -> event;
            case Parsed.Invalid invalid -> throw new AssertionError(json + " -> " + invalid);
        };
    }

    private Parsed parse(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return parse(bytes, 0, bytes.length);
    }

    private Parsed parse(byte[] bytes, int from, int to) {
        return parser.parse(bytes, from, to, new EventParser.Moment(NOW, 99), () -> FALLBACK);
    }

    private static String event(String members) {
        return "{\"type\":\"ORDER\",\"tenant_id\":1," + members + "}";
    }

    /** Writes valid events in odd ways. Confined to the test's thread. */
    static final class RandomJson {
        private static final String[] SPACES = {"", "", "", " ", "\n", "\t ", "\r\n  "};
        private static final String[] TEXTS = {
            "",
            "a",
            "\\\"",
            "\\\\",
            "\\/",
            "\\u00e9",
            "é",
            "中文",
            "😀",
            "\\ud83d\\ude00",
            "\\n",
            "}",
            "]",
            "{",
            "[",
            ",",
            ":"
        };

        private final Random random;

        RandomJson(Random random) {
            this.random = random;
        }

        String event() {
            var members = new LinkedHashMap<String, String>();
            members.put("type", "\"ORDER\"");
            members.put("tenant_id", Integer.toString(1 + random.nextInt(5)));
            if (random.nextBoolean()) {
                members.put("id", "\"e" + random.nextInt() + "\"");
            }
            if (random.nextBoolean()) {
                members.put("ts", "\"2026-01-02T03:04:05Z\"");
            }
            if (random.nextBoolean()) {
                members.put("entity", object(3));
            }
            for (int i = random.nextInt(4); i > 0; i--) {
                members.put("x" + i, value(3));
            }
            var names = new java.util.ArrayList<>(members.keySet());
            java.util.Collections.shuffle(names, random);
            var out = new StringBuilder("{").append(space());
            for (String name : names) {
                out.append(out.length() > 1 && out.indexOf("\"") >= 0 ? "," : "")
                        .append(space());
                out.append('"')
                        .append(name)
                        .append('"')
                        .append(space())
                        .append(':')
                        .append(space());
                out.append(members.get(name)).append(space());
            }
            return out.append('}').toString();
        }

        String value(int depth) {
            return switch (random.nextInt(depth > 0 ? 7 : 5)) {
                case 0 -> "true";
                case 1 -> "null";
                case 2 -> Integer.toString(random.nextInt());
                case 3 -> "-1.5e3";
                case 4 -> text();
                case 5 -> object(depth - 1);
                default -> "[" + value(depth - 1) + space() + "," + space() + value(depth - 1) + "]";
            };
        }

        static void mutate(Random random, byte[] bytes) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(4)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 -> bytes[at] = (byte) "{}[]\",:\\ 0tfn".charAt(random.nextInt(13));
                    case 2 -> bytes[at] = bytes[random.nextInt(bytes.length)];
                    default -> bytes[at] = ' ';
                }
            }
        }

        private String object(int depth) {
            return "{" + space() + text() + ":" + space() + value(depth) + "}";
        }

        private String text() {
            var out = new StringBuilder("\"");
            for (int i = random.nextInt(4); i > 0; i--) {
                out.append(TEXTS[random.nextInt(TEXTS.length)]);
            }
            return out.append('"').toString();
        }

        private String space() {
            return SPACES[random.nextInt(SPACES.length)];
        }
    }
}

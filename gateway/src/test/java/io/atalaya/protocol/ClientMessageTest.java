package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.atalaya.protocol.ClientMessage.Ack;
import io.atalaya.protocol.ClientMessage.Named;
import io.atalaya.protocol.ClientMessage.Ping;
import io.atalaya.protocol.ClientMessage.Unknown;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.TokenStreamFactory;

class ClientMessageTest {
    private static final int LARGEST = 64 * 1024;
    private static final String TELLING = "{}[]\",:\\u0e-.tfn \0";

    private static ClientMessage parse(String text) {
        return ClientMessage.parse(text.getBytes(UTF_8));
    }

    @Test
    void theAnswerToAPingIsExact() {
        assertThat(ClientMessage.PONG).isEqualTo("{\"type\":\"pong\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ping",
                " ping\n",
                "{\"type\":\"ping\"}",
                "{\"type\": \"ping\"}",
                "  {  \"type\"\t:\n\"ping\"  }\r\n",
                "{\"type\":\"ping\",\"ts\":1700000000}",
                "{\"ts\":{\"deep\":[1,{\"type\":\"pong\"}]},\"type\":\"ping\"}",
                "{\"type\":\"p\\u0069ng\"}",
                "{\"t\\u0079pe\":\"ping\"}"
            })
    void aPingIsUnderstoodHoweverItIsWritten(String text) {
        assertThat(parse(text)).isEqualTo(new Ping());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refresh_sectors",
                "{\"type\":\"refresh_sectors\"}",
                "{ \"x\":1, \"type\" : \"refresh_sectors\" }"
            })
    void aCommandIsUnderstoodAsPlainTextAndAsJson(String text) {
        assertThat(parse(text)).isEqualTo(new Named("refresh_sectors"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n\t",
                "{",
                "{}",
                "{}}",
                "{\"type\"",
                "{\"type\":",
                "{\"type\":\"ping\"",
                "{\"type\":\"ping\"}}",
                "{\"type\":\"ping\"} {\"type\":\"ping\"}",
                "{\"type\":\"ping\"}x",
                "{\"type\":\"ping\",}",
                "{'type':'ping'}",
                "{type:\"ping\"}",
                "{\"type\":1}",
                "{\"type\":null}",
                "{\"type\":[\"ping\"]}",
                "{\"type\":{\"type\":\"ping\"}}",
                "{\"Type\":\"ping\"}",
                "{\"inner\":{\"type\":\"ping\"}}",
                "{\"type\":\"\"}"
            })
    void whatIsNeitherIsUnknown(String text) {
        assertThat(parse(text)).isEqualTo(new Unknown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING", "Ping", "pong", "[\"ping\"]", "\"ping\"", "null", "42", "ping ping"})
    void otherShortTextIsANameThatNoCommandHas(String text) {
        assertThat(parse(text)).isEqualTo(new Named(text));
    }

    @Test
    void aNameIsAtMostSixtyFourLong() {
        String longest = "n".repeat(64);

        assertThat(parse(longest)).isEqualTo(new Named(longest));
        assertThat(parse("{\"type\":\"" + longest + "\"}")).isEqualTo(new Named(longest));
        assertThat(parse(longest + "n")).isEqualTo(new Unknown());
        assertThat(parse("{\"type\":\"" + longest + "n\"}")).isEqualTo(new Unknown());
    }

    @Test
    void aPingAsLongAsAMessageMayBeIsAPing() {
        String start = "{\"padding\":\"";
        String end = "\",\"type\":\"ping\"}";

        String text = start + "x".repeat(LARGEST - start.length() - end.length()) + end;

        assertThat(parse(text)).isEqualTo(new Ping());
        assertThat(parse(" ".repeat(LARGEST - 15) + "{\"type\":\"ping\"}")).isEqualTo(new Ping());
        assertThat(parse("{\"" + "n".repeat(40_000) + "\":0,\"type\":\"ping\"}"))
                .isEqualTo(new Ping());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "{\"type\":"})
    void deepNestingIsUnknown(String opening) {
        String deep = opening.repeat(LARGEST / opening.length() - 10);

        assertThat(parse(deep)).isEqualTo(new Unknown());
        assertThat(parse("{\"x\":" + deep)).isEqualTo(new Unknown());
    }

    @Test
    void acknowledgementsOfTooManyAtOnceAreUnknown() {
        String ids = "\"a\"" + ",\"a\"".repeat(Ack.MOST_IDS - 1);

        assertThat(parse("{\"type\":\"ack\",\"ids\":[" + ids + "]}"))
                .isInstanceOfSatisfying(Ack.class, ack -> assertThat(ack.ids()).hasSize(Ack.MOST_IDS));
        assertThat(parse("{\"type\":\"ack\",\"ids\":[" + ids + ",\"a\"]}")).isEqualTo(new Unknown());
        assertThat(parse("{\"type\":\"ack\",\"id\":\"a\",\"ids\":[" + ids + "]}"))
                .isEqualTo(new Unknown());
    }

    @Test
    void numbersWithoutEndAreUnknown() {
        assertThat(parse("{\"n\":" + "9".repeat(60_000) + ",\"type\":\"ping\"}"))
                .isInstanceOfAny(Unknown.class, Ping.class);
        assertThat(parse("{\"n\":1e" + "9".repeat(60_000))).isEqualTo(new Unknown());
    }

    @Test
    void bytesThatAreNoTextAreNotUnderstood() {
        byte[][] messages = {
            {(byte) 0xFF, (byte) 0xFE},
            {'{', 0},
            {'{', '"', (byte) 0xC3, '"', ':', '1', '}'},
            {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, '{', '}'},
            new byte[LARGEST],
            "{\"type\":\"ping\"}".getBytes(UTF_16LE)
        };
        for (byte[] message : messages) {
            assertThat(ClientMessage.parse(message))
                    .as(HexFormat.of().formatHex(Arrays.copyOf(message, 8)))
                    .isNotInstanceOf(Ping.class);
        }
    }

    /** Else a table shared by all connections would keep every member name that any client ever sent. */
    @Test
    void memberNamesAreNotRemembered() {
        assertThat(ClientMessage.Reader.JSON.isEnabled(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingThatAClientCanSendThrows(long seed) {
        var random = new Random(seed);
        List<String> seeds = List.of(
                "ping",
                "{\"type\":\"ping\",\"ts\":[1,2.5e10,null,true,{\"a\":\"\\u00e9\\n\"}]}",
                "{\"type\":\"refresh_sectors\"}",
                "{\"a\":{\"b\":{\"c\":[[[[]]]]}},\"type\":\"x\"}");
        for (int i = 0; i < 20_000; i++) {
            byte[] message = mutated(seeds.get(random.nextInt(seeds.size())).getBytes(UTF_8), random);
            assertThatCode(() -> ClientMessage.parse(message))
                    .as("seed %d, %s", seed, HexFormat.of().formatHex(message))
                    .doesNotThrowAnyException();
        }
    }

    private static byte[] mutated(byte[] original, Random random) {
        byte[] message = original;
        for (int changes = random.nextInt(6); changes >= 0; changes--) {
            message = changed(message, random);
        }
        return message;
    }

    @SuppressWarnings("RefactorSwitch") // yields in every branch read no better
    private static byte[] changed(byte[] message, Random random) {
        int at = random.nextInt(message.length + 1);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(message, at);
            case 1 -> inserted(message, at, (byte) random.nextInt(256));
            case 2 -> inserted(message, at, (byte) TELLING.charAt(random.nextInt(TELLING.length())));
            default -> repeated(message, at);
        };
    }

    private static byte[] inserted(byte[] message, int at, byte added) {
        byte[] more = Arrays.copyOf(message, message.length + 1);
        System.arraycopy(message, at, more, at + 1, message.length - at);
        more[at] = added;
        return more;
    }

    private static byte[] repeated(byte[] message, int length) {
        byte[] twice = Arrays.copyOf(message, message.length + length);
        System.arraycopy(message, 0, twice, message.length, length);
        return twice.length > LARGEST ? message : twice;
    }
}

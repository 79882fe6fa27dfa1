package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.protocol.CloseReason.Next;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CloseReasonTest {
    private static final int MOST_TEXT_BYTES = 123;

    /** The published catalogue: what a client may rely on. */
    private static final Map<String, String> CATALOGUE = Map.ofEntries(
            Map.entry("DISCONNECTED", "1000 Disconnected by operator"),
            Map.entry("SHUTDOWN", "1001 Server shutdown"),
            Map.entry("HEARTBEAT_TIMEOUT", "1001 Heartbeat timeout"),
            Map.entry("PROTOCOL_ERROR", "1002 Protocol error"),
            Map.entry("BINARY_MESSAGE", "1003 Text messages only"),
            Map.entry("INVALID_UTF8", "1007 Invalid UTF-8"),
            Map.entry("MESSAGE_TOO_BIG", "1009 Message too large"),
            Map.entry("INTERNAL_ERROR", "1011 Internal error"),
            Map.entry("CONNECTION_LIMIT", "1013 Connection limit reached"),
            Map.entry("SESSION_LIMIT", "1013 Session limit reached"),
            Map.entry("CONNECT_RATE", "1013 Too many new connections"),
            Map.entry("SLOW_CONSUMER", "1013 Reading too slowly"),
            Map.entry("CANNOT_CHECK_REVOCATION", "1013 Cannot check the token now"),
            Map.entry("HANDSHAKE_TIMEOUT", "1013 Handshake timeout"),
            Map.entry("AUTHENTICATION_FAILED", "4001 Authentication failed"),
            Map.entry("TOKEN_ENDED", "4001 Token expired or revoked"),
            Map.entry("ROLE_NOT_ALLOWED", "4003 Access denied"),
            Map.entry("ORIGIN_NOT_ALLOWED", "4003 Origin not allowed"),
            Map.entry("RATE_LIMITED", "4029 Rate limit exceeded"));

    @Test
    void theCatalogueIsAsPublished() {
        Map<String, String> actual = Arrays.stream(CloseReason.values())
                .collect(Collectors.toMap(Enum::name, reason -> reason.code() + " " + reason.text()));

        assertThat(actual).isEqualTo(CATALOGUE);
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void everyTextFitsIntoACloseFrame(CloseReason reason) {
        assertThat(US_ASCII.newEncoder().canEncode(reason.text())).isTrue();
        assertThat(reason.text().length()).isBetween(1, MOST_TEXT_BYTES);
    }

    /** RFC 6455 section 7.4: 1004 to 1006 and 1015 must never be sent; 1008 is not used here. */
    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void everyCodeMayBeSent(CloseReason reason) {
        assertThat(reason.code()).isNotIn(1004, 1005, 1006, 1008, 1010, 1012, 1014, 1015);
        assertThat(reason.code())
                .satisfiesAnyOf(
                        code -> assertThat(code).isBetween(1000, 1013),
                        code -> assertThat(code).isBetween(4000, 4999));
    }

    /** Deployed clients stop for good on these three codes and come back after every other. */
    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void clientsAreToldToStopExactlyByTheCodesThatStopThem(CloseReason reason) {
        boolean stops = Set.of(4001, 4003, 4029).contains(reason.code());

        assertThat(reason.next() == Next.STOP).isEqualTo(stops);
        assertThat(reason.next() == Next.RECONNECT_LATER).isEqualTo(reason.code() == 1013);
    }

    @Test
    void labelsAreLowerCaseAndUnique() {
        assertThat(Arrays.stream(CloseReason.values()).map(CloseReason::label))
                .doesNotHaveDuplicates()
                .allMatch(label -> label.matches("[a-z0-9_]+"));
    }
}

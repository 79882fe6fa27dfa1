package io.atalaya.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an HTTP answer in the place of a WebSocket tells. */
final class JdkConnectorTest {
    @ParameterizedTest
    @CsvSource({
        "5,5",
        "' 120 ',120",
        "'Wed, 21 Oct 2026 07:28:00 GMT',0",
        "-1,0",
        "99999999999999,0",
    })
    void aWishIsReadInSeconds(String field, int seconds) {
        var headers = HttpHeaders.of(Map.of("Retry-After", List.of(field)), (name, value) -> true);

        assertThat(JdkConnector.retryAfter(headers)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"429,LATER", "503,LATER", "502,RETRY", "404,RETRY", "401,RETRY"})
    void onlyAFullOrStoppingServerAsksForPatience(int status, After next) {
        assertThat(After.close(After.codeOfStatus(status))).isEqualTo(next);
    }
}

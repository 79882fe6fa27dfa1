package io.atalaya.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    @Test
    void theRequestKeepsPathAndQuery() {
        assertThat(subscription("ws://h:1/ws/diner?table_token=a.b&x=1").requestTarget(""))
                .isEqualTo("/ws/diner?table_token=a.b&x=1");
        assertThat(subscription("ws://h").requestTarget("")).isEqualTo("/");
    }

    @Test
    void aCursorTakesThePlaceOfTheOneBefore() {
        assertThat(subscription("ws://h/p?since=now&token=t").requestTarget("7-9"))
                .isEqualTo("/p?&token=t&since=7-9");
        assertThat(subscription("ws://h/p").requestTarget("7-9")).isEqualTo("/p?since=7-9");
    }

    @Test
    void theTokenIsNotShown() {
        assertThat(subscription("wss://h:1/p?token=secret")).hasToString("Subscription[wss://h:1/p]");
    }

    @Test
    void onlyWebSocketUrlsAreTaken() {
        assertThatThrownBy(() -> subscription("http://h/p?token=secret"))
                .hasMessage("url: http://h/p (expected: ws:// or wss:// with a host and a port up to 65535)");
    }

    @Test
    void theCursorIsReadFromTheEndOfAnEvent() {
        assertThat(received("{\"type\":\"A\",\"cursor\":\"1-z\"}").cursor()).isEqualTo("1-z");
        assertThat(received("{\"cursor\":\"1-z\",\"type\":7}").cursor()).isEmpty();
        assertThat(received("sectors_updated:5").cursor()).isEmpty();
        assertThat(received("").cursor()).isEmpty();
    }

    private static Received received(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Received(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    private static Subscription subscription(String uri) {
        return Subscription.to(URI.create(uri));
    }
}

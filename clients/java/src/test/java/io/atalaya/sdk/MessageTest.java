package io.atalaya.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageTest {
    @Test
    void readsWhatTheClientNeedsAndSkipsTheRest() {
        var text =
                "{\"type\":\"T\",\"entity\":{\"id\":\"inner\",\"cursor\":[1,{}]},\"id\":\"a\",\"cursor\":\"c-1\",\"redelivered\":true}";

        assertThat(Message.parse(text)).contains(new Message("T", "a", "c-1", null, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pong",
                "sectors_updated:5",
                "{",
                "{}",
                "{\"type\":1}",
                "{\"type\":\"T\"",
                "[{\"type\":\"T\"}]"
            })
    void anythingElseIsNoMessage(String text) {
        assertThat(Message.parse(text)).isEmpty();
    }
}

package io.atalaya.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

final class KeepAliveSocketsTest {
    @Test
    void aPeerThatHasGoneIsNoticedWithinHalfAMinute() throws IOException {
        try (Socket socket = new KeepAliveSockets().createSocket()) {
            assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            int seconds = socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
                    + socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)
                            * socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT);
            assertThat(seconds).isLessThanOrEqualTo(30);
        }
    }
}

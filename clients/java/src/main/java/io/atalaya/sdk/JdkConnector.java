package io.atalaya.sdk;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Connections of the JDK's own WebSocket. Thread-safe.
 *
 * <p>The next message is asked for when few of those received are still to be dealt with, so that a slow handler makes
 * the gateway wait instead of filling memory.
 */
final class JdkConnector implements Transport.Connector {
    private static final int MOST_UNHANDLED = 1_000;
    private static final int ABNORMAL = 1006;

    /** A close that cannot be sent for so long is not worth waiting for. */
    private static final int LINGER_SECONDS = 2;

    private final HttpClient http;

    JdkConnector(HttpClient http) {
        this.http = http;
    }

    @Override
    public Transport connect(URI address, Transport.Listener listener) {
        var connection = new Connection(listener);
        http.newWebSocketBuilder().buildAsync(address, connection).whenComplete((socket, failure) -> {
            if (failure != null) {
                connection.onRefused(failure);
            }
        });
        return connection;
    }

    /** The wish of an answer with {@code Retry-After} in seconds; zero without one, or with a date. */
    static Duration retryAfter(HttpHeaders headers) {
        return headers.firstValue("retry-after")
                .map(String::strip)
                .filter(text -> text.matches("\\d{1,9}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(Duration.ZERO);
    }

    /** One connection. Thread-safe: the end is decided atomically, sends are chained under its monitor. */
    private static final class Connection implements WebSocket.Listener, Transport {
        private final Transport.Listener listener;
        private final StringBuilder text = new StringBuilder();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicInteger unhandled = new AtomicInteger();
        private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        private CompletableFuture<WebSocket> sent = opened;

        Connection(Transport.Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onOpen(WebSocket socket) {
            opened.complete(socket);
            if (ended.get()) {
                socket.abort();
                return;
            }
            listener.onOpen();
            socket.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (!last) {
                socket.request(1);
                return null;
            }
            String message = text.toString();
            text.setLength(0);
            if (!ended.get()) {
                boolean room = unhandled.incrementAndGet() < MOST_UNHANDLED;
                listener.onText(message, () -> onHandled(socket));
                if (room) {
                    socket.request(1);
                }
            }
            return null;
        }

        private void onHandled(WebSocket socket) {
            if (unhandled.getAndDecrement() == MOST_UNHANDLED) {
                socket.request(1);
            }
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            end(code, reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            end(ABNORMAL, "connection lost");
        }

        /** There is no WebSocket: nobody answered, or a server did in HTTP. */
        void onRefused(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof WebSocketHandshakeException refusal) {
                var answer = refusal.getResponse();
                end(
                        After.codeOfStatus(answer.statusCode()),
                        "HTTP " + answer.statusCode(),
                        retryAfter(answer.headers()));
            } else {
                end(ABNORMAL, "cannot connect");
            }
        }

        /** The JDK allows one send at a time. */
        @Override
        public synchronized void send(String message) {
            sent = sent.thenCompose(socket -> socket.sendText(message, true));
        }

        @Override
        public void close(int code, String reason) {
            opened.thenAccept(socket -> socket.sendClose(code, reason)
                    .orTimeout(LINGER_SECONDS, TimeUnit.SECONDS)
                    .whenComplete((closed, failure) -> socket.abort()));
            end(code, reason);
        }

        private void end(int code, String reason) {
            end(code, reason, Duration.ZERO);
        }

        private void end(int code, String reason, Duration retryAfter) {
            if (ended.compareAndSet(false, true)) {
                listener.onEnd(code, reason, retryAfter);
            }
        }
    }
}

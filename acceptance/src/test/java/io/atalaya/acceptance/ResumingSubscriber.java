package io.atalaya.acceptance;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One phone at a table that comes back after every loss and continues after the last event that it saw. Thread-safe:
 * what it has seen is guarded by its own monitor; one thread of its own connects.
 */
final class ResumingSubscriber implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI gateway;
    private final String token;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Thread thread;
    private final List<String> ids = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private String cursor = "now";
    private volatile boolean closed;

    ResumingSubscriber(URI gateway, String token) {
        this.gateway = gateway;
        this.token = token;
        this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        while (!closed) {
            try {
                follow();
                Thread.sleep(PAUSE);
            } catch (CompletionException _) {
                pause(); // nobody listens now; the gateway is coming back
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() throws InterruptedException {
        var ended = new CountDownLatch(1);
        var address = "ws://%s/ws/diner?table_token=%s&since=%s"
                .formatted(gateway.getAuthority(), URLEncoder.encode(token, StandardCharsets.UTF_8), position());
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener(ended))
                .join();
        ended.await();
        socket.abort();
    }

    private synchronized String position() {
        return cursor;
    }

    private synchronized void onMessage(String text) {
        JsonNode message = JSON.readTree(text);
        if (message.has("cursor")) {
            cursor = message.get("cursor").asString();
        }
        switch (message.path("type").asString("")) {
            case "position" -> notifyAll();
            case "gap" -> gaps.add(text);
            default -> ids.add(message.get("id").asString());
        }
    }

    /** Returns when the subscriber knows its first position. */
    synchronized void awaitPosition() throws InterruptedException {
        while (cursor.equals("now")) {
            wait();
        }
    }

    /** The ids of the events seen so far, in their order. */
    synchronized List<String> ids() {
        return List.copyOf(ids);
    }

    /** The gap messages seen. */
    synchronized List<String> gaps() {
        return List.copyOf(gaps);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        http.shutdownNow();
    }

    /** Collects the pieces of text messages. Confined to the socket's calls, which come one at a time. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final CountDownLatch ended;

        Listener(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                onMessage(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ended.countDown();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ended.countDown();
        }
    }
}

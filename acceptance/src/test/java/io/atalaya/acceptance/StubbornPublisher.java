package io.atalaya.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A backend that publishes numbered events in small requests and repeats each request, with the same ids, until it is
 * acknowledged. Thread-safe: what was acknowledged is guarded by its own monitor; one thread of its own publishes.
 */
final class StubbornPublisher implements AutoCloseable {
    private static final int MOST_EVENTS = 20;

    private final URI events;
    private final String key;
    private final Random random;
    private final List<String> types;
    private final Duration pause;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Thread thread;
    private final List<Published> acknowledged = new ArrayList<>();
    private volatile boolean closed;

    /** An event that the gateway has said to be committed. */
    record Published(String id, int session) {
        /** Ids of the events of one session, in their order. */
        static List<String> ids(List<Published> published, int session) {
            return published.stream()
                    .filter(event -> event.session() == session)
                    .map(Published::id)
                    .toList();
        }
    }

    /**
     * @param types the events go to the tables 1, 2, …, by chance: those of each table are of its type
     * @param pause between two requests
     */
    StubbornPublisher(URI gateway, String key, List<String> types, Duration pause, long seed) {
        this.events = gateway.resolve("/api/v1/events");
        this.key = key;
        this.types = List.copyOf(types);
        this.pause = pause;
        this.random = new Random(seed);
        this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        int next = 0;
        while (!closed) {
            var request = new ArrayList<Published>();
            int size = 1 + random.nextInt(MOST_EVENTS);
            for (int i = 0; i < size; i++) {
                request.add(new Published("e" + next++, 1 + random.nextInt(types.size())));
            }
            publish(request);
            pause();
        }
    }

    /** Repeats until it is acknowledged, even after the close: nothing stays half published. */
    private void publish(List<Published> request) {
        HttpRequest post = HttpRequest.newBuilder(events)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(
                        request.stream().map(this::json).collect(Collectors.joining(",", "[", "]"))))
                .build();
        while (!isAccepted(post)) {
            Thread.onSpinWait();
        }
        synchronized (this) {
            acknowledged.addAll(request);
        }
    }

    private void pause() {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private String json(Published event) {
        return "{\"id\":\"%s\",\"type\":\"%s\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":%d}"
                .formatted(event.id(), types.get(event.session() - 1), event.session());
    }

    private boolean isAccepted(HttpRequest post) {
        try {
            HttpResponse<String> answer = http.send(post, BodyHandlers.ofString());
            if (answer.statusCode() != 202 && answer.statusCode() < 429) {
                throw new AssertionError(
                        "publish: %d %s (expected: 202, or try again)".formatted(answer.statusCode(), answer.body()));
            }
            return answer.statusCode() == 202 || pauseAndRefuse();
        } catch (IOException _) {
            return pauseAndRefuse();
        } catch (InterruptedException _) {
            throw new AssertionError("interrupted while publishing");
        }
    }

    private static boolean pauseAndRefuse() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** What was acknowledged so far, in that order. */
    synchronized List<Published> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Ends after the request under way; returns when that is acknowledged. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.shutdownNow();
    }
}

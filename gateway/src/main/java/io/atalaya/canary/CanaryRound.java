package io.atalaya.canary;

import io.atalaya.canary.CanaryBook.Outcome;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One round: connect, wait for the session, publish, wait for the event. Confined to the canary's thread, which it blocks;
 * what the socket brings comes in by futures.
 */
final class CanaryRound {
    private final HttpClient client;
    private final String authority;
    private final CanaryIdentity identity;
    private final LongSupplier nanoClock;
    private final long deadlineNanos;
    private final CompletableFuture<Boolean> there = new CompletableFuture<>();
    private final CompletableFuture<Long> received = new CompletableFuture<>();
    private long publishedNanos;

    /** @param authority host and port of the public port */
    CanaryRound(
            HttpClient client, String authority, CanaryIdentity identity, LongSupplier nanoClock, Duration patience) {
        this.client = client;
        this.authority = authority;
        this.identity = identity;
        this.nanoClock = nanoClock;
        this.deadlineNanos = nanoClock.getAsLong() + patience.toNanos();
    }

    /** Runs the round. */
    Outcome run(String id, Instant now) throws InterruptedException {
        WebSocket socket = connect(id);
        if (socket == null) {
            return Outcome.NOT_CONNECTED;
        }
        try {
            if (await(there) == null) {
                return Outcome.NOT_CONNECTED;
            }
            publishedNanos = nanoClock.getAsLong();
            if (!publish(id, now)) {
                return Outcome.NOT_PUBLISHED;
            }
            return await(received) == null ? Outcome.LOST : Outcome.DELIVERED;
        } finally {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").whenComplete((_, _) -> socket.abort());
        }
    }

    /** From publishing to receiving; of a round that was delivered. */
    long latencyNanos() {
        return received.getNow(publishedNanos) - publishedNanos;
    }

    private @Nullable WebSocket connect(String id) throws InterruptedException {
        URI target = URI.create("ws://" + authority + identity.target());
        CompletableFuture<WebSocket> connecting = client.newWebSocketBuilder()
                .connectTimeout(Duration.ofNanos(Math.max(1, leftNanos())))
                .buildAsync(target, new Ear(id));
        WebSocket socket = await(connecting);
        if (socket == null) {
            connecting.thenAccept(WebSocket::abort); // it may still come
        }
        return socket;
    }

    private boolean publish(String id, Instant now) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://" + authority + "/api/v1/events"))
                .header("Authorization", identity.authorization())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofNanos(Math.max(1, leftNanos())))
                .POST(HttpRequest.BodyPublishers.ofByteArray(identity.event(id, now)));
        HttpResponse<Void> answer = await(client.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding()));
        return answer != null && answer.statusCode() == 202;
    }

    private long leftNanos() {
        return deadlineNanos - nanoClock.getAsLong();
    }

    /** What comes of a future in time; null when nothing does. */
    private <T> @Nullable T await(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get(Math.max(0, leftNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return null;
        }
    }

    /** Hears the socket, on threads of its client, one call at a time. */
    private final class Ear implements WebSocket.Listener {
        private final String member;
        private final StringBuilder text = new StringBuilder();

        Ear(String id) {
            this.member = '"' + id + '"';
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                if (text.indexOf("\"position\"") >= 0) {
                    there.complete(true);
                } else if (text.indexOf(member) >= 0) {
                    received.complete(nanoClock.getAsLong());
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            onEnd("closed with " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            onEnd(failure.toString());
        }

        private void onEnd(String why) {
            there.completeExceptionally(new IllegalStateException(why));
            received.completeExceptionally(new IllegalStateException(why));
        }
    }
}

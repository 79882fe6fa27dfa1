package io.atalaya.demo.incident;

import io.atalaya.client.CloseCode;
import io.atalaya.client.Connection;
import io.atalaya.client.Received;
import io.atalaya.client.ReconnectPolicy.Next;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** A guest at the same table who reads everything. Thread-safe: its event loop counts, anybody reads. */
final class AttentivePhone implements Connection.Listener {
    private static final String PING = "{\"type\":\"ping\"}";

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicLong received = new AtomicLong();
    private volatile String ended = "";
    private volatile boolean leaving;

    /** Completes when the session is subscribed, exceptionally when it is not let in. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    long received() {
        return received.get();
    }

    /** Why it was cut off; empty while it is not. */
    String ended() {
        return ended;
    }

    /** From now on the end is expected. */
    void leave() {
        leaving = true;
    }

    @Override
    public void onOpen(Connection connection) {
        connection.send(PING);
    }

    @Override
    public void onPong(Connection connection) {
        ready.complete(null);
    }

    @Override
    public void onEvent(Connection connection, Received event) {
        received.incrementAndGet();
    }

    @Override
    public void onClose(Connection connection, CloseCode code, String reason, Next next) {
        onEnd("closed with " + code + " " + reason);
    }

    @Override
    public void onFailure(Connection connection, String what, Next next) {
        onEnd(what);
    }

    private void onEnd(String why) {
        if (!leaving) {
            ended = why;
        }
        ready.completeExceptionally(new IllegalStateException(why));
    }
}

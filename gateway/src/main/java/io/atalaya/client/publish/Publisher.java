package io.atalaya.client.publish;

import io.atalaya.client.ClientLoops;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Publishes events over HTTP on kept-alive connections. Thread-safe: everything happens on one event loop, which
 * requests are handed to. Never sends a request twice by itself: whether that is safe only the caller knows.
 */
public final class Publisher implements AutoCloseable {
    private final PublishTarget target;
    private final ClientLoops loops;
    private final EventLoop loop;

    private final Queue<Request> waiting = new ArrayDeque<>();
    private final Queue<PublishLane> idle = new ArrayDeque<>();
    private int lanes;
    private boolean closed;

    /** Connects on first use. */
    public Publisher(ClientLoops loops, PublishTarget target) {
        this.loops = loops;
        this.target = target;
        this.loop = loops.next();
    }

    /** A request with the stage that its outcome completes. */
    record Request(PublishBody body, CompletableFuture<PublishOutcome> outcome) {}

    /**
     * Publishes without blocking. Requests of one caller are sent in order; with several connections they may arrive
     * in another.
     *
     * @return completes normally with an outcome, on the event loop; never exceptionally
     */
    public CompletionStage<PublishOutcome> publish(PublishBody body) {
        var request = new Request(body, new CompletableFuture<>());
        loop.execute(() -> onRequest(request));
        return request.outcome();
    }

    private void onRequest(Request request) {
        if (closed) {
            request.outcome().complete(new PublishOutcome.NotSent("the publisher is closed"));
        } else if (!idle.isEmpty()) {
            idle.remove().send(request);
        } else if (waiting.size() >= target.maxWaiting()) {
            request.outcome().complete(new PublishOutcome.NotSent("more than " + target.maxWaiting() + " waiting"));
        } else {
            waiting.add(request);
            openLane();
        }
    }

    private void openLane() {
        if (lanes < target.connections()) {
            lanes++;
            new PublishLane(this, target, loops, loop).connect();
        }
    }

    /** A lane can take a request. */
    void onIdle(PublishLane lane) {
        Request next = waiting.poll();
        if (next != null) {
            lane.send(next);
        } else if (closed) {
            lane.close();
        } else {
            idle.add(lane);
        }
    }

    /** A lane lost its connection; another is opened when there is work for it. */
    void onLaneClosed(PublishLane lane) {
        lanes--;
        idle.remove(lane);
        if (!waiting.isEmpty()) {
            openLane();
        }
    }

    /** No connection can be made: whoever waits is told, or they would wait for ever. */
    void onUnreachable(String what) {
        lanes--;
        if (lanes == 0) {
            for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
                next.outcome().complete(new PublishOutcome.NotSent(what));
            }
        }
    }

    /** Lets requests under way finish and closes the connections. Returns at once. */
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            for (PublishLane lane = idle.poll(); lane != null; lane = idle.poll()) {
                lane.close();
            }
        });
    }
}

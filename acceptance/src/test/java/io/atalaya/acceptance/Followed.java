package io.atalaya.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What one client has told of its endpoint. Thread-safe: guarded by its own monitor. */
final class Followed {
    private final String name;
    private final CountDownLatch positioned = new CountDownLatch(1);
    private final List<String> ids = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private final List<String> states = new ArrayList<>();

    Followed(String name) {
        this.name = name;
    }

    void onPosition() {
        positioned.countDown();
    }

    synchronized void onEvent(String id) {
        ids.add(id);
    }

    synchronized void onGap(String reason) {
        gaps.add(reason);
    }

    synchronized void onState(String state) {
        states.add(state);
    }

    /** Waits until the client knows where it is, so that it misses nothing from now on. */
    void awaitPosition() throws InterruptedException {
        if (!positioned.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError(name + ": no position within 30 s; states " + states());
        }
    }

    String name() {
        return name;
    }

    /** The events that its handlers got, in order. */
    synchronized List<String> ids() {
        return List.copyOf(ids);
    }

    /** Reasons of the gaps that it was told of. */
    synchronized List<String> gaps() {
        return List.copyOf(gaps);
    }

    /** Everything that became of its connections. */
    synchronized List<String> states() {
        return List.copyOf(states);
    }

    @Override
    public String toString() {
        return name;
    }
}

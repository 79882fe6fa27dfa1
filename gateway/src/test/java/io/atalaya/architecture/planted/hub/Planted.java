package io.atalaya.architecture.planted.hub;

import java.util.concurrent.locks.ReentrantLock;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** Locks in a block, also within a lambda. */
    static final class LocksABlock {
        private final Object monitor = new Object();

        Runnable work() {
            return () -> {
                synchronized (monitor) {
                    monitor.notifyAll();
                }
            };
        }
    }

    /** Locks a method. */
    static final class LocksAMethod {
        private int count;

        synchronized int next() {
            return ++count;
        }
    }

    /** Locks by library. */
    static final class UsesALock {
        void work() {
            new ReentrantLock().lock();
        }
    }

    /** For {@code config} to use without leave. */
    public static final class Shared {
        public void touch() {}
    }
}

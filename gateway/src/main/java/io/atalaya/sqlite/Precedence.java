package io.atalaya.sqlite;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lets appends go before work that can wait, without ever stopping it. Confined to the writer.
 *
 * <p>Producers wait for an append, nobody waits for the archive: what it does not take now stays in the log. So after a
 * piece of patient work that took a while the next one waits {@value #SHARE} times as long, provided that appends have
 * come in between. That leaves patient work a fifth of a busy writer, and all of an idle one.
 *
 * @param <W> the pieces of work
 */
final class Precedence<W> {
    private static final int SHARE = 4;

    private final Deque<W> waiting = new ArrayDeque<>();
    /** Whether an append went before since the last of it. */
    private boolean contended;

    private long notBeforeNanos;

    void add(W work) {
        waiting.add(work);
    }

    /** An append went before. */
    void onAppend() {
        contended = true;
    }

    /** A piece of patient work was done. */
    void onDone(long startNanos, long endNanos) {
        contended = false;
        notBeforeNanos = endNanos + SHARE * (endNanos - startNanos);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How long what waits has to wait from now; 0 when its turn has come. Meaningless when nothing waits. */
    long nanosLeft(long nowNanos) {
        return contended ? Math.max(0, notBeforeNanos - nowNanos) : 0;
    }

    /** Whether what waits has given way long enough: it goes before the next append. */
    boolean isOverdue(long nowNanos) {
        return contended && nowNanos - notBeforeNanos >= 0;
    }

    /** Takes the oldest whose turn has come. */
    @Nullable
    W due(long nowNanos) {
        return nanosLeft(nowNanos) == 0 ? waiting.poll() : null;
    }

    /** Takes the oldest, whether its turn has come or not. */
    @Nullable
    W rest() {
        return waiting.poll();
    }
}

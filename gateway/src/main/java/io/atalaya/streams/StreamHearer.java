package io.atalaya.streams;

import io.atalaya.log.EventLog.CommitListener;
import io.atalaya.log.EventLog.Entry;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Hears what anybody stores, and says when it needs a pause. Immutable.
 *
 * @param behind whether it has enough for now; what follows then waits in Redis
 */
public record StreamHearer(CommitListener listener, BooleanSupplier behind) {
    boolean isBehind() {
        return behind.getAsBoolean();
    }

    void onCommitted(List<Entry> entries) {
        listener.onCommitted(entries);
    }
}

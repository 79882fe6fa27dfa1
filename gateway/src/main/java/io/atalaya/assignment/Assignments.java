package io.atalaya.assignment;

import io.atalaya.event.TenantId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Looks up what is assigned to a user today. Thread-safe; never blocks the caller.
 *
 * <p>A source that cannot be read degrades to an empty list: a waiter without sectors still gets what concerns the
 * whole branch. The failure is counted by the implementation, not hidden.
 */
public interface Assignments {
    /** Today's assignments, possibly from a cache. Completes normally, never exceptionally. */
    CompletionStage<List<Assignment>> of(TenantId tenant, String subject);

    /** Today's assignments, past any cache. Completes normally, never exceptionally. */
    CompletionStage<List<Assignment>> refresh(TenantId tenant, String subject);
}

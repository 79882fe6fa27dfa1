package io.atalaya.assignment;

import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.event.TenantId;
import java.util.List;

/**
 * Assignments as operators see and edit them. Thread-safe. Every method may block, so it belongs on no event loop, and
 * throws {@link AssignmentException} when the register cannot be read or written; then nothing has changed.
 */
public interface AssignmentRegister {
    /** The entries of a tenant, past and future ones too; at most {@link AssignmentStore#MAX_ENTRIES}. */
    List<Entry> list(TenantId tenant);

    /**
     * Adds an entry.
     *
     * @return false when it was there already
     * @throws IllegalArgumentException when this register cannot hold such an entry; the text says what it expects
     */
    boolean put(Entry entry);

    /**
     * Removes an entry.
     *
     * @return false when there was none like it
     */
    boolean remove(Entry entry);
}

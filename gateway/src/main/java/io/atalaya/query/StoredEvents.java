package io.atalaya.query;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds one event by its id, wherever it is kept. Immutable; made of thread-safe parts. */
public final class StoredEvents {
    private final MissedEvents log;
    private final @Nullable Archive archive;

    /**
     * @param log where events are that the archive has not taken yet
     * @param archive where all others are; null where there is none
     */
    public StoredEvents(MissedEvents log, @Nullable Archive archive) {
        this.log = log;
        this.archive = archive;
    }

    /**
     * The event of that name; empty when the archive has none, and the log none among its newest. May block.
     *
     * @throws ArchiveException when the archive cannot be asked and the log does not have it
     */
    public Optional<Entry> find(TenantId tenant, EventId id) {
        ArchiveException away = null;
        if (archive != null) {
            try {
                Optional<Entry> archived = archive.find(tenant, id);
                if (archived.isPresent()) {
                    return archived;
                }
            } catch (ArchiveException failure) {
                away = failure;
            }
        }
        List<Entry> logged = log.newest(tenant, 0, 1, event -> event.id().equals(id));
        if (logged.isEmpty() && away != null) {
            throw away;
        }
        return logged.stream().findFirst();
    }
}

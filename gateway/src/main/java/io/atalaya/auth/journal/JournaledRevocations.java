package io.atalaya.auth.journal;

import io.atalaya.auth.InMemoryRevocationList;
import io.atalaya.auth.InMemoryRevocationList.Revocation;
import io.atalaya.auth.Principal;
import io.atalaya.auth.RevocationList;
import io.atalaya.event.TenantId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A list in memory whose revocations are in a file before they take effect. Thread-safe: questions go to the list, which
 * never waits; edits are made on the worker, one at a time under this object's monitor.
 *
 * <p>The file is {@value #FILE} in the data directory, one JSON object a line, rewritten when most of it no longer
 * matters. It is made by the first revocation, and from then on belongs to one process.
 */
public final class JournaledRevocations implements RevocationList, AutoCloseable {
    /** The file's name in the data directory. */
    public static final String FILE = "revocations.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(JournaledRevocations.class);
    /** Lines that may be superfluous before the file is worth rewriting. */
    private static final int SLACK = 100;

    private final InMemoryRevocationList memory;
    private final InstantSource clock;
    private final Executor worker;
    private final RevocationJournal journal;
    private boolean closed;

    /**
     * Reads what was revoked before.
     *
     * @param memory empty, and written to by nobody else
     * @param worker may be blocked
     * @throws JournalException when the file cannot be read or holds something that is no revocation
     */
    public JournaledRevocations(
            InMemoryRevocationList memory, Path dataDirectory, InstantSource clock, Executor worker) {
        this.memory = memory;
        this.clock = clock;
        this.worker = worker;
        this.journal = new RevocationJournal(dataDirectory.resolve(FILE));
        journal.read().forEach(this::remember);
        if (memory.size() > 0) {
            LOG.atInfo().addKeyValue("revocations", memory.size()).log("revocations read");
        }
    }

    private void remember(Revocation revocation) {
        if (revocation.until().isAfter(clock.instant()) && !memory.put(revocation)) {
            throw new JournalException(memory.full());
        }
    }

    @Override
    public CompletionStage<Status> status(Principal principal) {
        return memory.status(principal);
    }

    @Override
    public CompletionStage<Void> revokeToken(String tokenId, Instant expiresAt) {
        return CompletableFuture.runAsync(() -> add(Revocation.ofToken(tokenId, expiresAt)), worker);
    }

    @Override
    public CompletionStage<Void> revokeUser(TenantId tenant, String subject, Instant before) {
        return CompletableFuture.runAsync(
                () -> add(Revocation.ofUser(tenant, subject, before, clock.instant())), worker);
    }

    private synchronized void add(Revocation revocation) {
        if (!revocation.until().isAfter(clock.instant())) {
            return;
        }
        if (!memory.hasRoomFor(revocation)) {
            throw new CompletionException(new JournalException(memory.full()));
        }
        try {
            if (closed) {
                throw new JournalException("revocations: closed (expected: open)");
            }
            if (!journal.isOpen()) {
                // what another process wrote since the start
                journal.open().forEach(this::remember);
            }
            journal.append(revocation);
        } catch (IOException | JournalException failure) {
            LOG.atError().setCause(failure).addKeyValue("file", journal.file()).log("revocation not kept");
            throw new CompletionException(failure);
        }
        memory.put(revocation);
        compact();
    }

    /** A file that could not be rewritten is complete all the same, only longer than it need be. */
    private void compact() {
        if (journal.lines() <= 2L * memory.size() + SLACK) {
            return;
        }
        try {
            journal.rewrite(memory.revocations());
        } catch (IOException failure) {
            LOG.atWarn().setCause(failure).addKeyValue("file", journal.file()).log("revocations not compacted");
        }
    }

    /** Revocations held, those included that no longer matter and were not yet removed. */
    public int size() {
        return memory.size();
    }

    /** Leaves the file to the next process. */
    @Override
    public synchronized void close() {
        closed = true;
        journal.close();
    }
}

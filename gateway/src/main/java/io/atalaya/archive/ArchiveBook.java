package io.atalaya.archive;

import io.atalaya.archive.Archive.Counts;

/**
 * What became of every event of the log, at one instant. Immutable.
 *
 * <p>The log counts what it stored and what was confirmed to it; the archive counts, in its own transactions, what it
 * took. The two are compared: the archive may be ahead of the confirmations by what the writer has in hand and by
 * nothing else. So no event is lost or counted twice on the way without the book saying so.
 *
 * @param logged events that the log has stored
 * @param confirmed those that the archive's writer has confirmed to it
 * @param inHand events taken from the log and not confirmed yet: any of them may be in the archive already
 * @param others events that other processes may have archived or confirmed since they were last looked at; 0 where no
 *     other process archives this log
 * @param counts states of this log's events in the archive
 */
public record ArchiveBook(long logged, long confirmed, long inHand, long others, Counts counts) {
    /** Events that are in the archive without being confirmed. */
    public long ahead() {
        return counts.taken() - confirmed;
    }

    /** Events that the archive has still to take. */
    public long backlog() {
        return logged - confirmed - ahead();
    }

    /** Whether every event is in exactly one state: {@code logged = archived + backlog + dead_lettered + purged}. */
    public boolean balanced() {
        return ahead() >= -others && ahead() <= inHand + others && backlog() >= -others;
    }
}

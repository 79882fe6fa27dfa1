package io.atalaya.sqlite.archive;

import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.EventQuery;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.IdHash;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.archive.Tally.State;
import io.atalaya.sqlite.segment.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What is to be written for entries that are not archived yet, worked out before the writer is asked. Not modified once
 * made, but for the tally, which its transaction uses up.
 *
 * @param entries by row number, each once
 * @param segments of the runs among them that are long enough
 * @param rows the others
 */
record ArchiveBatch(
        NavigableMap<Long, Entry> entries, List<Segment> segments, List<ArchiveBatch.Placed> rows, Tally tally) {

    /** An entry and its row number. */
    record Placed(long row, Entry entry) {}

    /**
     * How batches are made. Immutable.
     *
     * @param members of the scope that events are found by
     * @param shortestRun entries with neighbouring rows that are worth a segment
     */
    record Maker(Positions positions, IdHash hash, ArchiveFields fields, List<String> members, int shortestRun) {

        ArchiveBatch of(List<Entry> entries) {
            var byRow = new TreeMap<Long, Entry>();
            for (Entry entry : entries) {
                byRow.putIfAbsent(positions.row(entry.cursor()), entry);
            }
            return of(byRow);
        }

        ArchiveBatch of(NavigableMap<Long, Entry> byRow) {
            var segments = new ArrayList<Segment>();
            var rows = new ArrayList<Placed>();
            var run = new ArrayList<Placed>();
            var tally = new Tally();
            byRow.forEach((row, entry) -> {
                if (!run.isEmpty() && !continues(run.getLast().row(), row)) {
                    keep(run, segments, rows);
                    run.clear();
                }
                run.add(new Placed(row, entry));
                tally.count(row, State.ARCHIVED, 1);
                count(tally, row, entry);
            });
            keep(run, segments, rows);
            return new ArchiveBatch(byRow, segments, rows, tally);
        }

        private static boolean continues(long before, long row) {
            return row == before + 1 && Buckets.of(row) == Buckets.of(before);
        }

        private void keep(List<Placed> run, List<Segment> segments, List<Placed> rows) {
            if (run.size() >= shortestRun) {
                segments.add(segment(
                        run.getFirst().row(), run.stream().map(Placed::entry).toList()));
            } else {
                rows.addAll(run);
            }
        }

        /** @param entries at consecutive rows of one range */
        Segment segment(long first, List<Entry> entries) {
            return Segment.of(first, entries, members, hash);
        }

        /** An archived event counts from now on. */
        void count(Tally tally, long row, Entry entry) {
            tally.comes(row, entry.atMillis(), EventQuery.Time.EVENT.of(entry));
            tally(tally, entry, 1);
        }

        /** An event that counts already is counted by the member of today, too. */
        void recount(Tally tally, Entry entry) {
            Event event = entry.event();
            fields.statistics()
                    .map(event.scope()::get)
                    .ifPresent(counted -> tally.member(event.tenant().value(), counted));
        }

        /** It counts, or with -1 it counts no more. */
        void tally(Tally tally, Entry entry, int more) {
            Event event = entry.event();
            String counted = fields.statistics().map(event.scope()::get).orElse(null);
            tally.event(entry.atMillis(), event.tenant().value(), event.type(), counted, more);
        }
    }
}

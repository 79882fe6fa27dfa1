package io.atalaya.sqlite.archive;

import io.atalaya.sqlite.IdHash;
import io.atalaya.sqlite.archive.Buckets.Bucket;
import io.atalaya.sqlite.segment.Filter;
import io.atalaya.sqlite.segment.Row;
import io.atalaya.sqlite.segment.Segment.Terms;
import io.atalaya.sqlite.segment.Sieve;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The archived events in segments that a filter selects. Confined to one query.
 *
 * <p>Each column of a row that is asked for is read whole, so they are asked for one by one: the sieve, then the words of a
 * segment whose sieve does not deny what is wanted, then the columns of one whose words have it.
 */
final class SegmentSearch implements AutoCloseable {
    private static final String WITHIN = " WHERE segments.first BETWEEN (?1 << 12) AND (?1 << 12) + 4095";
    private static final String SEGMENTS = "SELECT segments.first, segments.events FROM segments" + WITHIN;
    private static final String SIEVES = "SELECT segments.first, segments.events, sieve FROM segments"
            + " LEFT JOIN segment_sieves ON segment_sieves.first = segments.first" + WITHIN;

    private final Filter filter;
    private final long[] prints;
    private final PreparedStatement segments;
    private final PreparedStatement words;
    private final PreparedStatement columns;

    SegmentSearch(Connection connection, Filter filter, IdHash hash) throws SQLException {
        this.filter = filter;
        this.prints = Sieve.prints(filter.equal(), hash);
        this.segments = connection.prepareStatement(filter.equal().isEmpty() ? SEGMENTS : SIEVES);
        this.words = connection.prepareStatement("SELECT words FROM segments WHERE first = ?");
        this.columns = connection.prepareStatement("SELECT columns FROM segments WHERE first = ?");
    }

    /** Hands over the rows of a range. */
    void in(Bucket bucket, Consumer<Row> found) throws SQLException {
        for (Segments.Run run : possible(bucket)) {
            Terms terms = terms(run);
            if (terms != null) {
                terms.select(filter, run.first(), run.events(), blob(columns, run), found);
            }
        }
    }

    private List<Segments.Run> possible(Bucket bucket) throws SQLException {
        var runs = new ArrayList<Segments.Run>();
        segments.setLong(1, bucket.number());
        try (ResultSet segment = segments.executeQuery()) {
            while (segment.next()) {
                byte[] sieve = filter.equal().isEmpty() ? null : segment.getBytes(3);
                if (sieve == null || Sieve.mayHave(sieve, prints)) {
                    runs.add(new Segments.Run(segment.getLong(1), segment.getInt(2)));
                }
            }
        }
        return runs;
    }

    private @Nullable Terms terms(Segments.Run run) throws SQLException {
        return filter.equal().isEmpty() ? Terms.NONE : Terms.of(blob(words, run), filter.equal());
    }

    private static byte[] blob(PreparedStatement query, Segments.Run run) throws SQLException {
        query.setLong(1, run.first());
        try (ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("archive: no segment at %d (expected: one)".formatted(run.first()));
            }
            return row.getBytes(1);
        }
    }

    @Override
    public void close() throws SQLException {
        segments.close();
        words.close();
        columns.close();
    }
}

package io.atalaya.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionsTest {
    @TempDir
    private Path directory;

    @Test
    void theFilesOwnLogHasItsOffsets() throws SQLException, java.io.IOException {
        try (SqliteFile file = SqliteFile.open(directory);
                Connection connection = file.writer()) {
            var positions = new Positions(connection, 500);

            assertThat(positions.row(new Cursor(500, 77))).isEqualTo(77);
            assertThat(positions.cursor(77)).isEqualTo(new Cursor(500, 77));
        }
    }

    @Test
    void rowsAreOrderedAsPositionsAreAndOutliveARestart() throws SQLException, java.io.IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (SqliteFile file = SqliteFile.open(directory);
                Connection connection = file.writer()) {
            var positions = new Positions(connection, 1L << 31);
            var cursors = new ArrayList<Cursor>();
            for (int i = 0; i < 12; i++) {
                long epoch = random.nextLong(1L << 32);
                positions.add(connection, epoch);
                cursors.add(new Cursor(epoch, random.nextLong(1L << 40)));
                cursors.add(new Cursor(epoch, 1));
            }
            cursors.add(new Cursor(1L << 31, 3));
            cursors.sort(null);

            List<Long> rows = cursors.stream().map(positions::row).toList();

            assertThat(rows).as("seed %d", seed).isSorted();
            assertThat(rows.stream()
                            .map(new Positions(connection, 1L << 31)::cursor)
                            .toList())
                    .as("seed %d", seed)
                    .isEqualTo(cursors);
        }
    }

    @Test
    void aPositionOfALogNeverMetStandsBetweenItsNeighbours() throws SQLException, java.io.IOException {
        try (SqliteFile file = SqliteFile.open(directory);
                Connection connection = file.writer()) {
            var positions = new Positions(connection, 100);
            positions.add(connection, 300);

            long row = positions.row(new Cursor(200, 5));

            assertThat(row).isGreaterThan(positions.row(new Cursor(100, 1L << 41)));
            assertThat(row).isLessThan(positions.row(new Cursor(300, 1)));
        }
    }
}

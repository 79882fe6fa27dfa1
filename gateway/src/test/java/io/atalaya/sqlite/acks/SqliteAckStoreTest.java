package io.atalaya.sqlite.acks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.AckStore.Totals;
import io.atalaya.ack.AckStoreContract;
import io.atalaya.event.Cursor;
import io.atalaya.log.LogConfig;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.log.SqliteEventLog;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteAckStoreTest extends AckStoreContract {
    @TempDir
    private Path directory;

    private @Nullable SqliteEventLog log;

    @Override
    protected AckStore create(AckBounds bounds) {
        if (log == null) {
            takeTheContractsEpoch(directory);
            log = openLog(directory);
        } else {
            log.store().transact(connection -> {
                SqliteFile.execute(connection, "DELETE FROM acks");
                SqliteFile.execute(connection, "DELETE FROM ack_shares");
                SqliteFile.execute(
                        connection,
                        "UPDATE ack_counts SET wanted = 0, acknowledged = 0, expired = 0,"
                                + " awaiting = 0, forgotten = 0");
                return true;
            });
        }
        return new SqliteAckStore(log.store(), bounds);
    }

    private static SqliteEventLog openLog(Path directory) {
        return SqliteEventLog.open(directory, LogConfig.defaults(), () -> Instant.EPOCH, _ -> {});
    }

    private static void takeTheContractsEpoch(Path directory) {
        openLog(directory).close();
        try (SqliteFile file = SqliteFile.open(directory);
                Connection connection = file.writer()) {
            Meta.write(connection, Meta.EPOCH, EPOCH);
            file.mark().write(new Cursor(EPOCH, 0));
        } catch (SQLException | IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    protected void release() {
        if (log != null) {
            log.close();
        }
    }

    @Test
    void itOutlivesTheProcessWithItsBook() {
        Path other = directory.resolve("other");
        takeTheContractsEpoch(other);
        try (SqliteEventLog first = openLog(other)) {
            new SqliteAckStore(first.store(), AckBounds.of(100))
                    .apply(List.of(delivered(ANNA, 1, 0), delivered(ANNA, 2, 0), acknowledged(ANNA, 1, 5)));
        }

        try (SqliteEventLog second = openLog(other)) {
            var after = new SqliteAckStore(second.store(), AckBounds.of(100));

            assertThat(after.totals()).isEqualTo(new Totals(2, 1, 0, 1));
            assertThat(after.awaiting(ANNA, Optional.empty(), 10)).hasSize(1);
            assertThat(after.apply(List.of(delivered(ANNA, 1, 9)))).hasSize(1);
            assertThat(after.totals().wanted()).isEqualTo(2);
        }
    }

    @Test
    void nothingIsKeptOfWhatIsForgotten() {
        AckStore store = create(100);
        store.apply(List.of(delivered(ANNA, 1, 0), delivered(BORIS, 1, 50_000), acknowledged(ANNA, 1, 1)));
        store.expire(2 * EXPIRES);
        assertThat(count("ack_events"))
                .as("one still waits for it, or did until now")
                .isEqualTo(1);

        store.expire(4 * EXPIRES);

        assertThat(count("acks")).isZero();
        assertThat(count("ack_events")).isZero();
        assertThat(count("ack_shares")).isZero();
        assertThat(store.totals()).isEqualTo(new Totals(2, 1, 1, 0));
    }

    private long count(String table) {
        assertThat(log).isNotNull();
        return log.store()
                .readers()
                .read(reader -> SqliteFile.number(reader.connection(), "SELECT count(*) FROM " + table));
    }
}

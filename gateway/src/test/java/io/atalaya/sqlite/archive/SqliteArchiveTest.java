package io.atalaya.sqlite.archive;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveModelContract;
import io.atalaya.archive.Entries;
import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogConfig;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.Packs;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.log.SqliteEventLog;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The file's own log has the epoch of the usual entries, so that these are rows of the log, and others are not. */
class SqliteArchiveTest extends ArchiveModelContract {
    @TempDir
    private Path directory;

    private SqliteEventLog log;

    @BeforeEach
    void openTheLog() throws SQLException, IOException {
        openLog().close();
        try (SqliteFile file = SqliteFile.open(directory);
                Connection connection = file.writer()) {
            Meta.write(connection, Meta.EPOCH, Entries.EPOCH);
            file.mark().write(new Cursor(Entries.EPOCH, 0));
        }
        log = openLog();
    }

    private SqliteEventLog openLog() {
        return SqliteEventLog.open(directory, LogConfig.defaults(), () -> Instant.EPOCH, _ -> {});
    }

    @AfterEach
    void closeTheLog() {
        log.close();
    }

    @Override
    protected Archive open(ArchiveFields fields, InstantSource clock) {
        return new SqliteArchive(log, fields, clock, SqliteArchive.SHORTEST_RUN);
    }

    @Override
    protected void onLogged(List<Entry> entries) {
        log.store().transact(connection -> {
            var packs = new Packs(connection);
            for (Entry entry : entries) {
                long row = entry.cursor().offset();
                if (entry.cursor().epoch() == Entries.EPOCH && packs.around(row).isEmpty()) {
                    packs.insert(row, List.of(entry));
                }
            }
            return entries.size();
        });
    }

    @Override
    protected void refuse(String type) {
        sql("CREATE TRIGGER refuse BEFORE INSERT ON archived WHEN NEW.type = '%s'".formatted(type)
                + " BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
    }

    @Override
    protected void acceptAll() {
        sql("DROP TRIGGER refuse");
    }

    SqliteEventLog log() {
        return log;
    }

    final void sql(String statement) {
        log.store().transact(connection -> {
            SqliteFile.execute(connection, statement);
            return statement;
        });
    }
}

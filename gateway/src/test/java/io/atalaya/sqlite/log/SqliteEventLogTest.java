package io.atalaya.sqlite.log;

import io.atalaya.log.EventLog;
import io.atalaya.log.EventLogContract;
import io.atalaya.log.LogConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteEventLogTest extends EventLogContract {
    @TempDir
    private Path directory;

    private int logs;

    @Override
    protected EventLog create(LogConfig config, InstantSource clock, EventLog.CommitListener listener) {
        return SqliteEventLog.open(directory.resolve("log" + logs++), config, clock, listener);
    }
}

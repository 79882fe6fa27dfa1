package io.atalaya.sqlite.archive;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveFields;
import java.time.InstantSource;

/** The same archive with nearly everything in segments, which meet rows in every range. */
class SegmentArchiveTest extends SqliteArchiveTest {
    @Override
    protected Archive open(ArchiveFields fields, InstantSource clock) {
        return new SqliteArchive(log(), fields, clock, 2);
    }

    @Override
    protected void refuse(String type) {
        super.refuse(type);
        sql("CREATE TRIGGER refuse_segment BEFORE INSERT ON segments WHEN instr(NEW.words, CAST('%s' AS BLOB)) > 0"
                        .formatted(type)
                + " BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
    }

    @Override
    protected void acceptAll() {
        super.acceptAll();
        sql("DROP TRIGGER refuse_segment");
    }
}

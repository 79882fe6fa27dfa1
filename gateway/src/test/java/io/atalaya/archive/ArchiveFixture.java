package io.atalaya.archive;

import static io.atalaya.archive.Entries.START;
import static io.atalaya.archive.Entries.TENANT;
import static io.atalaya.archive.Entries.entries;
import static io.atalaya.archive.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.DeadLetters.DeadLetter;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** An archive under test with its clock. Confined to the test. */
abstract class ArchiveFixture {
    static final ArchiveFields FIELDS = new ArchiveFields(List.of("branch_id", "service"), Optional.of("service"));

    static final Rejection REASON = new Rejection("odd", "not to the taste of the test");

    static final TenantId OTHER = new TenantId("2");

    /** Wall clock of the archive under test, in milliseconds since 1970. */
    final AtomicLong millis = new AtomicLong(START.toEpochMilli());

    final List<Archive> opened = new ArrayList<>();

    /**
     * Opens the store of this test, which is empty at the first call; every later call is another process with the same
     * store.
     *
     * @param clock for {@link DeadLetter#buried}
     */
    protected abstract Archive open(ArchiveFields fields, InstantSource clock);

    /** From now on the store itself refuses to archive events of this type. */
    protected abstract void refuse(String type);

    /** From now on the store refuses nothing. */
    protected abstract void acceptAll();

    /** Where a log shares the file with the archive: puts entries that are going to be stored or buried into it. */
    protected void onLogged(List<Entry> entries) {}

    /** The fields that the suite opens archives with. */
    protected static ArchiveFields fields() {
        return FIELDS;
    }

    final Archive open() {
        Archive archive = open(FIELDS, () -> Instant.ofEpochMilli(millis.get()));
        opened.add(archive);
        return archive;
    }

    @AfterEach
    final void closeEverything() {
        opened.forEach(Archive::close);
    }

    final int store(Archive archive, List<Entry> entries) {
        onLogged(entries);
        return archive.store(entries);
    }

    final boolean bury(Archive archive, Entry entry) {
        onLogged(List.of(entry));
        return archive.bury(entry, REASON);
    }

    static void assertSame(List<Entry> actual, List<Entry> expected) {
        assertThat(actual)
                .usingRecursiveFieldByFieldElementComparator()
                .isEqualTo(expected.stream().map(ModelArchive::kept).toList());
    }

    static List<Long> offsets(EventPage page) {
        return page.entries().stream().map(entry -> entry.cursor().offset()).toList();
    }

    static EventQuery all() {
        return EventQuery.of(TENANT);
    }

    static List<Entry> oldest(Archive archive) {
        return archive.events(EventQuery.everyTenant().in(Order.OLDEST_FIRST).limitedTo(1_000))
                .entries();
    }
}

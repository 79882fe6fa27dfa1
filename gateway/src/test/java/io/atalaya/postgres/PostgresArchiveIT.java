package io.atalaya.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.Archive;
import io.atalaya.archive.Archive.Relation;
import io.atalaya.archive.Archive.Size;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveModelContract;
import io.atalaya.archive.Entries;
import io.atalaya.archive.EventQuery;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The archive in PostgreSQL keeps the contract. */
final class PostgresArchiveIT extends ArchiveModelContract {
    private static PostgresServer server;
    private static URI database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
        database = server.createDatabase();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void empty() {
        try (Archive archive = open(fields(), InstantSource.system())) {
            archive.counts();
        }
        server.execute(
                database,
                "TRUNCATE event, event_bucket, event_place, dead_letter, tally_type, tally_member, tally_minute, log_count;"
                        + " DROP TRIGGER IF EXISTS refuse ON event");
    }

    static PostgresConfig config(URI database) {
        return new PostgresConfig(database, 4, Duration.ofSeconds(2), Duration.ofSeconds(20), OptionalLong.empty());
    }

    @Override
    protected Archive open(ArchiveFields fields, InstantSource clock) {
        return new PostgresArchive(config(database), fields, clock);
    }

    @Override
    protected void refuse(String type) {
        refuse(server, database, type);
    }

    /** Makes a database refuse events of a type. */
    static void refuse(PostgresServer server, URI database, String type) {
        server.execute(database, """
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.type = '%s' THEN RAISE EXCEPTION 'no %% here', NEW.type; END IF; RETURN NEW; END $$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()""".formatted(type));
    }

    @Override
    protected void acceptAll() {
        server.execute(database, "DROP TRIGGER IF EXISTS refuse ON event");
    }

    @Test
    void aFurtherFilterFindsWhatWasStoredBefore() {
        try (Archive before = open(fields(), InstantSource.system())) {
            before.store(List.of(
                    Entries.entry(new Cursor(1, 5), Entries.START, event("a", "7")),
                    Entries.entry(new Cursor(1, 9_000), Entries.START, event("b", "7")),
                    Entries.entry(new Cursor(2, 5), Entries.START, event("c", "8"))));
        }
        var more = new ArchiveFields(List.of("branch_id", "service", "table_id"), Optional.of("service"));

        try (Archive after = open(more, InstantSource.system())) {
            EventQuery query = EventQuery.of(Entries.TENANT).where("table_id", "7");
            after.store(List.of(Entries.entry(new Cursor(2, 6), Entries.START, event("d", "7"))));

            assertThat(after.events(query).entries())
                    .extracting(entry -> entry.event().id().value())
                    .containsExactly("d", "b", "a");
            assertThat(after.count(query)).isEqualTo(3);
        } finally {
            server.execute(database, "ALTER TABLE event DROP COLUMN member_table_id");
        }
    }

    private static Event event(String id, String table) {
        return Entries.event(Entries.TENANT, id, "TYPE", Map.of("table_id", table));
    }

    @Test
    void nothingIsLeftOfABucketWhoseEventsAreGone() {
        try (Archive archive = open(fields(), InstantSource.system())) {
            archive.store(Entries.entries(4_090, 4_100));

            archive.purge(Entries.START.plusMillis(4_096), 100);
            assertThat(server.query(database, "SELECT bucket FROM event_bucket"))
                    .containsExactly("1");
            assertThat(server.query(database, "SELECT DISTINCT bucket FROM event_place"))
                    .containsExactly("1");
            archive.purge(Entries.START.plusMillis(4_099), 100);
            assertThat(archive.count(EventQuery.of(Entries.TENANT).where("branch_id", "3")))
                    .isEqualTo(2);

            archive.purge(Entries.START.plusMillis(9_999), 100);
            assertThat(server.query(database, "SELECT bucket FROM event_bucket"))
                    .isEmpty();
            assertThat(server.query(database, "SELECT part FROM event_place")).isEmpty();
        }
    }

    @Test
    void whatItTakesIsToldByTableAndIndex() {
        try (Archive archive = open(fields(), InstantSource.system())) {
            archive.store(Entries.entries(1, 10));
            Size before = archive.size().orElseThrow();

            archive.store(Entries.entries(5_000, 8_000));

            Size after = archive.size().orElseThrow();
            assertThat(after.bytes()).isGreaterThan(before.bytes());
            assertThat(bytes(after, "event", false)).isGreaterThan(bytes(before, "event", false));
            assertThat(bytes(after, "event_pkey", true)).isGreaterThan(bytes(before, "event_pkey", true));
            assertThat(after.relations())
                    .extracting(Relation::name)
                    .contains("event_bucket", "event_place", "dead_letter", "tally_minute")
                    .doesNotHaveDuplicates();
            assertThat(after.relations().stream().mapToLong(Relation::bytes).sum())
                    .isLessThan(after.bytes());
        }
    }

    private static long bytes(Size size, String name, boolean index) {
        return size.relations().stream()
                .filter(relation -> relation.name().equals(name) && relation.index() == index)
                .mapToLong(Relation::bytes)
                .findFirst()
                .orElseThrow();
    }
}

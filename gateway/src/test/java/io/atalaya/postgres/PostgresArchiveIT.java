package io.atalaya.postgres;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveModelContract;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

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
                "TRUNCATE event, dead_letter, tally_type, tally_member, tally_minute, log_count;"
                        + " DROP TRIGGER IF EXISTS refuse ON event");
    }

    static PostgresConfig config(URI database) {
        return new PostgresConfig(database, 4, Duration.ofSeconds(2), Duration.ofSeconds(20));
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
}

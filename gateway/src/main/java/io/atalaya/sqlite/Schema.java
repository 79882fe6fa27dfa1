package io.atalaya.sqlite;

import io.atalaya.log.LogException;
import io.atalaya.sqlite.pack.RowsToPacks;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables and how a file of an older version gets them. Stateless. */
public final class Schema {
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

    /** "ATLY": whose file it is, for this program and for file(1). */
    private static final int APPLICATION = 0x41544C59;

    private static final List<String> EVENT_LOG = List.of("""
            CREATE TABLE meta(
              name TEXT PRIMARY KEY,
              value ANY NOT NULL
            ) STRICT, WITHOUT ROWID""", """
            CREATE TABLE events(
              offset INTEGER PRIMARY KEY,
              at_ms INTEGER NOT NULL, -- when the log took it
              tenant TEXT NOT NULL,
              id TEXT NOT NULL,
              type TEXT NOT NULL,
              ts_ms INTEGER NOT NULL, -- the event's own time, and
              ts_ns INTEGER NOT NULL, -- its nanoseconds beyond the millisecond
              scope TEXT NOT NULL, -- the routing members, a JSON object of texts
              body TEXT NOT NULL -- the event, a JSON object
            ) STRICT""", """
            CREATE TABLE chunks(
              first_offset INTEGER PRIMARY KEY,
              events INTEGER NOT NULL,
              bytes INTEGER NOT NULL, -- of their bodies
              facts BLOB NOT NULL -- fingerprint, time and length of each event
            ) STRICT""");

    private static final List<String> ARCHIVE = List.of(
            """
            CREATE TABLE logs(
              label INTEGER PRIMARY KEY, -- upper bits of events.offset
              epoch INTEGER NOT NULL UNIQUE
            ) STRICT""",
            """
            CREATE TABLE archived(
              position INTEGER PRIMARY KEY, -- events.offset
              at_ms INTEGER NOT NULL,
              ts_us INTEGER NOT NULL,
              tenant TEXT NOT NULL,
              type TEXT NOT NULL,
              id_hash INTEGER NOT NULL,
              counted TEXT, -- value of the member that statistics count by
              m0 TEXT, m1 TEXT, m2 TEXT, m3 TEXT, m4 TEXT, m5 TEXT, m6 TEXT, m7 TEXT -- see archive_members
            ) STRICT""",
            "CREATE INDEX archived_type ON archived(position >> 12, tenant, type)",
            "CREATE INDEX archived_id ON archived(position >> 12, id_hash)",
            """
            CREATE TABLE buckets(
              bucket INTEGER PRIMARY KEY, -- of archived.position >> 12
              events INTEGER NOT NULL,
              min_at INTEGER NOT NULL, -- bounds of archived.at_ms
              max_at INTEGER NOT NULL,
              min_ts INTEGER NOT NULL, -- bounds of archived.ts_us
              max_ts INTEGER NOT NULL
            ) STRICT""",
            """
            CREATE TABLE archive_members(
              member TEXT PRIMARY KEY,
              slot INTEGER NOT NULL UNIQUE -- column m0 to m7 of archived
            ) STRICT""",
            """
            CREATE TABLE archive_counts(
              label INTEGER PRIMARY KEY,
              archived INTEGER NOT NULL,
              dead_lettered INTEGER NOT NULL,
              purged INTEGER NOT NULL,
              discarded INTEGER NOT NULL
            ) STRICT""",
            """
            CREATE TABLE dead_letters(
              position INTEGER PRIMARY KEY, -- events.offset
              at_ms INTEGER NOT NULL,
              code TEXT NOT NULL,
              text TEXT NOT NULL,
              attempts INTEGER NOT NULL,
              buried_ms INTEGER NOT NULL
            ) STRICT""",
            """
            CREATE TABLE minutes(
              tenant TEXT NOT NULL, -- empty for all of them
              minute INTEGER NOT NULL,
              events INTEGER NOT NULL,
              PRIMARY KEY(tenant, minute)
            ) STRICT, WITHOUT ROWID""",
            """
            CREATE TABLE tallies(
              tenant TEXT NOT NULL, -- empty for all of them
              kind TEXT NOT NULL, -- total, type or member
              name TEXT NOT NULL,
              events INTEGER NOT NULL,
              PRIMARY KEY(tenant, kind, name)
            ) STRICT, WITHOUT ROWID""");

    private static final List<String> ACKS = List.of(
            """
            CREATE TABLE acks(
              number INTEGER PRIMARY KEY, -- in the order of delivery
              tenant TEXT NOT NULL,
              event TEXT NOT NULL, -- its id
              scheme TEXT NOT NULL,
              subject TEXT NOT NULL,
              client TEXT NOT NULL,
              position INTEGER NOT NULL, -- ack_events.offset
              state INTEGER NOT NULL, -- 0 awaited, 1 acknowledged, 2 expired
              delivered_ms INTEGER NOT NULL,
              due_ms INTEGER NOT NULL, -- when to send it again
              end_ms INTEGER NOT NULL, -- when it expires or, once settled, is forgotten
              settled_ms INTEGER NOT NULL
            ) STRICT""",
            "CREATE UNIQUE INDEX acks_entry ON acks(tenant, event, scheme, subject, client)",
            "CREATE INDEX acks_owed ON acks(tenant, scheme, subject, client, position) WHERE state = 0",
            "CREATE INDEX acks_due ON acks(due_ms) WHERE state = 0",
            "CREATE INDEX acks_end ON acks(end_ms)",
            "CREATE INDEX acks_position ON acks(position)",
            """
            CREATE TABLE ack_events( -- as events, while somebody waits
              offset INTEGER PRIMARY KEY,
              at_ms INTEGER NOT NULL,
              tenant TEXT NOT NULL,
              id TEXT NOT NULL,
              type TEXT NOT NULL,
              ts_ms INTEGER NOT NULL,
              ts_ns INTEGER NOT NULL,
              scope TEXT NOT NULL,
              body TEXT NOT NULL
            ) STRICT""",
            """
            CREATE TABLE ack_counts(
              wanted INTEGER NOT NULL,
              acknowledged INTEGER NOT NULL,
              expired INTEGER NOT NULL,
              awaiting INTEGER NOT NULL,
              forgotten INTEGER NOT NULL
            ) STRICT""",
            "INSERT INTO ack_counts VALUES(0, 0, 0, 0, 0)");

    private static final List<String> SEGMENTS = List.of("""
            CREATE TABLE segments( -- archived events with neighbouring positions, in place of rows of archived
              first INTEGER PRIMARY KEY, -- events.offset
              events INTEGER NOT NULL,
              words BLOB NOT NULL,
              columns BLOB NOT NULL
            ) STRICT""", """
            CREATE TABLE segment_ids(
              first INTEGER PRIMARY KEY,
              events INTEGER NOT NULL,
              hashes BLOB NOT NULL
            ) STRICT""");

    private static final List<String> SIEVES = List.of("""
            CREATE TABLE segment_sieves(
              first INTEGER PRIMARY KEY,
              sieve BLOB NOT NULL -- which words a segment may have; beside it, since a row is read whole
            ) STRICT""");

    private static final List<String> ACK_SHARES = List.of(
            """
            CREATE TABLE ack_shares( -- how many rows of acks there are of a principal
              tenant TEXT NOT NULL,
              scheme TEXT NOT NULL, -- empty, like the subject, for all of a tenant
              subject TEXT NOT NULL,
              entries INTEGER NOT NULL,
              PRIMARY KEY(tenant, scheme, subject)
            ) STRICT, WITHOUT ROWID""",
            "INSERT INTO ack_shares SELECT tenant, scheme, subject, count(*) FROM acks GROUP BY tenant, scheme, subject",
            "INSERT INTO ack_shares SELECT tenant, '', '', count(*) FROM acks GROUP BY tenant",
            "CREATE INDEX acks_owner ON acks(tenant, scheme, subject)",
            "CREATE INDEX acks_tenant ON acks(tenant)");

    private static final List<String> PACKS = List.of("""
            CREATE TABLE packs( -- events at consecutive rows; see io.atalaya.sqlite.pack
              first INTEGER PRIMARY KEY, -- offset of the first
              events INTEGER NOT NULL,
              places BLOB NOT NULL, -- where in the text is what
              text TEXT NOT NULL -- [[tenant, id, type, scope, body, at_ms, ts_ms, ts_ns], ...]
            ) STRICT""");

    private static final List<String> EVENTS_ARE_READ_FROM_PACKS = List.of("DROP TABLE events", """
            CREATE VIEW events AS SELECT -- for people
              packs.first AS pack,
              packs.first + each.key AS offset,
              json_extract(each.value, '$[5]') AS at_ms, -- when the log took it
              json_extract(each.value, '$[0]') AS tenant,
              json_extract(each.value, '$[1]') AS id,
              json_extract(each.value, '$[2]') AS type,
              json_extract(each.value, '$[6]') AS ts_ms, -- the event's own time, and
              json_extract(each.value, '$[7]') AS ts_ns, -- its nanoseconds beyond the millisecond
              json_extract(each.value, '$[3]') AS scope, -- the routing members
              json_extract(each.value, '$[4]') AS body
            FROM packs, json_each(packs.text) AS each""");

    /** Brings a file from one version to the next. */
    @FunctionalInterface
    private interface Step {
        void run(Connection connection) throws SQLException;
    }

    private static Step all(List<String> ddl) {
        return connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String one : ddl) {
                    statement.execute(one);
                }
            }
        };
    }

    private static void pack(Connection connection) throws SQLException {
        all(PACKS).run(connection);
        RowsToPacks.convert(connection);
        all(EVENTS_ARE_READ_FROM_PACKS).run(connection);
    }

    /** What brings a file from the version that is its index to the next one. */
    private static final List<Step> STEPS =
            List.of(all(EVENT_LOG), all(ARCHIVE), all(ACKS), all(SEGMENTS), all(SIEVES), all(ACK_SHARES), Schema::pack);

    public static final int VERSION = STEPS.size();

    private Schema() {}

    /**
     * Brings a file to this version, in one transaction.
     *
     * @return whether the file was empty
     * @throws LogException when it is of a newer version, or not ours
     */
    public static boolean migrate(Connection connection, Path file) throws SQLException {
        int application = number(connection, "PRAGMA application_id");
        int version = number(connection, "PRAGMA user_version");
        boolean empty = number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        if (!empty && application != APPLICATION) {
            throw refused("%s: a database of another program (expected: one made by Atalaya)".formatted(file));
        }
        if (version > VERSION) {
            throw refused("%s: schema version %d, made by a newer Atalaya (expected: at most %d)"
                    .formatted(file, version, VERSION));
        }
        if (version < VERSION) {
            if (!empty) {
                LOG.atInfo()
                        .addKeyValue("file", file)
                        .addKeyValue("from", version)
                        .addKeyValue("to", VERSION)
                        .log("bringing the file up to date; a large one takes a while");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                for (Step step : STEPS.subList(version, VERSION)) {
                    step.run(connection);
                }
                statement.execute("PRAGMA application_id = " + APPLICATION);
                statement.execute("PRAGMA user_version = " + VERSION);
                statement.execute("COMMIT");
            }
        }
        return empty;
    }

    private static LogException refused(String message) {
        return new LogException(LogException.Reason.UNAVAILABLE, message);
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }
}

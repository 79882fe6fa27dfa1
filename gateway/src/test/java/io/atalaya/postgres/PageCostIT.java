package io.atalaya.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.Entries;
import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What pages cost, in rows that the server reads: it counts them itself. An archive of {@link #EVENTS} events is not scanned
 * for any of them, and a late page reads no more than an early one.
 */
@Timeout(180)
final class PageCostIT {
    private static final int EVENTS = 60_000;
    private static final int BUCKET = 4_096;
    private static final int BATCH = 5_000;
    private static final int RARE = 12_345;
    private static final String EARLY = "early";
    private static final ArchiveFields FIELDS = new ArchiveFields(List.of("branch_id", "session_id"), Optional.empty());
    private static final TenantId OTHER = new TenantId("2");

    private static PostgresServer server;
    private static URI database;
    private static PostgresArchive archive;

    @BeforeAll
    static void fill() {
        server = PostgresServer.start();
        database = server.createDatabase();
        archive = new PostgresArchive(PostgresArchiveIT.config(database), FIELDS, InstantSource.system());
        var random = new Random(7);
        for (int first = 1; first <= EVENTS; first += BATCH) {
            var batch = new ArrayList<Entry>();
            for (int offset = first; offset < first + BATCH; offset++) {
                batch.add(entry(offset, random));
            }
            assertThat(archive.store(batch)).isEqualTo(BATCH);
        }
    }

    /** Types and branches are frequent; one branch is only among the first, one session is in one event. */
    private static Entry entry(int offset, Random random) {
        var scope = new HashMap<String, String>();
        scope.put("branch_id", offset <= BUCKET && offset % 10 == 0 ? EARLY : Integer.toString(random.nextInt(10)));
        scope.put("session_id", offset == RARE ? "rare" : Integer.toString(random.nextInt(5_000)));
        TenantId tenant = random.nextInt(4) == 0 ? OTHER : Entries.TENANT;
        Event event = Entries.event(
                offset == RARE ? Entries.TENANT : tenant,
                "e" + offset,
                "T" + random.nextInt(20),
                scope,
                Entries.START.plusMillis(offset / 3));
        return Entries.entry(new Cursor(Entries.EPOCH, offset), Entries.START.plusMillis(offset / 3), event);
    }

    @AfterAll
    static void close() {
        archive.close();
        server.close();
    }

    /** A query with the rows of {@code event} that a page of it may read at most. */
    record Case(String name, EventQuery query, long most) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        EventQuery all = EventQuery.of(Entries.TENANT);
        return Stream.of(
                new Case("all", all, 2 * BUCKET),
                new Case("oldest first", all.in(Order.OLDEST_FIRST), 2 * BUCKET),
                new Case("by their own time", all.by(Time.EVENT), 2 * BUCKET),
                new Case("every tenant", EventQuery.everyTenant(), 2 * BUCKET),
                new Case("every tenant's type", EventQuery.everyTenant().ofType("T3"), BUCKET),
                new Case("a type", all.ofType("T3"), BUCKET),
                new Case("a branch", all.where("branch_id", "3"), BUCKET),
                new Case("a branch and a type", all.where("branch_id", "3").ofType("T3"), 400),
                new Case("a branch of the past", all.where("branch_id", EARLY), BUCKET),
                new Case("a session", all.where("session_id", "77"), 300),
                new Case("a session that is there once", all.where("session_id", "rare"), 10),
                new Case(
                        "two that never go together",
                        all.where("session_id", "rare").where("branch_id", EARLY),
                        0),
                new Case("nobody's session", all.where("session_id", "none"), 0),
                new Case("another's session", EventQuery.of(OTHER).where("session_id", "rare"), 0),
                new Case(
                        "a range",
                        all.notBefore(Entries.START.plusSeconds(5)).before(Entries.START.plusSeconds(6)),
                        2 * BUCKET));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void noPageReadsMoreThanItShows(Case one) throws SQLException {
        try (Connection connection = server.connect(database)) {
            connection.setAutoCommit(false);
            EventPage first = cheap(connection, one, one.query());
            Optional<EventKey> next = first.next();
            while (next.isPresent()) {
                EventPage page =
                        cheap(connection, one, one.query().limitedTo(997).behind(next.get()));
                next = page.next();
            }
        }
    }

    private static EventPage cheap(Connection connection, Case one, EventQuery query) throws SQLException {
        Reads before = reads(connection);
        EventPage page = EventReader.page(connection, query);
        Reads after = reads(connection);
        assertThat(after.scans()).as("scans of all events").isEqualTo(before.scans());
        long shown = page.entries().size();
        assertThat(after.rows() - before.rows())
                .as("rows read for %d shown", shown)
                .isBetween(shown, one.most() * (1 + shown / 100) + 3 * shown);
        return page;
    }

    /** What the server has done to read events for one transaction, whatever others do meanwhile. */
    private record Reads(long scans, long rows) {}

    private static Reads reads(Connection connection) throws SQLException {
        assertThat(connection.getAutoCommit()).isFalse();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'event'")) {
            row.next();
            return new Reads(row.getLong(1), row.getLong(2));
        }
    }

    @Test
    void aPageNumberIsReachedOverWholeBuckets() throws SQLException {
        try (Connection connection = server.connect(database)) {
            connection.setAutoCommit(false);
            for (Order order : Order.values()) {
                EventQuery query = EventQuery.of(Entries.TENANT).in(order);
                Case one = new Case("page 400", query, 2 * BUCKET);

                EventPage page = cheap(connection, one, query.skipping(39_900));

                String direction = order == Order.OLDEST_FIRST ? "ASC" : "DESC";
                assertThat(page.entries())
                        .extracting(entry -> Long.toString(entry.cursor().offset()))
                        .isEqualTo(server.query(
                                database,
                                "SELECT log_offset FROM event WHERE tenant = '%1$s' ORDER BY at_ms %2$s, log_offset %2$s OFFSET 39900 LIMIT 100"
                                        .formatted(Entries.TENANT.value(), direction)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyEventIsOnOnePageAndCounted(Case one) {
        var seen = new ArrayList<Cursor>();
        EventQuery query = one.query().limitedTo(1_000);
        EventPage page = archive.events(query);
        page.entries().forEach(entry -> seen.add(entry.cursor()));
        while (page.next().isPresent()) {
            page = archive.events(query.behind(page.next().get()));
            page.entries().forEach(entry -> seen.add(entry.cursor()));
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize((int) archive.count(one.query()));
        String sql = "SELECT count(*) FROM event WHERE " + plain(one.query());
        assertThat(server.query(database, sql)).containsExactly(Integer.toString(seen.size()));
    }

    private static String plain(EventQuery query) {
        var sql = new StringBuilder("true");
        query.tenant()
                .ifPresent(tenant ->
                        sql.append(" AND tenant = '").append(tenant.value()).append('\''));
        query.type().ifPresent(type -> sql.append(" AND type = '").append(type).append('\''));
        query.scope()
                .forEach((member, value) -> sql.append(" AND scope::jsonb ->> '%s' = '%s'".formatted(member, value)));
        query.from().ifPresent(_ -> sql.append(" AND at_ms >= ").append(query.lowest()));
        query.to().ifPresent(_ -> sql.append(" AND at_ms < ").append(query.end()));
        return sql.toString();
    }

    @Test
    void anIdIsFoundByFewRows() throws SQLException {
        try (Connection connection = server.connect(database)) {
            connection.setAutoCommit(false);
            Reads before = reads(connection);
            assertThat(EventReader.find(connection, Entries.TENANT, new EventId("e" + RARE)))
                    .isPresent();
            assertThat(EventReader.find(connection, Entries.TENANT, new EventId("nothing")))
                    .isEmpty();
            Reads after = reads(connection);
            assertThat(after.scans()).isEqualTo(before.scans());
            assertThat(after.rows() - before.rows()).isLessThan(10);
        }
    }
}

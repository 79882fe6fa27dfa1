package io.atalaya.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.Entries;
import io.atalaya.archive.ModelArchive;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.log.EventLog;
import io.atalaya.query.Buffers.Status;
import io.atalaya.query.StorePages.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StorePagesTest {
    private static final IntakeBook NOTHING = new IntakeBook(
            0, 0, 0, 0, Map.of(), Map.of(), Map.of(), 0, Map.of(), Map.of(), Map.of(), 0, Optional.empty());

    private final AtomicReference<Instant> now = new AtomicReference<>(Entries.START);
    private final InstantSource clock = now::get;
    private final ModelArchive archive = new ModelArchive(
            new ArchiveFields(List.of("branch_id"), Optional.of("branch_id")), InstantSource.fixed(Entries.START));
    private final ArrayDeque<Long> nanos = new ArrayDeque<>();
    private EventLog.Totals log = new EventLog.Totals(0, 0, 0, 0);

    private StorePages pages(boolean archived) {
        var buffers = new Buffers(
                new Buffers.Sources(() -> NOTHING, () -> log, () -> 100),
                new Buffers.Bounds(100, 1_000, 1 << 20),
                () -> 0);
        var reads = new Reads(new QueryConfig(4, Duration.ofSeconds(5), 1, Duration.ofSeconds(1)), Runnable::run);
        return new StorePages(
                new StorePages.Parts(buffers, archived ? archive : null, Optional::empty, reads),
                clock,
                () -> nanos.isEmpty() ? 0 : nanos.removeFirst());
    }

    private static JsonNode json(Finding finding) {
        return JsonMapper.shared().valueToTree(finding.members());
    }

    @Test
    void everythingIsHealthyWhenEveryPartIs() {
        archive.store(Entries.entries(1, 3));

        Finding all = pages(true).all().join();

        assertThat(all.status()).isEqualTo(Status.HEALTHY);
        assertThat(json(all).propertyNames()).containsExactly("database", "buffer", "circuitBreaker", "business");
        assertThat(json(all).at("/business/totalEvents").asInt()).isEqualTo(3);
    }

    @Test
    void aSlowDatabaseIsAWarning() {
        nanos.addAll(List.of(0L, 1_000_100_000L));

        Finding all = pages(true).all().join();

        assertThat(all.status()).isEqualTo(Status.WARNING);
        assertThat(json(all).at("/database/status").asString()).isEqualTo("warning");
        assertThat(json(all).at("/database/queryLatencyMs").asDouble()).isEqualTo(1000.1);
    }

    @Test
    void aDatabaseThatIsGoneIsCriticalAndItsNumbersAreNotInvented() {
        archive.down(true);

        Finding all = pages(true).all().join();

        assertThat(all.status()).isEqualTo(Status.CRITICAL);
        assertThat(json(all).at("/database/status").asString()).isEqualTo("unhealthy");
        assertThat(json(all).at("/database/error").asString())
                .as("without what the archive says of itself")
                .isEqualTo("unavailable");
        assertThat(json(all).has("business")).isFalse();
    }

    @Test
    void aFullBufferIsCritical() {
        log = new EventLog.Totals(1_000, 50, 1_000, 10);

        Finding all = pages(true).all().join();

        assertThat(all.status()).isEqualTo(Status.CRITICAL);
        assertThat(json(all).at("/buffer/buffer/size").asInt()).isEqualTo(950);
        assertThat(json(all).at("/buffer/buffer/utilization_percent").asString())
                .isEqualTo("95.00");
    }

    @Test
    void withoutAnArchiveThereIsNoDatabase() {
        Finding all = pages(false).all().join();

        assertThat(all.status()).isEqualTo(Status.HEALTHY);
        assertThat(json(all).at("/database/database").asString()).isEqualTo("none");
        assertThat(json(all).at("/business/totalEvents").asInt()).isZero();
    }

    @Test
    void statisticsAreAskedForEveryTenSecondsAtMost() {
        var business = new Business(archive, clock);
        archive.store(Entries.entries(1, 3));
        assertThat(business.statistics().total()).isEqualTo(3);

        archive.store(Entries.entries(4, 9));
        now.set(Entries.START.plusSeconds(9));
        assertThat(business.statistics().total()).isEqualTo(3);

        now.set(Entries.START.plusSeconds(10));
        assertThat(business.statistics().total()).isEqualTo(9);
    }

    @Test
    void aClockSetBackDoesNotKeepOldNumbers() {
        var business = new Business(archive, clock);
        business.statistics();
        archive.store(Entries.entries(1, 3));

        now.set(Entries.START.minusSeconds(1));

        assertThat(business.statistics().total()).isEqualTo(3);
    }
}

package io.atalaya.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.ModelArchive;
import io.atalaya.archive.Rejection;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileReader;
import io.atalaya.query.Buffers;
import io.atalaya.query.HttpRig;
import io.atalaya.query.HttpRig.Answer;
import io.atalaya.query.QueryConfig;
import io.atalaya.query.Reads;
import io.atalaya.query.StorePages;
import io.atalaya.routing.Attendee;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The collector's paths over a real intake and log, on loopback, with an archive that is fed as events commit. Confined
 * to the test's thread.
 */
final class CollectorRig implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

    /** As JavaScript writes it. */
    static final String NOW_TEXT = "2026-05-01T12:00:00.000Z";

    private static final IntakeConfig KEYS = new IntakeConfig(
            Map.of("publish-a", "a", "publish-b", "b", "publish-all", "*"),
            Map.of("query-a", "a", "query-b", "b", "query-all", "*"),
            65_536,
            1 << 20,
            100,
            100);

    final ModelArchive archive =
            new ModelArchive(new ArchiveFields(List.of("service"), Optional.of("service")), InstantSource.fixed(NOW));
    final InMemoryEventLog log;
    final Intake intake;
    private final ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpRig rig;

    CollectorRig(CollectorConfig config, LogConfig logConfig) {
        Profile profile = Attendee.profile("ingest", ProfileReader.Switches.NONE);
        log = new InMemoryEventLog(logConfig, 3, InstantSource.fixed(NOW), this::feed);
        intake = new Intake(KEYS, profile, log, _ -> {}, InstantSource.fixed(NOW), System::nanoTime);
        var reads = new Reads(QueryConfig.defaults(), worker);
        var buffers = new Buffers(
                new Buffers.Sources(intake::book, log::totals, intake::room),
                new Buffers.Bounds(100, logConfig.archived() ? logConfig.maxEvents() : 0, logConfig.maxBytes()),
                System::nanoTime);
        var stores = new StorePages(
                new StorePages.Parts(
                        buffers,
                        archive,
                        () -> Optional.of(new StorePages.Breaker("closed", 1, 2, Optional.of(NOW))),
                        reads),
                InstantSource.fixed(NOW),
                System::nanoTime);
        var pages = new CollectorRoutes.Pages(
                (_, responder) -> responder.respond(Response.text(200, "# prometheus\n")),
                stores::onMetrics,
                Map.of(
                        "/health/buffer", stores::onBuffer,
                        "/health/business", stores::onBusiness,
                        "/health/database", stores::onDatabase),
                () -> true,
                handler -> head -> new Route.Admission.Refused(Response.empty(403)),
                head -> !head.headers().contains("x-forwarded-for"));
        var stored = new CollectorRoutes.Stored(archive, new ArchiveLedger(archive, log, 3));
        var core = new CollectorRoutes.Core(KEYS, intake, Optional.of(stored), reads, InstantSource.fixed(NOW), worker);
        rig = new HttpRig(new CollectorRoutes(config, profile.http().collector().orElseThrow(), core, pages).routes());
    }

    /** For everyone, with a log that forgets and no bound in reach. */
    static CollectorRig open() {
        return new CollectorRig(new CollectorConfig(false, true), LogConfig.defaults());
    }

    /** For the holders of keys. */
    static CollectorRig closed() {
        return new CollectorRig(new CollectorConfig(false, false), LogConfig.defaults());
    }

    private void feed(List<Entry> committed) {
        for (Entry entry : committed) {
            try {
                archive.store(List.of(entry));
            } catch (ArchiveException refused) {
                archive.bury(entry, refused.rejection().orElse(new Rejection("down", "down")));
            }
        }
    }

    Answer get(String target, String... headers) {
        return rig.get(target, headers);
    }

    Answer send(String method, String target, String body, String... headers) {
        return rig.send(method, target, body, headers);
    }

    Answer post(String body, String... headers) {
        var all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return rig.send("POST", "/events", body, all.toArray(String[]::new));
    }

    static String body(String timestamp, String service, String message) {
        return "{\"timestamp\":\"%s\",\"service\":\"%s\",\"message\":\"%s\"}".formatted(timestamp, service, message);
    }

    static LogConfig tiny() {
        return new LogConfig(3, 1 << 20, Duration.ofDays(1), Duration.ofDays(1), 1_000, true);
    }

    @Override
    public void close() {
        assertThat(intake.book()).matches(IntakeBook::balanced);
        rig.close();
        log.close();
        worker.shutdownNow();
    }
}

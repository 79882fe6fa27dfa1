package io.atalaya.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.management.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the history says and how long it is kept. */
final class HistoryTest {
    private static final Instant START = Instant.parse("2030-06-01T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static String line(Instant at, int number) {
        return "{\"timestamp\":\"" + at + "\",\"n\":" + number + "}";
    }

    private String content(String file) throws IOException {
        Path path = directory.resolve("metrics").resolve(file);
        return Files.exists(path) ? Files.readString(path, UTF_8) : "";
    }

    private HistoryFile file(long mostBytes, Duration mostAge) {
        return new HistoryFile(directory.resolve("metrics"), mostBytes, mostAge);
    }

    @Test
    void aLineIsASampleInTheMembersOfTheCollector() {
        JsonNode line = JsonMapper.shared().readTree(HistoryLine.of(Samples.withRedis(true)));

        assertThat(line.path("timestamp").asString()).isEqualTo("2030-06-01T12:00:00.500Z");
        assertThat(line.at("/buffer/totalEnqueued").asLong()).isEqualTo(5_750);
        assertThat(line.at("/buffer/totalDropped").asLong()).isEqualTo(20);
        assertThat(line.at("/batchWorker/totalBatchesProcessed").asLong()).isEqualTo(49);
        assertThat(line.at("/batchWorker/totalEventsProcessed").asLong()).isEqualTo(4_900);
        assertThat(line.at("/batchWorker/totalInsertTimeMs").asDouble()).isEqualTo(2_000);
        assertThat(line.at("/batchWorker/averageBatchProcessingTimeMs").asDouble())
                .isEqualTo(60);
        assertThat(line.at("/business/eventsLastHour").asLong()).isEqualTo(12);
        assertThat(line.at("/connections/active").asInt()).isEqualTo(42);
        assertThat(line.at("/deliveries/p50Ms").asDouble()).isEqualTo(5);
    }

    @Test
    void linesAreAppendedAndSurviveARestart() throws IOException {
        file(1 << 20, Duration.ofDays(7)).append(START, line(START, 1));
        file(1 << 20, Duration.ofDays(7)).append(START.plusSeconds(15), line(START.plusSeconds(15), 2));

        assertThat(content(HistoryFile.CURRENT).lines()).hasSize(2).allMatch(line -> line.startsWith("{\"timestamp\""));
        assertThat(content(HistoryFile.FORMER)).isEmpty();
    }

    @Test
    void bothFilesTogetherNeverHaveMoreBytesThanAllowed() throws IOException {
        var file = file(1_000, Duration.ofDays(7));

        for (int i = 0; i < 200; i++) {
            file.append(START, line(START, i));
            assertThat(content(HistoryFile.CURRENT).length()
                            + content(HistoryFile.FORMER).length())
                    .isLessThanOrEqualTo(1_000);
        }

        assertThat(content(HistoryFile.CURRENT)).contains("\"n\":199}");
        assertThat(content(HistoryFile.FORMER).length()).isGreaterThan(400);
    }

    @Test
    void linesThatAreTooOldGo() throws IOException {
        var file = file(1 << 20, Duration.ofHours(2));
        file.append(START, line(START, 1));
        Instant later = START.plus(Duration.ofMinutes(61));

        file.append(later, line(later, 2));
        assertThat(content(HistoryFile.FORMER)).contains("\"n\":1}");
        Instant muchLater = START.plus(Duration.ofHours(2));
        file.append(muchLater, line(muchLater, 3));
        assertThat(content(HistoryFile.FORMER)).contains("\"n\":1}");
        Instant muchTooLate = START.plus(Duration.ofHours(5));
        file.append(muchTooLate, line(muchTooLate, 4));

        assertThat(content(HistoryFile.FORMER)).contains("\"n\":2}").doesNotContain("\"n\":1}");
        assertThat(content(HistoryFile.CURRENT)).isEqualTo(line(muchTooLate, 4) + "\n");
    }

    @Test
    void aFileThatSomebodyElseHasWrittenIsLeftAlone() throws IOException {
        Files.createDirectories(directory.resolve("metrics"));
        Files.writeString(directory.resolve("metrics").resolve(HistoryFile.CURRENT), "no line\n");

        file(1 << 20, Duration.ofHours(1)).append(START, line(START, 1));

        assertThat(content(HistoryFile.CURRENT)).isEqualTo("no line\n" + line(START, 1) + "\n");
    }
}

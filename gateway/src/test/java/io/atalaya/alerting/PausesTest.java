package io.atalaya.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pauses end by themselves, are bounded, and survive the process. */
class PausesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Instant now = Instant.parse("2030-05-02T00:00:00Z");

    private Pauses pauses() {
        return new Pauses(Optional.of(directory), () -> now);
    }

    @Test
    void aPauseSurvivesTheProcessAndEndsByItself() {
        Pauses.Pause pause =
                pauses().begin("api", "deployment", now.plusSeconds(60)).orElseThrow();

        Pauses next = pauses();
        assertThat(next.active()).containsExactly(pause);
        now = now.plusSeconds(60);
        assertThat(next.active()).isEmpty();
        assertThat(next.end(pause.id())).isFalse();
    }

    @Test
    void thereAreNotAnyNumber() {
        Pauses pauses = pauses();
        for (int i = 0; i < Pauses.MOST; i++) {
            assertThat(pauses.begin("", "x", now.plusSeconds(60))).isPresent();
        }

        assertThat(pauses.begin("", "x", now.plusSeconds(60))).isEmpty();
        now = now.plusSeconds(61);
        assertThat(pauses.begin("", "x", now.plusSeconds(60))).isPresent();
    }

    @Test
    void aDamagedFilePausesNothing() throws IOException {
        Files.writeString(directory.resolve("pauses.json"), "[{\"id\":\"x\"");

        assertThat(pauses().active()).isEmpty();
    }
}

package io.atalaya.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:04:05.123456789+05:30",
                "2024-02-29T23:59:59.5-11:00",
                "0000-01-01T00:00:00-00:00"
            })
    void readsDateTimes(String text) {
        assertThat(Timestamps.parse(text))
                .isEqualTo(OffsetDateTime.parse(text.replace("-00:00", "Z")).toInstant());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-01-02",
                "2026-01-02T03:04:05",
                "2026-01-02 03:04:05Z",
                "2026-13-02T03:04:05Z",
                "2026-02-29T03:04:05Z",
                "2026-01-02T24:00:00Z",
                "2026-01-02T03:04:60Z",
                "2026-01-02T03:04:05.Z",
                "2026-01-02T03:04:05.1234567890Z",
                "2026-01-02T03:04:05+05",
                "2026-01-02T03:04:05+0530",
                "2026-01-02T03:04:05+24:00",
                "2026-01-02T03:04:05+05:60",
                "2026-01-02T03:04:05ZZ",
                "٢٠٢٦-01-02T03:04:05Z"
            })
    void refusesTheRest(String text) {
        assertThat(Timestamps.parse(text)).isNull();
    }

    @Test
    void readsWhatItWrites() {
        long seed = 5L;
        var random = new Random(seed);
        for (int round = 0; round < 10_000; round++) {
            Instant instant = Instant.ofEpochMilli(random.nextLong(0, 4_000_000_000_000L));

            String text = Timestamps.format(instant);

            assertThat(text).as("seed %d round %d", seed, round).hasSize(24).endsWith("Z");
            assertThat(Timestamps.parse(text)).isEqualTo(instant);
            assertThat(OffsetDateTime.parse(text)).isEqualTo(instant.atOffset(ZoneOffset.UTC));
        }
    }
}

package io.atalaya.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DateTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2024-01-15T10:30:00Z|2024-01-15T10:30:00Z",
                "2024-01-15T10:30:00.5Z|2024-01-15T10:30:00.500Z",
                "2024-01-15T10:30:00.123456789Z|2024-01-15T10:30:00.123456789Z",
                "2024-01-15T10:30Z|2024-01-15T10:30:00Z",
                "2024-01-15T10:30:00+02:00|2024-01-15T08:30:00Z",
                "2024-01-15T10:30:00-0330|2024-01-15T14:00:00Z",
                "2024-01-15T10:30:00|2024-01-15T10:30:00Z",
                "2024-01-15 10:30:00|2024-01-15T10:30:00Z",
                "2024-01-15|2024-01-15T00:00:00Z",
                "2024-02|2024-02-01T00:00:00Z",
                "2024|2024-01-01T00:00:00Z",
                "0|2000-01-01T00:00:00Z",
                "1|2001-01-01T00:00:00Z",
                "12|2001-12-01T00:00:00Z",
                "32|2032-01-01T00:00:00Z",
                "49|2049-01-01T00:00:00Z",
                "50|1950-01-01T00:00:00Z",
                "99|1999-01-01T00:00:00Z",
                "Mon, 15 Jan 2024 10:30:00 GMT|2024-01-15T10:30:00Z",
                "15 Jan 2024|2024-01-15T00:00:00Z",
                "Jan 5 2024|2024-01-05T00:00:00Z",
                "January 5, 2024|2024-01-05T00:00:00Z",
                "jan 5, 2024 10:30|2024-01-05T10:30:00Z",
            })
    void readsWhatServicesWrite(String text, String instant) {
        assertThat(DateText.parse(text)).contains(Instant.parse(instant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1700000000",
                "1700000000000",
                "13",
                "31",
                "-1",
                "yesterday",
                "not-a-date",
                "2024-13-01",
                "2024-02-30",
                "2024-01-15T25:00:00Z",
                "Tue, 15 Jan 2024 10:30:00 GMT",
                "2024-01-15T10:30:00Z and more"
            })
    void refusesWhatIsNoDate(String text) {
        assertThat(DateText.parse(text)).isEmpty();
    }
}

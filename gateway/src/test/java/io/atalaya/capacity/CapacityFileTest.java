package io.atalaya.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.capacity.CapacityFile.Outcome;
import io.atalaya.capacity.ProvedCapacity.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapacityFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        CapacityFile file = CapacityFile.in(directory.resolve("new").resolve("data"));

        file.write(CapacityReports.proved());

        assertThat(file.read()).isEqualTo(new Outcome.Found(CapacityReports.proved()));
        assertThat(directory.resolve("new").resolve("data")).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void nothingProvedIsNoProblem() {
        assertThat(CapacityFile.in(directory).read()).isInstanceOf(Outcome.Missing.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"proved_at\":\"yesterday\",\"figures\":{\"connections\":{\"value\":1}}}",
                "{\"proved_at\":\"2030-05-01T12:00:00Z\",\"figures\":{}}",
                "{\"proved_at\":\"2030-05-01T12:00:00Z\",\"figures\":{\"connections\":{\"value\":-1}}}"
            })
    void whatIsNotOursIsSaidToBe(String text) throws IOException {
        CapacityFile file = CapacityFile.in(directory);
        Files.writeString(file.path(), text);

        assertThat(file.read())
                .isInstanceOfSatisfying(
                        Outcome.Unreadable.class,
                        unreadable -> assertThat(unreadable.problem())
                                .startsWith(file.path().toString())
                                .endsWith("(expected: what atalaya capacity writes)"));
    }

    @Test
    void aFigureThatProvesNothingCannotBe() {
        assertThatThrownBy(() -> new Figure(0, Map.of())).hasMessage("figure: 0.0 (expected: more than 0)");
    }
}

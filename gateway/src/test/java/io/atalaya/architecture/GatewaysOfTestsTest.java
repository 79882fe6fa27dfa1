package io.atalaya.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every test that starts a gateway does so by way of a fixture that looks at its books when it is closed. */
final class GatewaysOfTestsTest {
    private static final Path TESTS = Path.of("src/test/java");
    private static final Pattern START = Pattern.compile("(?<![A-Za-z.])(InProcess)?Gateway\\s*\\.start\\(");

    @Test
    void nobodyElseStartsOne() {
        assertThat(filesWith(START)).containsExactlyInAnyOrder("CheckedGateway.java", "TrialTester.java");
    }

    private static List<String> filesWith(Pattern pattern) {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> pattern.matcher(text(file)).find())
                    .map(file -> file.getFileName().toString())
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

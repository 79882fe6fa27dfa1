package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever has no JDK that is new enough is told so in one line, and how to get one. */
@Timeout(60)
final class FindJdkIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private record Ended(int status, List<String> lines) {}

    private static Ended run(String atalayaJavaHome, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(ROOT.toFile()).redirectErrorStream(true);
        builder.environment().put("ATALAYA_JAVA_HOME", atalayaJavaHome);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output.lines().toList());
    }

    @Test
    void aHomeWithoutAJdkIsNamed() throws Exception {
        Ended ended = run("/nowhere", "./atalaya", "--version");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.lines()).containsExactly("ATALAYA_JAVA_HOME: /nowhere (expected: the home of a JDK >= 25)");
    }

    @Test
    void whereNoneIsNewEnoughOneLineSaysHowToGetOne() throws Exception {
        Ended ended = run("", "sh", "-c", ". .mvn/find-jdk.sh; minimum_jdk=1000; find_jdk");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.lines())
                .singleElement()
                .satisfies(
                        line -> assertThat(line).startsWith("Atalaya needs a JDK >= 1000 and found none: install one"));
    }
}

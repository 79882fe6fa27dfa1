package io.atalaya.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files damaged in random ways: always a value, never an exception, and every problem fits on a line. */
class ReadersFuzzTest {
    private static final int ROUNDS = 100;
    private static final List<String> JUNK = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ": ",
            "- ",
            "\n",
            "\n  ",
            "&a ",
            "*a",
            "!!binary ",
            "!x ",
            "|\n",
            ">-\n",
            "\"",
            "'",
            "#",
            "---\n",
            "...\n",
            "%YAML 9.9\n",
            "? ",
            "\t",
            "\0",
            "\u2028",
            "\uFEFF",
            "\uD800",
            "😀",
            "~",
            "null",
            "0x",
            "1e999",
            "-9223372036854775809",
            "true",
            "2026-01-01",
            "<<: ",
            "\\U00110000",
            "\"\\uZZZZ\"",
            "-",
            ",",
            "@",
            "`");

    @TempDir
    Path directory;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {7, 77, 777})
    void aDamagedProfileIsAValue(long seed) throws IOException {
        var random = new Random(seed);
        String good = Files.readString(Path.of("../profiles/restaurant.yaml"));
        for (int round = 0; round < ROUNDS; round++) {
            String damaged = damage(good, random);
            assertThatCode(() -> check(ProfileReader.read("f.yaml", damaged, ProfileReader.Switches.NONE)))
                    .as("seed %d, round %d:%n%s", seed, round, damaged)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {8, 88})
    void aDamagedSettingsFileIsAValue(long seed) throws IOException {
        var random = new Random(seed);
        String good = Files.readString(Path.of("src/test/resources/configs/every-key.yaml"));
        Path file = directory.resolve("atalaya.yaml");
        for (int round = 0; round < ROUNDS / 2; round++) {
            String damaged = damage(good, random);
            Files.write(file, damaged.getBytes(round % 8 == 0 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8));
            assertThatCode(() -> check(ConfigReader.read(
                            ConfigSource.of(Map.of("profile", "restaurant")).withFile(file))))
                    .as("seed %d, round %d:%n%s", seed, round, damaged)
                    .doesNotThrowAnyException();
        }
    }

    private static void check(ProfileOutcome outcome) {
        if (outcome instanceof ProfileOutcome.Invalid invalid) {
            checkProblems(invalid.problems());
        }
    }

    private static void check(ConfigOutcome outcome) {
        if (outcome instanceof ConfigOutcome.Invalid invalid) {
            checkProblems(invalid.problems());
        }
    }

    private static void checkProblems(List<Problem> problems) {
        assertThat(problems).isNotEmpty();
        assertThat(problems)
                .allSatisfy(problem -> assertThat(problem.toString()).hasLineCount(1));
    }

    private static String damage(String good, Random random) {
        var text = new StringBuilder(good);
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int length = Math.min(text.length() - at, random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> text.insert(at, JUNK.get(random.nextInt(JUNK.size())));
                case 1 -> text.delete(at, at + length);
                case 2 -> text.insert(at, text.substring(at, at + length));
                case 3 -> text.replace(at, at + length, JUNK.get(random.nextInt(JUNK.size())));
                default -> text.setLength(random.nextInt(8) == 0 ? at : text.length());
            }
        }
        return text.toString();
    }
}

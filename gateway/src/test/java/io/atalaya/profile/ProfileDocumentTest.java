package io.atalaya.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents show is what the reader accepts. */
class ProfileDocumentTest {
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void theProfileInTheDocumentIsTheOneThatTheTestsRun() throws IOException {
        Matcher example = YAML.matcher(Files.readString(Path.of("../docs/profiles.md")));
        Path tested = Path.of("src/test/resources/profiles-of-tests/harbour.yaml");

        assertThat(example.find()).isTrue();
        ProfileOutcome documented =
                ProfileReader.read("docs/profiles.md", example.group(1), ProfileReader.Switches.NONE);

        assertThat(documented)
                .isInstanceOf(ProfileOutcome.Valid.class)
                .isEqualTo(ProfileReader.read(new ProfileSource.File(tested), ProfileReader.Switches.NONE));
    }
}

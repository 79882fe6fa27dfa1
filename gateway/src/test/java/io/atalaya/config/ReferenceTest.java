package io.atalaya.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceTest {
    @Test
    void theDocumentIsUpToDate() throws IOException {
        String document = Files.readString(Path.of("../docs/configuration.md"));

        assertThat(document)
                .as("write it again: ./atalaya check-config --print-reference > docs/configuration.md")
                .isEqualTo(Reference.markdown());
    }

    @Test
    void everySettingIsInIt() {
        String reference = Reference.markdown();

        for (Setting<?> setting : Settings.ALL) {
            assertThat(reference).contains("| `" + setting.key() + "` | `" + setting.variable() + "`");
        }
    }

    @Test
    void theExampleInItIsAccepted(@TempDir Path directory) throws IOException {
        Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Reference.markdown());
        assertThat(example.find()).isTrue();
        Path file = Files.writeString(
                directory.resolve("atalaya.yaml"), example.group(1).replace("/run/secrets", directory.toString()));
        Files.writeString(directory.resolve("jwt"), "8f4b2a6c0d1e3f5a7b9c8d6e4f2a1b3c5d7e9f0a");
        Files.writeString(directory.resolve("table-token"), "1c3e5a7b9d0f2e4c6a8b0d1f3e5c7a9b1d3f5e7c");
        Files.writeString(directory.resolve("ingest-keys"), "a7c4e1f09b3d58266e0f=1");

        ConfigOutcome outcome = ConfigReader.read(ConfigSource.of(Map.of()).withFile(file));

        assertThat(outcome).isInstanceOf(ConfigOutcome.Valid.class);
    }
}

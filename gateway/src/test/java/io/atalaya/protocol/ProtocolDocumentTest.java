package io.atalaya.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The close codes that docs/protocol.md promises are those that the gateway sends. */
class ProtocolDocumentTest {
    private static final Pattern ROW = Pattern.compile("\\| (\\d{4}) \\| ([^|]+) \\| [^|]+ \\| (yes|later|no) \\|");

    @Test
    void theTableOfCloseCodesIsTheCatalogue() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("..", "docs", "protocol.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3))
                .toList();

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CloseReason.values())
                        .map(reason -> reason.code() + " " + reason.text() + " " + reconnect(reason.next()))
                        .toList());
    }

    private static String reconnect(CloseReason.Next next) {
        return switch (next) {
            case RECONNECT -> "yes";
            case RECONNECT_LATER -> "later";
            case STOP -> "no";
        };
    }
}

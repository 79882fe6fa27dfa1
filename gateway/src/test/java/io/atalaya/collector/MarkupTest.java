package io.atalaya.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkupTest {
    private static final Pattern TAG = Pattern.compile("<[a-zA-Z/!?]");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "plain text|plain text",
                "<b>bold</b>|bold",
                "a<br/>b|ab",
                "<script>alert(1)</script>hello|hello",
                "<SCRIPT src=x>alert(1)</ScRiPt >hello|hello",
                "<style>p{}</style>x|x",
                "x<!-- hidden -->y|xy",
                "<img src=x onerror=alert(1)>hi|hi",
                "hi <img src=x onerror=alert(1)|hi ",
                "<<b>i>ok|ok",
                "x<<b>script>alert(1)</script>gone|x",
                "1 < 2 && 3 > 2|1 < 2 && 3 > 2",
                "a <3 b|a <3 b",
                "Müller & Søn <br>ok|Müller & Søn ok",
                "<|<",
            })
    void stripsTagsAndNothingElse(String text, String expected) {
        assertThat(Markup.strip(text)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 7, 99})
    void whatIsLeftHoldsNoTagAndStaysAsItIs(long seed) {
        var random = new Random(seed);
        String[] pieces = {"<", ">", "/", "b", "script", "!--", "-->", " ", "x", "</script>", "<i>", "&lt;", "\""};
        for (int i = 0; i < 5_000; i++) {
            var text = new StringBuilder();
            for (int p = random.nextInt(12); p >= 0; p--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String stripped = Markup.strip(text.toString());

            assertThat(TAG.matcher(stripped).find())
                    .as("seed %d: '%s' became '%s'", seed, text, stripped)
                    .isFalse();
            assertThat(Markup.strip(stripped)).isEqualTo(stripped);
        }
    }

    @Test
    void aLongTextOfOpeningsTakesNoLongTime() {
        String text = "<".repeat(2_000) + "b>".repeat(2_000);

        assertThat(Markup.strip(text)).doesNotContain("<b>");
    }
}

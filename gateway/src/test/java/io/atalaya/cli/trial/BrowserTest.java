package io.atalaya.cli.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.cli.trial.Browser.Surroundings;
import io.atalaya.cli.trial.Browser.Wish;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a page is opened, and where nobody would look at it. */
final class BrowserTest {
    private static final Map<String, String> DESKTOP = Map.of("DISPLAY", ":0");

    private static Optional<String> program(
            Wish wish, String system, boolean terminal, Map<String, String> environment) {
        return Browser.of(wish, new Surroundings(system, terminal, environment, _ -> true))
                .program();
    }

    private static Map<String, String> desktopWith(String variable, String value) {
        var environment = new HashMap<>(DESKTOP);
        environment.put(variable, value);
        return environment;
    }

    @ParameterizedTest
    @CsvSource({"Linux,DISPLAY,xdg-open", "Linux,WAYLAND_DISPLAY,xdg-open", "Mac OS X,HOME,open"})
    void aDesktopIsShownThePage(String system, String variable, String opener) {
        assertThat(program(Wish.WHERE_SEEN, system, true, Map.of(variable, "x")))
                .contains(opener);
    }

    @Test
    void whereThereIsNoScreenNothingIsOpenedNotEvenOnRequest() {
        assertThat(program(Wish.WHERE_SEEN, "Linux", true, Map.of())).isEmpty();
        assertThat(program(Wish.OPEN, "Linux", true, Map.of("DISPLAY", ""))).isEmpty();
    }

    @Test
    void withoutATerminalNobodyIsThereToLook() {
        assertThat(program(Wish.WHERE_SEEN, "Linux", false, DESKTOP)).isEmpty();
        assertThat(program(Wish.WHERE_SEEN, "Mac OS X", false, Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "CI"})
    void overSshAndInContinuousIntegrationItIsOpenedOnRequestOnly(String variable) {
        assertThat(program(Wish.WHERE_SEEN, "Linux", true, desktopWith(variable, "true")))
                .isEmpty();
        assertThat(program(Wish.WHERE_SEEN, "Mac OS X", true, Map.of(variable, "true")))
                .isEmpty();
        assertThat(program(Wish.OPEN, "Linux", false, desktopWith(variable, "true")))
                .contains("xdg-open");
    }

    @Test
    void continuousIntegrationThatIsSwitchedOffIsNone() {
        assertThat(program(Wish.WHERE_SEEN, "Linux", true, desktopWith("CI", "false")))
                .contains("xdg-open");
    }

    @Test
    void whoDoesNotWantItIsLeftAlone() {
        assertThat(program(Wish.NEVER, "Linux", true, DESKTOP)).isEmpty();
        assertThat(program(Wish.NEVER, "Mac OS X", true, DESKTOP)).isEmpty();
    }

    @Test
    void withoutAProgramForItNothingIsOpened() {
        var bare = new Surroundings("Linux", true, DESKTOP, _ -> false);

        assertThat(Browser.of(Wish.OPEN, bare).program()).isEmpty();
        assertThat(Browser.of(Wish.OPEN, bare).open("http://127.0.0.1:8002/")).isFalse();
    }

    @Test
    void aProgramThatCannotBeStartedIsNoError() {
        var empty = Surroundings.here(true, Map.of("DISPLAY", ":0", "PATH", "/nowhere::relative"));

        assertThat(Browser.of(Wish.OPEN, empty).open("http://127.0.0.1:8002/")).isFalse();
    }
}

package io.atalaya.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NicenessTest {
    /** Fields of {@code stat} after the name, which is in brackets: state is the first, niceness the 17th. */
    private static final int NICE = 16;

    private static int nice() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theCallingThreadGivesWayAndNoOther() throws Exception {
        int before = nice();
        var after = new CompletableFuture<Integer>();
        Thread.ofPlatform().start(() -> {
            Niceness.yieldToOthers(10);
            after.complete(nice());
        });

        assertThat(after.get(10, TimeUnit.SECONDS)).isEqualTo(10);
        assertThat(nice()).isEqualTo(before);
    }

    @Test
    void onlyGivingWayCanBeAskedFor() {
        assertThatThrownBy(() -> Niceness.yieldToOthers(0)).hasMessage("nice: 0 (expected: 1 to 19)");
        assertThatThrownBy(() -> Niceness.yieldToOthers(20)).hasMessage("nice: 20 (expected: 1 to 19)");
    }
}

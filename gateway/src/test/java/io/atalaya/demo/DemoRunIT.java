package io.atalaya.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.demo.DemoRun.Verdict;
import io.atalaya.demo.StubGateway.Fault;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DemoRunIT {
    private static final long SEED = 3;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final CountDownLatch stop = new CountDownLatch(1);

    @Test
    void anEveningWithoutFaultIsGood() throws Exception {
        Verdict verdict = play(Fault.NONE, Duration.ZERO);

        assertThat(verdict.problems()).isEmpty();
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("WebSocket clients connected", "Everyone received exactly what was meant for them");
    }

    @ParameterizedTest
    @CsvSource({
        "LOSES_ONE, 1 deliveries lost",
        "REPEATS_ONE, 1 duplicate deliveries",
        "LEAKS_ACROSS_TENANTS, 1 deliveries to somebody they were not meant for",
        "LEAKS_TO_ANOTHER_TABLE, 1 deliveries to somebody they were not meant for",
        "REFUSES_ONE, 1 events refused",
        "CUTS_ONE_OFF, 1 clients cut off",
        "BOOKS_DO_NOT_BALANCE, the books do not balance"
    })
    void everyFaultIsNoticed(Fault fault, String problem) throws Exception {
        Verdict verdict = play(fault, Duration.ZERO);

        assertThat(verdict.good()).isFalse();
        assertThat(verdict.problems()).contains(problem);
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("PROBLEM   " + problem);
    }

    @Test
    void theDurationEndsIt() throws Exception {
        Verdict verdict = play(Fault.NONE, Duration.ofMillis(300));

        assertThat(verdict.problems()).isEmpty();
    }

    @Test
    void stoppingEndsItWithAVerdict() throws Exception {
        stop.countDown();

        assertThat(play(Fault.NONE, Duration.ZERO).problems()).isEmpty();
    }

    private Verdict play(Fault fault, Duration duration) throws InterruptedException {
        var options = new DemoRun.Options(duration, SEED, duration.isZero() ? 50_000 : 240, duration.isZero());
        var terminal = new Terminal(new PrintStream(shown, true, StandardCharsets.UTF_8), false, false, 100, 40);
        try (var gateway = new StubGateway(fault, Evening.plan(SEED))) {
            return new DemoRun(options, gateway, StubGateway::tokenOf, terminal, stop, System::nanoTime)
                    .run(Map.of(1, "key-1", 2, "key-2"));
        }
    }
}

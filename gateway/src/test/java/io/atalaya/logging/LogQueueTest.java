package io.atalaya.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever logs goes on, whatever standard error does. */
@Timeout(20)
final class LogQueueTest {
    private static final int MORE_THAN_FITS = 10_000;
    private static final int KINDS = 900;

    private final LoggerContext context = new LoggerContext();
    private final Stuck target = new Stuck();
    private final LogQueue queue = new LogQueue();
    private final Logger log = context.getLogger("test");

    @BeforeEach
    void wire() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        target.setContext(context);
        target.start();
        queue.setContext(context);
        queue.addAppender(target);
        queue.start();
        log.addAppender(queue);
    }

    @AfterEach
    void release() {
        target.flows.countDown();
        context.stop();
    }

    @Test
    void linesComeInOrderFromTheirOwnThread() {
        target.flows.countDown();

        for (int i = 0; i < 100; i++) {
            log.info("line {}", i);
        }
        queue.flush();

        assertThat(target.lines).hasSize(100).startsWith("line 0").endsWith("line 99");
        assertThat(target.threads).containsOnly("atalaya-log");
        assertThat(queue.dropped()).isZero();
    }

    @Test
    void aStuckTargetHoldsNobodyUpAndWarningsAreTheLastToGo() {
        for (int i = 0; i < MORE_THAN_FITS; i++) {
            log.info("info {}", i);
        }
        long minorDropped = queue.dropped();
        log.warn("worth keeping");
        long afterWarning = queue.dropped();
        for (int i = 0; i < MORE_THAN_FITS; i++) {
            // of many kinds, or nearly all of them would be left out
            log.error("error " + i % KINDS);
        }
        long all = queue.dropped();

        target.flows.countDown();
        queue.flush();

        assertThat(minorDropped).isBetween(1L, MORE_THAN_FITS - 3_000L);
        assertThat(afterWarning).isEqualTo(minorDropped);
        assertThat(all).isGreaterThan(afterWarning);
        assertThat(target.lines).contains("info 0", "worth keeping", "error 0");
        int errors = KINDS * Floods.LINES_OF_A_KIND;
        assertThat(target.lines).hasSize((int) (MORE_THAN_FITS + errors + 1 - all));
    }

    @Test
    void errorsOfOneKindFillNothing() {
        for (int i = 0; i < MORE_THAN_FITS; i++) {
            log.atError().addKeyValue("number", i).log("the same once more");
        }
        log.info("something else");
        target.flows.countDown();
        queue.flush();

        assertThat(queue.dropped()).isZero();
        assertThat(queue.suppressed()).isEqualTo(MORE_THAN_FITS - Floods.LINES_OF_A_KIND);
        assertThat(target.lines).hasSize(Floods.LINES_OF_A_KIND + 1).endsWith("something else");
    }

    @Test
    void stoppingWritesWhatIsLeft() {
        log.info("last words");
        target.flows.countDown();

        queue.stop();

        assertThat(List.copyOf(target.lines)).containsExactly("last words");
    }

    /** Writes nothing until it may. */
    private static final class Stuck extends AppenderBase<ILoggingEvent> {
        private final CountDownLatch flows = new CountDownLatch(1);
        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<String> threads = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            try {
                flows.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            lines.add(event.getFormattedMessage());
            threads.add(Thread.currentThread().getName());
        }
    }
}

package io.atalaya.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kernel is told of threads that can wait. Stateless. */
public final class Niceness {
    private static final Logger logger = LoggerFactory.getLogger(Niceness.class);

    /** PRIO_PROCESS of sys/resource.h; with the number 0 it means the calling thread, on Linux. */
    private static final int WHICH_PROCESS = 0;

    private Niceness() {}

    /**
     * Lets the calling thread give way to all others, for good: while processors are scarce it gets little of them, and
     * all that it wants otherwise (setpriority(2)). Java's own thread priorities do nothing on Linux. Elsewhere, and
     * where the kernel refuses, the thread stays as it is.
     *
     * @param nice 1 to 19; each step is about a tenth less
     */
    @SuppressWarnings("restricted") // a system call without memory of ours
    public static void yieldToOthers(int nice) {
        if (nice < 1 || nice > 19) {
            throw new IllegalArgumentException("nice: %d (expected: 1 to 19)".formatted(nice));
        }
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
            return;
        }
        try {
            Linker linker = Linker.nativeLinker();
            var setPriority = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("setpriority"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int result = (int) setPriority.invokeExact(WHICH_PROCESS, 0, nice);
            if (result != 0) {
                logger.atDebug().addKeyValue("nice", nice).log("the kernel keeps the thread's priority");
            }
        } catch (Throwable unavailable) {
            logger.atDebug().setCause(unavailable).log("thread priorities cannot be changed");
        }
    }
}

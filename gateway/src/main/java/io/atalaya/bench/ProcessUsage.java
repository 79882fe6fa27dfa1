package io.atalaya.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a process used so far, from {@code /proc} (proc(5)). Immutable.
 *
 * @param cpu user and system time of all its threads, at a resolution of 10 ms
 * @param residentBytes memory that is in RAM
 */
public record ProcessUsage(Duration cpu, long residentBytes) {
    private static final long MILLIS_PER_TICK = 10;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int RESIDENT_PAGES = 21;
    private static final long PAGE_BYTES = 4096;

    /** Reads the usage of a process; empty where there is no {@code /proc} or no such process. */
    public static Optional<ProcessUsage> of(long pid) {
        try {
            return Optional.of(parse(Files.readString(Path.of("/proc", Long.toString(pid), "stat"))));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Reads the text of {@code /proc/PID/stat}; the name in it may hold blanks and parentheses. */
    static ProcessUsage parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
        long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
        return new ProcessUsage(
                Duration.ofMillis(ticks * MILLIS_PER_TICK), Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_BYTES);
    }
}

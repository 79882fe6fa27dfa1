package io.atalaya.exposition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

/**
 * The history of metrics: lines of JSON, the oldest of which go. Confined to the thread that appends.
 *
 * <p>There are two files. The older one is thrown away when the newer one has half of what may be kept, in bytes or in
 * time, and takes its place; so there is always between a half and all of it.
 */
public final class HistoryFile {
    /** The file that is appended to. */
    public static final String CURRENT = "metrics-history.jsonl";

    /** The one before it. */
    public static final String FORMER = "metrics-history.1.jsonl";

    private final Path directory;
    private final long mostBytes;
    private final Duration mostAge;

    /**
     * @param directory made when it is missing
     * @param mostBytes of both files together
     * @param mostAge after which a line may go; it goes after one and a half of it at the latest
     */
    public HistoryFile(Path directory, long mostBytes, Duration mostAge) {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.mostAge = mostAge;
    }

    /**
     * Appends a line.
     *
     * @param line without its end
     * @throws UncheckedIOException when that is not possible; the next call tries again
     */
    public void append(Instant now, String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        Path current = directory.resolve(CURRENT);
        Path former = directory.resolve(FORMER);
        try {
            Files.createDirectories(directory);
            if (Files.exists(current) && isFull(current, bytes.length, now)) {
                Files.move(current, former, StandardCopyOption.REPLACE_EXISTING);
                Files.setLastModifiedTime(former, FileTime.from(now));
            }
            if (Files.exists(former) && olderThan(former, mostAge, now)) {
                Files.delete(former);
            }
            Files.write(current, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean isFull(Path current, int more, Instant now) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(current, BasicFileAttributes.class);
        return attributes.size() + more > mostBytes / 2
                || firstLineAt(current).plus(mostAge.dividedBy(2)).isBefore(now);
    }

    private static boolean olderThan(Path file, Duration age, Instant now) throws IOException {
        return Files.getLastModifiedTime(file).toInstant().plus(age).isBefore(now);
    }

    /** When the first line was written; a line begins with its time. Without one: now, so that the file is left alone. */
    private static Instant firstLineAt(Path file) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.findFirst().flatMap(HistoryLine::timeOf).orElse(Instant.MAX.minus(Duration.ofDays(366_000)));
        }
    }
}

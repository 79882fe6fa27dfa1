package io.atalaya.capacity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How full a store is now. Immutable.
 *
 * @param store which, as metrics name it
 * @param limitBytes that it may have; empty where nobody knows
 * @param parts tables and indexes, where it is told apart by them
 */
public record StoreSize(String store, long usedBytes, OptionalLong limitBytes, List<Part> parts) {
    public StoreSize {
        parts = List.copyOf(parts);
    }

    /** A store with a known bound that is not told apart. */
    public StoreSize(String store, long usedBytes, long limitBytes) {
        this(store, usedBytes, OptionalLong.of(limitBytes), List.of());
    }

    /**
     * A part of a store. Immutable.
     *
     * @param kind {@code table}, without its indexes, or {@code index}
     */
    public record Part(String name, String kind, long bytes) {}

    /**
     * A directory against its disk: everything in it, and what the disk still has.
     *
     * @return empty when it cannot be looked at
     */
    public static Optional<StoreSize> ofDirectory(String store, Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            long used = files.mapToLong(StoreSize::bytes).sum();
            return Optional.of(new StoreSize(
                    store, used, used + Files.getFileStore(directory).getUsableSpace()));
        } catch (IOException | UncheckedIOException _) {
            return Optional.empty();
        }
    }

    /** Files come and go while somebody looks. */
    private static long bytes(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException _) {
            return 0;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}

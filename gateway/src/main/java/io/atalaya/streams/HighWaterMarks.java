package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each partition had come, in a file outside Redis: a Redis restored from a backup does not know that it has been
 * further. Confined to the start, and then to the upkeep's thread.
 *
 * <p>A line a partition: generation, epoch, offset and stamp, separated by spaces. A missing or damaged file only means
 * that nothing is known.
 */
final class HighWaterMarks {
    /**
     * How far a partition is known to have come: what it may not fall behind. Immutable.
     *
     * @param generation number of the epoch, counted from 1; 0 when nothing is known
     * @param offset of an event that was stored
     * @param stamp tells that event from another at the same offset; 0 when not known
     */
    record Mark(long generation, long epoch, long offset, int stamp) {
        static final Mark NONE = new Mark(0, 0, 0, 0);

        static int stamp(Event event) {
            int stamp =
                    31 * event.tenant().value().hashCode() + event.id().value().hashCode();
            return stamp == 0 ? 1 : stamp;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(HighWaterMarks.class);

    private final Path file;
    private List<Mark> written = List.of();

    HighWaterMarks(Path directory) {
        this.file = directory.resolve("log-redis.marks");
    }

    /** The marks of the run before, one a partition. */
    List<Mark> read(int partitions) {
        var marks = new ArrayList<Mark>();
        try {
            if (Files.exists(file)) {
                Files.readAllLines(file, UTF_8).forEach(line -> marks.add(parse(line)));
            }
        } catch (IOException | RuntimeException damaged) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("error", damaged.toString())
                    .log("the log's high-water marks cannot be read; a restored Redis will not be noticed");
            marks.clear();
        }
        while (marks.size() < partitions) {
            marks.add(Mark.NONE);
        }
        return marks.subList(0, partitions);
    }

    private static Mark parse(String line) {
        String[] words = line.split(" ", -1);
        return new Mark(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Integer.parseInt(words[3]));
    }

    /** Writes the marks when they have changed, so that a crash leaves the old file or the new one. */
    void write(List<Mark> marks) {
        if (marks.equals(written)) {
            return;
        }
        var text = new StringBuilder();
        for (Mark mark : marks) {
            text.append(mark.generation()).append(' ').append(mark.epoch()).append(' ');
            text.append(mark.offset()).append(' ').append(mark.stamp()).append('\n');
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.createDirectories(file.getParent());
            try (var channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                channel.write(ByteBuffer.wrap(text.toString().getBytes(UTF_8)));
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written = List.copyOf(marks);
    }
}

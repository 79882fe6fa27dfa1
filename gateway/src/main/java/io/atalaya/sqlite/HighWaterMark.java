package io.atalaya.sqlite;

import io.atalaya.event.Cursor;
import io.atalaya.log.LogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The furthest position known to be stored, kept outside the database, so that a database restored from a backup is
 * recognised; and the lock that keeps a second process out. Confined to whoever opens it, then to the writer.
 *
 * <p>The file is one short line, always as long, overwritten in place: one sector, which a disk writes whole or not.
 */
public final class HighWaterMark implements AutoCloseable {
    private static final Pattern LINE = Pattern.compile("(\\d{10}) (\\d{19})\n");

    private final FileChannel file;

    private HighWaterMark(FileChannel file) {
        this.file = file;
    }

    /**
     * Opens the file, making it when it is missing, and locks it.
     *
     * @throws LogException when another process has it
     */
    public static HighWaterMark open(Path path) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (file.tryLock() != null) {
                return new HighWaterMark(file);
            }
        } catch (OverlappingFileLockException _) {
            // another gateway of this process: the same answer as for another process
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
        file.close();
        throw new LogException(
                LogException.Reason.UNAVAILABLE,
                "%s: in use by another gateway (expected: one gateway a data directory)".formatted(path));
    }

    /** What was written last; empty when there is nothing, or nothing readable. */
    public Optional<Cursor> read() throws IOException {
        var bytes = ByteBuffer.allocate(64);
        while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
            // on to the end of the file
        }
        Matcher line = LINE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII));
        try {
            return line.matches()
                    ? Optional.of(new Cursor(Long.parseLong(line.group(1)), Long.parseLong(line.group(2))))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    public void write(Cursor head) throws IOException {
        var line = ByteBuffer.wrap(
                "%010d %019d\n".formatted(head.epoch(), head.offset()).getBytes(StandardCharsets.US_ASCII));
        while (line.hasRemaining()) {
            file.write(line, line.position());
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

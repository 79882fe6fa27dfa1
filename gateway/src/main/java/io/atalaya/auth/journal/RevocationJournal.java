package io.atalaya.auth.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.auth.InMemoryRevocationList.Revocation;
import io.atalaya.event.TenantId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of revocations, one JSON object a line. Confined to whoever holds its owner's monitor; every method may block.
 *
 * <p>A line is on the disk when {@link #append} returns. One that was torn by a crash was never promised to anybody: a last
 * line without its end is dropped. Anything else that is no revocation makes reading fail, since to skip it might let
 * somebody back in. Rewriting replaces the file in one step.
 */
final class RevocationJournal {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private @Nullable FileChannel lockFile;
    private @Nullable FileChannel channel;
    private long size;
    private long lines;

    RevocationJournal(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /** Lines in the file. */
    long lines() {
        return lines;
    }

    boolean isOpen() {
        return channel != null;
    }

    /**
     * Everything in the file, in order; nothing when there is no file.
     *
     * @throws JournalException when it cannot be read or understood
     */
    List<Revocation> read() {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | OutOfMemoryError failure) {
            throw new JournalException("%s: cannot be read: %s (expected: a readable file)".formatted(file, failure));
        }
        var revocations = new ArrayList<Revocation>();
        int from = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                revocations.add(parse(new String(content, from, i - from, UTF_8), revocations.size() + 1));
                from = i + 1;
            }
        }
        size = from;
        lines = revocations.size();
        return revocations;
    }

    private Revocation parse(String line, int number) {
        try {
            JsonNode entry = JSON.readTree(line);
            Instant until = Instant.parse(entry.path("until").asString(""));
            String token = entry.path("token").asString("");
            if (!token.isEmpty()) {
                return new Revocation.OfToken(token, until);
            }
            String user = entry.path("user").asString("");
            if (!user.isEmpty()) {
                var tenant = new TenantId(entry.path("tenant").asString(""));
                return new Revocation.OfUser(
                        tenant, user, Instant.parse(entry.path("before").asString("")), until);
            }
        } catch (JacksonException | DateTimeException | IllegalArgumentException _) {
            // said below
        }
        throw new JournalException(
                "%s:%d: not a revocation (expected: {\"token\":…,\"until\":…} or {\"tenant\":…,\"user\":…,\"before\":…,\"until\":…}; repair or remove the line)"
                        .formatted(file, number));
    }

    /** Makes the file this process's own and returns what is in it by then. */
    List<Revocation> open() throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        lock();
        List<Revocation> found = read();
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return found;
    }

    private void lock() throws IOException {
        if (lockFile != null) {
            return;
        }
        Path path = file.resolveSibling(file.getFileName() + ".lock");
        FileChannel opened = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked(opened)) {
            opened.close();
            throw new IOException(
                    "%s: held by another process (expected: a data directory of our own)".formatted(path));
        }
        lockFile = opened;
    }

    private static boolean isLocked(FileChannel opened) throws IOException {
        try {
            @Nullable FileLock lock = opened.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    /** Adds a line; it is on the disk when this returns. The file must be open. */
    void append(Revocation revocation) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            throw new IOException("%s: closed (expected: open)".formatted(file));
        }
        if (open.size() > size) {
            open.truncate(size);
        }
        ByteBuffer line = ByteBuffer.wrap(line(revocation));
        long at = size;
        while (line.hasRemaining()) {
            at += open.write(line, at);
        }
        open.force(true);
        size = at;
        lines++;
    }

    private static byte[] line(Revocation revocation) {
        Map<String, String> entry = new LinkedHashMap<>();
        switch (revocation) {
            case Revocation.OfToken token -> entry.put("token", token.tokenId());
            case Revocation.OfUser user -> {
                entry.put("tenant", user.tenant().value());
                entry.put("user", user.subject());
                entry.put("before", user.before().toString());
            }
        }
        entry.put("until", revocation.until().toString());
        return (JSON.writeValueAsString(entry) + "\n").getBytes(UTF_8);
    }

    /** Replaces everything in the file. */
    void rewrite(List<Revocation> revocations) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        FileChannel written = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        long length = 0;
        try {
            for (Revocation revocation : revocations) {
                ByteBuffer line = ByteBuffer.wrap(line(revocation));
                while (line.hasRemaining()) {
                    length += written.write(line);
                }
            }
            written.force(true);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            written.close();
            Files.deleteIfExists(fresh);
            throw failure;
        }
        closeQuietly(channel);
        channel = written;
        size = length;
        lines = revocations.size();
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
            directory.force(true);
        }
    }

    /** Gives the file up. */
    void close() {
        closeQuietly(channel);
        closeQuietly(lockFile);
        channel = null;
        lockFile = null;
    }

    private static void closeQuietly(@Nullable FileChannel open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException _) {
            // what was promised is on the disk already
        }
    }
}

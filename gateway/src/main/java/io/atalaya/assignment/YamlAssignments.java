package io.atalaya.assignment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.assignment.AssignmentStore.Entry;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * A file of assignments. Thread-safe: all methods hold this object's monitor. They read and write files, so they belong
 * on no event loop.
 *
 * <pre>{@code
 * assignments:
 *   - tenant: 1
 *     user: 7
 *     day: daily            # or a date: 2030-12-31
 *     scope: {branch_id: 3, sector_id: 5}
 * }</pre>
 *
 * <p>Keeping entries replaces the whole file in one step, so that a reader, or a machine that loses power, sees either
 * the old file or the new one. Comments in it are lost then. A file that somebody else changed since it was read is left
 * alone and the edit fails.
 */
public final class YamlAssignments implements AssignmentStore.Keeper {
    private static final String PREFACE = "# Rewritten whenever assignments are edited through the management API.\n";
    private static final YAMLFactory YAML = YAMLFactory.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private final Path file;
    private byte[] lastSeen = new byte[0];

    public YamlAssignments(Path file) {
        this.file = file;
    }

    /** Reads the file. Every problem of it is in the answer; a file that cannot be read at all is one problem. */
    public synchronized Loaded load() {
        try {
            lastSeen = Files.readAllBytes(file);
        } catch (IOException _) {
            return new Loaded(
                    List.of(),
                    List.of(file + ": not readable (expected: a YAML file; 'assignments: []' to start with)"));
        }
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(lastSeen)).toString();
            return new AssignmentReader(file.toString()).read(text);
        } catch (CharacterCodingException _) {
            return new Loaded(List.of(), List.of(file + ": bytes that are not UTF-8 (expected: a YAML file in UTF-8)"));
        }
    }

    /** {@inheritDoc} */
    @Override
    public synchronized void keep(List<Entry> entries) {
        String text = PREFACE + yaml(entries);
        if (text.length() > AssignmentReader.MAX_LENGTH) {
            throw new AssignmentException("%s: would have %d characters (expected: at most %d)"
                    .formatted(file, text.length(), AssignmentReader.MAX_LENGTH));
        }
        byte[] content = text.getBytes(UTF_8);
        try {
            // A link stays a link: what is replaced is the file that it leads to.
            Path target = file.toRealPath();
            if (!Arrays.equals(Files.readAllBytes(target), lastSeen)) {
                throw new AssignmentException(file
                        + ": changed since it was read (expected: unchanged; restart to read it, then edit again)");
            }
            replace(target, content);
        } catch (IOException e) {
            throw new AssignmentException("%s: not written: %s".formatted(file, e), e);
        }
        lastSeen = content;
    }

    private static void replace(Path target, byte[] content) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        Path fresh = Files.createTempFile(directory, "." + target.getFileName(), ".new");
        try {
            if (Files.getFileStore(target).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(target));
            }
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                var buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static String yaml(List<Entry> entries) {
        var text = new StringWriter();
        try (JsonGenerator yaml = YAML.createGenerator(ObjectWriteContext.empty(), text)) {
            yaml.writeStartObject();
            yaml.writeName("assignments");
            yaml.writeStartArray();
            entries.forEach(entry -> write(yaml, entry));
            yaml.writeEndArray();
            yaml.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator yaml, Entry entry) {
        yaml.writeStartObject();
        yaml.writeStringProperty("tenant", entry.tenant().value());
        yaml.writeStringProperty("user", entry.subject());
        yaml.writeStringProperty("day", entry.day().toString());
        yaml.writeName("scope");
        yaml.writeStartObject();
        new TreeMap<>(entry.assignment().scope()).forEach(yaml::writeStringProperty);
        yaml.writeEndObject();
        yaml.writeEndObject();
    }

    /** What a file holds. Immutable. With problems, the entries are those without one. */
    public record Loaded(List<Entry> entries, List<String> problems) {
        public Loaded {
            entries = List.copyOf(entries);
            problems = List.copyOf(problems);
        }
    }
}

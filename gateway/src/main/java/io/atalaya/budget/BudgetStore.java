package io.atalaya.budget;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an engine's budgets on disk. Confined to the engine's thread, which it blocks.
 *
 * <p>A snapshot holds everything; a journal, what each tick has counted since. Both are checked: a journal counts up to
 * its first torn record, and a snapshot that does not add up is set aside. A record is handed to the system at once, so
 * that a killed process loses nothing, and to the disk every minute.
 */
public final class BudgetStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetStore.class);
    private static final int MAGIC = 0x41534C31;
    private static final int MAX_RECORD = 1 << 20;
    private static final Duration SYNC = Duration.ofMinutes(1);
    private static final Duration SNAPSHOT = Duration.ofHours(1);
    private static final byte TICK = 1;
    private static final byte STOP = 2;

    private final Path snapshot;
    private final Path journal;
    private final SloEngine engine;
    private FileChannel channel;
    private Instant synced;
    private Instant saved;

    /**
     * Loads what is kept in a directory into an engine that has not ticked, and accounts for the time since.
     *
     * @throws UncheckedIOException when the directory cannot be used
     */
    public BudgetStore(Path directory, SloEngine engine, Instant now) {
        this.snapshot = directory.resolve("budgets.state");
        this.journal = directory.resolve("budgets.journal");
        this.engine = engine;
        this.synced = now;
        this.saved = now;
        try {
            Files.createDirectories(directory);
            boolean planned = load();
            engine.resume(now, planned);
            this.channel = openJournal();
            save(now);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FileChannel openJournal() throws IOException {
        return FileChannel.open(journal, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Whether the last that was written is a planned stop. */
    private boolean load() throws IOException {
        if (Files.exists(snapshot)) {
            try {
                readSnapshot(Files.readAllBytes(snapshot));
            } catch (IOException | RuntimeException damage) {
                Path aside = snapshot.resolveSibling("budgets.damaged");
                Files.move(snapshot, aside, StandardCopyOption.REPLACE_EXISTING);
                LOG.atError()
                        .setCause(damage)
                        .addKeyValue("file", aside)
                        .log("budgets: the saved state is damaged (expected: intact); counting begins anew");
            }
        }
        return Files.exists(journal) && replay(Files.readAllBytes(journal));
    }

    // ---- snapshot ----------------------------------------------------------------------------------------------

    private void readSnapshot(byte[] bytes) throws IOException {
        if (bytes.length < Long.BYTES) {
            throw new EOFException("snapshot: %d bytes".formatted(bytes.length));
        }
        int length = bytes.length - Long.BYTES;
        long sum = ByteBuffer.wrap(bytes, length, Long.BYTES).getLong();
        if (sum != checksum(bytes, length)) {
            throw new IOException("snapshot: a wrong checksum");
        }
        var in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
        if (in.readInt() != MAGIC) {
            throw new IOException("snapshot: of another format");
        }
        for (int left = in.readInt(); left > 0; left--) {
            engine.paused().put(in.readUTF(), Instant.ofEpochMilli(in.readLong()));
        }
        for (int left = in.readInt(); left > 0; left--) {
            readAccount(in.readUTF(), in.readUTF(), in.readNBytes(in.readInt()));
        }
    }

    /** What was counted by another indicator is of something else; counting begins anew. */
    private void readAccount(String id, String fingerprint, byte[] content) throws IOException {
        for (Account account : engine.accounts()) {
            if (account.slo().id().equals(id) && account.slo().fingerprint().equals(fingerprint)) {
                account.readFrom(new DataInputStream(new ByteArrayInputStream(content)));
            }
        }
    }

    /** Writes everything, and begins a new journal. */
    private void save(Instant now) throws IOException {
        var bytes = new ByteArrayOutputStream();
        writeSnapshot(new DataOutputStream(new BufferedOutputStream(bytes)));
        byte[] content = bytes.toByteArray();
        Path next = snapshot.resolveSibling("budgets.next");
        try (var file = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            write(file, ByteBuffer.wrap(content));
            write(
                    file,
                    ByteBuffer.allocate(Long.BYTES)
                            .putLong(checksum(content, content.length))
                            .flip());
            file.force(true);
        }
        Files.move(next, snapshot, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        channel.truncate(0);
        saved = now;
        synced = now;
    }

    private void writeSnapshot(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(engine.paused().size());
        for (var pause : engine.paused().entrySet()) {
            out.writeUTF(pause.getKey());
            out.writeLong(pause.getValue().toEpochMilli());
        }
        List<Account> measured =
                engine.accounts().stream().filter(Account::measured).toList();
        out.writeInt(measured.size());
        for (Account account : measured) {
            var content = new ByteArrayOutputStream();
            account.writeTo(new DataOutputStream(content));
            out.writeUTF(account.slo().id());
            out.writeUTF(account.slo().fingerprint());
            out.writeInt(content.size());
            content.writeTo(out);
        }
        out.flush();
    }

    private static long checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    // ---- journal -----------------------------------------------------------------------------------------------

    /**
     * Keeps what a tick has counted.
     *
     * @throws UncheckedIOException when it cannot be written; the next snapshot makes up for it
     */
    public void append(TickRecord tick) {
        try {
            write(channel, framed(tick));
            if (Duration.between(saved, tick.at()).compareTo(SNAPSHOT) >= 0) {
                save(tick.at());
            } else if (Duration.between(synced, tick.at()).compareTo(SYNC) >= 0) {
                channel.force(false);
                synced = tick.at();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer framed(TickRecord tick) throws IOException {
        var payload = new ByteArrayOutputStream();
        var out = new DataOutputStream(payload);
        out.writeByte(TICK);
        out.writeLong(tick.at().toEpochMilli());
        out.writeInt(tick.entries().size());
        for (TickRecord.Entry entry : tick.entries()) {
            out.writeUTF(entry.id());
            out.writeLong(entry.at().toEpochMilli());
            out.writeLong(entry.bad());
            out.writeLong(entry.total());
            out.writeBoolean(entry.even());
            out.writeBoolean(entry.excluded());
        }
        return framed(payload.toByteArray());
    }

    private static ByteBuffer framed(byte[] payload) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + payload.length)
                .putInt(payload.length)
                .putLong(checksum(payload, payload.length))
                .put(payload)
                .flip();
    }

    private boolean replay(byte[] bytes) throws IOException {
        boolean planned = false;
        var in = ByteBuffer.wrap(bytes);
        while (in.remaining() >= Integer.BYTES + Long.BYTES) {
            int length = in.getInt();
            long sum = in.getLong();
            if (length < 1 || length > MAX_RECORD || length > in.remaining()) {
                break;
            }
            var payload = new byte[length];
            in.get(payload);
            if (sum != checksum(payload, length)) {
                break;
            }
            planned = payload[0] == STOP;
            if (!planned) {
                engine.replay(tick(new DataInputStream(new ByteArrayInputStream(payload))));
            }
        }
        return planned;
    }

    private static TickRecord tick(DataInputStream in) throws IOException {
        in.readByte();
        Instant at = Instant.ofEpochMilli(in.readLong());
        var entries = new ArrayList<TickRecord.Entry>();
        for (int left = in.readInt(); left > 0; left--) {
            entries.add(new TickRecord.Entry(
                    in.readUTF(),
                    Instant.ofEpochMilli(in.readLong()),
                    in.readLong(),
                    in.readLong(),
                    in.readBoolean(),
                    in.readBoolean()));
        }
        return new TickRecord(at, entries);
    }

    /** The process was asked to stop: what comes now is no failure, if it does not take too long. */
    public void markPlannedStop() {
        try {
            write(channel, framed(new byte[] {STOP}));
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.atalaya.auth.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.auth.InMemoryRevocationList;
import io.atalaya.auth.Principal;
import io.atalaya.auth.RevocationList.Status;
import io.atalaya.event.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournaledRevocationsTest {
    private static final TenantId TENANT = new TenantId("1");
    private static final Instant START = Instant.parse("2030-06-01T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private final List<JournaledRevocations> opened = new ArrayList<>();
    private Instant now = START;

    @AfterEach
    void close() {
        opened.forEach(JournaledRevocations::close);
    }

    @Test
    void nothingIsWrittenBeforeTheFirstRevocation() {
        Path data = directory.resolve("data");

        open(data, 10).close();

        assertThat(data).doesNotExist();
    }

    @Test
    void revocationsOutliveTheProcess() {
        var before = open(10);
        done(before.revokeToken("a", START.plusSeconds(900)));
        done(before.revokeToken("for ever", Instant.MAX));
        done(before.revokeUser(TENANT, "7\n\"ñ", START));
        before.close();

        var after = open(10);

        assertThat(status(after, "8", "a")).isEqualTo(Status.REVOKED);
        assertThat(status(after, "8", "for ever")).isEqualTo(Status.REVOKED);
        assertThat(status(after, "7\n\"ñ", "b")).isEqualTo(Status.REVOKED);
        assertThat(status(after, "8", "b")).isEqualTo(Status.VALID);
    }

    @Test
    void restartsDoNotProlongARevocation() {
        done(open(10).revokeUser(TENANT, "7", START));
        now = START.plus(Duration.ofDays(6));
        opened.getLast().close();
        var after = open(10);
        assertThat(status(after, "7", "a")).isEqualTo(Status.REVOKED);

        now = START.plus(Duration.ofDays(7));

        assertThat(status(after, "7", "a")).isEqualTo(Status.VALID);
        assertThat(open(10).size()).isZero();
    }

    @Test
    void aLineTornByACrashIsDroppedAndTheNextOneIsWhole() throws IOException {
        done(open(10).revokeToken("a", Instant.MAX));
        opened.getLast().close();
        Files.writeString(file(), "{\"token\":\"b\",\"unt", StandardOpenOption.APPEND);

        var after = open(10);
        done(after.revokeToken("c", Instant.MAX));
        after.close();

        var again = open(10);
        assertThat(status(again, "8", "a")).isEqualTo(Status.REVOKED);
        assertThat(status(again, "8", "b")).isEqualTo(Status.VALID);
        assertThat(status(again, "8", "c")).isEqualTo(Status.REVOKED);
    }

    @Test
    void aDamagedLineIsNotSkippedButNamed() throws IOException {
        done(open(10).revokeToken("a", Instant.MAX));
        opened.getLast().close();
        for (String damage : List.of(
                "",
                "{",
                "[]",
                "{\"token\":\"b\"}",
                "{\"token\":\"b\",\"until\":\"soon\"}",
                "{\"user\":\"7\",\"until\":\"2030-06-01T12:00:00Z\"}",
                "{\"user\":\"7\",\"tenant\":\"a b\",\"before\":\"2030-06-01T12:00:00Z\",\"until\":\"2030-06-01T12:00:00Z\"}")) {
            String good = Files.readString(file());
            Files.writeString(file(), good + damage + "\n");

            assertThatThrownBy(() -> open(10))
                    .as(damage)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("revocations.jsonl:2: not a revocation (expected: ");
            Files.writeString(file(), good);
        }
    }

    @Test
    void aFileThatCannotBeWrittenRevokesNothing() throws IOException {
        Files.createDirectories(file());
        Files.writeString(file().resolve("occupied"), "");

        assertThatThrownBy(() -> open(10)).isInstanceOf(JournalException.class).hasMessageContaining("cannot be read");
        Path occupied = directory.resolve("occupied");
        Files.createDirectories(occupied.resolve("revocations.jsonl.lock"));
        var list = open(occupied, 10);
        assertThat(list.revokeToken("a", Instant.MAX).toCompletableFuture()).isCompletedExceptionally();
        assertThat(status(list, "8", "a")).isEqualTo(Status.VALID);
    }

    @Test
    void aFullListRefusesAndKeepsNoTrace() {
        var list = open(2);
        done(list.revokeToken("a", START.plusSeconds(60)));
        done(list.revokeToken("b", Instant.MAX));

        assertThat(list.revokeToken("c", Instant.MAX).toCompletableFuture()).isCompletedExceptionally();

        list.close();
        assertThat(status(open(2), "8", "c")).isEqualTo(Status.VALID);
        opened.getLast().close();
        now = START.plusSeconds(120);
        var later = open(2);
        done(later.revokeToken("c", Instant.MAX));
        assertThat(status(later, "8", "c")).isEqualTo(Status.REVOKED);
    }

    @Test
    void theFileStaysAsLongAsWhatMatters() throws IOException {
        var list = open(10);
        for (int i = 0; i < 250; i++) {
            done(list.revokeToken("same", Instant.MAX));
        }
        done(list.revokeUser(TENANT, "7", START));

        assertThat(Files.readAllLines(file()).size()).isBetween(2, 110);
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("revocations.jsonl", "revocations.jsonl.lock");
        list.close();
        assertThat(status(open(10), "8", "same")).isEqualTo(Status.REVOKED);
        assertThat(status(opened.getLast(), "7", "x")).isEqualTo(Status.REVOKED);
    }

    @Test
    void oneDataDirectoryBelongsToOneProcess() {
        var first = open(10);
        var second = open(10);
        done(first.revokeToken("a", Instant.MAX));

        assertThat(second.revokeToken("b", Instant.MAX).toCompletableFuture()).isCompletedExceptionally();

        first.close();
        done(second.revokeToken("b", Instant.MAX));
        assertThat(status(second, "8", "a")).as("what the first one wrote").isEqualTo(Status.REVOKED);
    }

    @Test
    void nothingIsWrittenAfterTheEnd() {
        var list = open(10);
        list.close();

        assertThat(list.revokeToken("a", Instant.MAX).toCompletableFuture()).isCompletedExceptionally();
    }

    private Path file() {
        return directory.resolve(JournaledRevocations.FILE);
    }

    private JournaledRevocations open(int capacity) {
        return open(directory, capacity);
    }

    private JournaledRevocations open(Path data, int capacity) {
        var list = new JournaledRevocations(
                new InMemoryRevocationList(() -> now, capacity), data, () -> now, Runnable::run);
        opened.add(list);
        return list;
    }

    private static void done(java.util.concurrent.CompletionStage<Void> stage) {
        stage.toCompletableFuture().join();
    }

    private static Status status(JournaledRevocations list, String subject, String tokenId) {
        var principal = new Principal(
                TENANT, subject, "staff", Set.of(), Map.of(), tokenId, START.minusSeconds(60), Instant.MAX);
        return list.status(principal).toCompletableFuture().join();
    }
}

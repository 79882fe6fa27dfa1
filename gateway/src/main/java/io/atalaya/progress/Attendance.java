package io.atalaya.progress;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who is connected to one shard and who has left it lately. Immutable.
 *
 * @param present the open sessions asked about
 * @param departed those that have ended, the latest last, as far as they are remembered
 * @param forgottenUntil when the latest of those that are not remembered any more ended; empty when all are
 */
public record Attendance(List<Progress> present, List<Progress> departed, Optional<Instant> forgottenUntil) {
    public Attendance {
        present = List.copyOf(present);
        departed = List.copyOf(departed);
    }
}

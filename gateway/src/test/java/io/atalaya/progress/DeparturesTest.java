package io.atalaya.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeparturesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Departures departures = new Departures(3);

    private static Progress ended(long session) {
        var principal =
                new Principal(new TenantId("1"), "user", "staff", Set.of(), Map.of(), null, Instant.EPOCH, Instant.MAX);
        var end = new Progress.End(START.plusSeconds(session), "gone");
        return new Progress(
                session,
                "staff",
                principal,
                Set.of(),
                new Progress.Lifetime(START, START, false, Optional.of(end)),
                Optional.empty(),
                0,
                Optional.empty(),
                0,
                0);
    }

    @Test
    void theLastFewAreRememberedInOrder() {
        for (long session = 1; session <= 3; session++) {
            departures.add(ended(session));
        }

        assertThat(departures.all(_ -> true)).extracting(Progress::session).containsExactly(1L, 2L, 3L);
        assertThat(departures.all(one -> one.session() == 2)).hasSize(1);
        assertThat(departures.forgottenUntil()).isEmpty();
    }

    @Test
    void theOldestGoesFirstAndItIsKnownUntilWhen() {
        for (long session = 1; session <= 5; session++) {
            departures.add(ended(session));
        }

        assertThat(departures.all(_ -> true)).extracting(Progress::session).containsExactly(3L, 4L, 5L);
        assertThat(departures.forgottenUntil()).contains(START.plusSeconds(2));
    }
}

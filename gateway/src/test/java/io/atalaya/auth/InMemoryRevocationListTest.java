package io.atalaya.auth;

import static io.atalaya.auth.Tokens.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.RevocationList.Status;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InMemoryRevocationListTest {
    private static final TenantId TENANT = new TenantId("1");

    private final Tokens.HandClock clock = new Tokens.HandClock();
    private final InMemoryRevocationList list = new InMemoryRevocationList(clock, 3);

    @Test
    void knowsNothingAtFirst() {
        assertThat(status(principal("1", "7", "a", NOW))).isEqualTo(Status.VALID);
        assertThat(status(principal("1", "7", null, NOW))).isEqualTo(Status.VALID);
    }

    @Test
    void revokesOneTokenAndNoOther() {
        list.revokeToken("a", NOW.plusSeconds(900));

        assertThat(status(principal("1", "7", "a", NOW))).isEqualTo(Status.REVOKED);
        assertThat(status(principal("1", "7", "b", NOW))).isEqualTo(Status.VALID);
        assertThat(status(principal("1", "7", null, NOW))).isEqualTo(Status.VALID);
    }

    @Test
    void revokesTokensOfAUserIssuedBeforeTheInstantAndNoneIssuedAtIt() {
        list.revokeUser(TENANT, "7", NOW);

        assertThat(status(principal("1", "7", "a", NOW.minusNanos(1)))).isEqualTo(Status.REVOKED);
        assertThat(status(principal("1", "7", "a", NOW))).isEqualTo(Status.VALID);
        assertThat(status(principal("1", "7", null, Instant.EPOCH))).isEqualTo(Status.REVOKED);
    }

    @Test
    void leavesAnotherTenantsUserOfTheSameNameAlone() {
        list.revokeUser(TENANT, "7", NOW);

        assertThat(status(principal("2", "7", "a", Instant.EPOCH))).isEqualTo(Status.VALID);
        assertThat(status(principal("1", "8", "a", Instant.EPOCH))).isEqualTo(Status.VALID);
    }

    @Test
    void neverNarrowsARevocation() {
        list.revokeUser(TENANT, "7", NOW);
        list.revokeUser(TENANT, "7", NOW.minusSeconds(60));

        assertThat(status(principal("1", "7", "a", NOW.minusSeconds(1)))).isEqualTo(Status.REVOKED);
    }

    @Test
    void remembersATokenForAsLongAsItCouldBeAccepted() {
        list.revokeToken("a", NOW.plusSeconds(900));

        clock.set(NOW.plusSeconds(900).plus(Claims.CLOCK_SKEW).minusNanos(1));
        assertThat(status(principal("1", "7", "a", NOW))).isEqualTo(Status.REVOKED);
        clock.set(NOW.plusSeconds(900).plus(Claims.CLOCK_SKEW));
        assertThat(status(principal("1", "7", "a", NOW))).isEqualTo(Status.VALID);
    }

    @Test
    void remembersAUserForSevenDays() {
        list.revokeUser(TENANT, "7", NOW);

        clock.set(NOW.plus(Duration.ofDays(7)).minusNanos(1));
        assertThat(status(principal("1", "7", "a", Instant.EPOCH))).isEqualTo(Status.REVOKED);
        clock.set(NOW.plus(Duration.ofDays(7)));
        assertThat(status(principal("1", "7", "a", Instant.EPOCH))).isEqualTo(Status.VALID);
    }

    @Test
    void doesNotStoreWhatIsOverAnyway() {
        list.revokeToken("a", NOW.minus(Claims.CLOCK_SKEW));

        assertThat(list.size()).isZero();
    }

    @Test
    void failsWhenFullRatherThanForgetting() {
        for (String id : List.of("a", "b", "c")) {
            list.revokeToken(id, NOW.plusSeconds(900));
            list.revokeUser(TENANT, id, NOW);
        }

        assertThat(list.revokeToken("d", NOW.plusSeconds(900)).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(list.revokeUser(TENANT, "d", NOW).toCompletableFuture()).isCompletedExceptionally();
        assertThat(list.revokeToken("a", NOW.plusSeconds(901)).toCompletableFuture())
                .isCompleted();
        assertThat(status(principal("1", "x", "a", NOW))).isEqualTo(Status.REVOKED);
    }

    @Test
    void makesRoomByForgettingWhatIsOver() {
        for (String id : List.of("a", "b", "c")) {
            list.revokeToken(id, NOW.plusSeconds(900));
            list.revokeUser(TENANT, id, NOW);
        }
        clock.set(NOW.plus(Duration.ofDays(8)));

        list.revokeToken("d", Instant.MAX);
        list.revokeUser(TENANT, "d", Instant.MAX);

        assertThat(list.size()).isEqualTo(2);
        assertThat(status(principal("1", "d", "d", NOW))).isEqualTo(Status.REVOKED);
    }

    private Status status(Principal principal) {
        return list.status(principal).toCompletableFuture().join();
    }

    private static Principal principal(String tenant, String subject, @Nullable String tokenId, Instant issuedAt) {
        return new Principal(
                new TenantId(tenant), subject, "staff", Set.of(), Map.of(), tokenId, issuedAt, Instant.MAX);
    }
}

package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.atalaya.auth.Principal;
import io.atalaya.auth.RevocationList.Status;
import io.atalaya.breaker.Breaker;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RedisRevocationsIT {
    private static final Instant ISSUED = Instant.parse("2026-01-31T12:00:00Z");
    private static final Principal STAFF = principal("staff", "7", "jti-1");
    private static final Principal TABLE = principal("table", "7", "jti-2");

    private RedisServer server;
    private RedisConnections connections;
    private RedisRevocations revocations;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        RedisContext context = Impatience.context();
        connections = new RedisConnections(RedisConfig.of(server.url()), context);
        revocations = new RedisRevocations(connections, Set.of("staff"), context);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            connections.close();
            server.close();
        }
    }

    @Test
    void principalOfWhomNothingIsKnownIsValid() {
        assertThat(status(STAFF)).isEqualTo(Status.VALID);
    }

    @Test
    void tokenOnTheBlacklistIsRevoked() {
        server.command("SET", "auth:token:blacklist:jti-1", "1");

        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T12:00:00.000001+00:00, REVOKED",
        "2026-01-31T12:00:00+00:00, VALID",
        "2026-01-31T11:59:59Z, VALID",
        "2026-01-31T12:00:01, REVOKED",
        "2026-01-31T13:00:00+02:00, VALID",
        "yesterday, UNKNOWN"
    })
    void tokenIssuedBeforeTheRevocationOfItsUserIsRevoked(String revokedAt, Status expected) {
        server.command("SET", "auth:user:revoked:7", revokedAt);

        assertThat(status(STAFF)).isEqualTo(expected);
    }

    @Test
    void tableTokenIsRevokedOnlyByItsOwnId() {
        server.command("SET", "auth:user:revoked:7", "2026-02-01T00:00:00+00:00");
        assertThat(status(TABLE)).isEqualTo(Status.VALID);

        server.command("SET", "auth:token:blacklist:jti-2", "1");

        assertThat(status(TABLE)).isEqualTo(Status.REVOKED);
    }

    /** A guest is asked for as "minus session", which no user is; what the backend writes of users is not for guests. */
    @Test
    void guestsAreRevokedByTheNumberOfTheirSessionNegated() {
        Principal guest = principal("table", "-7", null);
        server.command("SET", "auth:user:revoked:-7", "2026-02-01T00:00:00+00:00");
        assertThat(status(guest)).isEqualTo(Status.VALID);

        done(revocations.revokeUser(new TenantId("1"), "-7", ISSUED.plusSeconds(1)));

        assertThat(status(guest)).isEqualTo(Status.REVOKED);
        assertThat(status(STAFF)).isEqualTo(Status.VALID);
        server.kill();
        assertThat(status(guest)).as("as without revocations").isEqualTo(Status.VALID);
    }

    @Test
    void tokenThatCannotBeRevokedIsValidEvenWithoutRedis() {
        server.kill();

        assertThat(status(principal("table", "7", null))).isEqualTo(Status.VALID);
    }

    @Test
    void damagedKeyIsUnknownForItsUserAndHarmsNobodyElse() {
        server.command("LPUSH", "auth:user:revoked:7", "x");

        for (int i = 0; i < 20; i++) {
            assertThat(status(STAFF)).isEqualTo(Status.UNKNOWN);
        }

        assertThat(status(principal("staff", "8", "jti-3"))).isEqualTo(Status.VALID);
        assertThat(revocations.damagedKeys()).isEqualTo(20);
    }

    @Test
    void statusIsUnknownWhileRedisIsAwayAndKnownAgainAfterwards() {
        server.command("SET", "auth:token:blacklist:jti-1", "1");
        server.command("SAVE");
        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
        server.kill();

        for (int i = 0; i < 10; i++) {
            assertThat(status(STAFF)).isEqualTo(Status.UNKNOWN);
        }
        assertThat(revocations.breaker().state()).isEqualTo(Breaker.State.OPEN);
        assertThat(revocations.breaker().rejectedCalls()).isPositive();
        server.restart();

        await().atMost(Duration.ofSeconds(10)).until(() -> status(STAFF) == Status.REVOKED);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            status(STAFF);
            return revocations.breaker().state() == Breaker.State.CLOSED;
        });
    }

    @Test
    void hungRedisIsUnknownWithinTheCommandTimeout() {
        assertThat(status(STAFF)).isEqualTo(Status.VALID);
        server.pause();

        assertThat(status(STAFF)).isEqualTo(Status.UNKNOWN);
        server.resume();

        await().atMost(Duration.ofSeconds(10)).until(() -> status(STAFF) == Status.VALID);
    }

    @Test
    void revokingATokenLastsAsLongAsTheToken() {
        done(revocations.revokeToken("jti-1", Instant.now().plusSeconds(900)));

        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
        assertThat(server.command("GET", "auth:token:blacklist:jti-1")).isEqualTo("1");
        assertThat(Integer.parseInt(server.command("TTL", "auth:token:blacklist:jti-1")))
                .isBetween(890, 900);
    }

    @Test
    void revokingAnExpiredTokenWritesNothing() {
        done(revocations.revokeToken("jti-1", Instant.now().minusSeconds(1)));

        assertThat(server.command("DBSIZE")).isEqualTo("0");
    }

    @Test
    void revokingATokenWithoutEndLastsForEver() {
        done(revocations.revokeToken("jti-1", Instant.MAX));

        assertThat(server.command("TTL", "auth:token:blacklist:jti-1")).isEqualTo("-1");
    }

    @Test
    void revokingAUserLastsSevenDaysInTheBackendsFormat() {
        done(revocations.revokeUser(STAFF.tenant(), "7", ISSUED.plusMillis(1500)));

        assertThat(server.command("GET", "atalaya:user:revoked:1:7")).isEqualTo("2026-01-31T12:00:01.500000+00:00");
        assertThat(Integer.parseInt(server.command("TTL", "atalaya:user:revoked:1:7")))
                .isBetween(604_700, 604_800);
        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
    }

    @Test
    void revokingAUserLeavesTheUsersOfTheSameIdOfOtherTenantsAlone() {
        Principal elsewhere = principal("2", "staff", "7", "jti-3");

        done(revocations.revokeUser(STAFF.tenant(), "7", ISSUED.plusSeconds(1)));

        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
        assertThat(status(elsewhere)).isEqualTo(Status.VALID);
        assertThat(server.command("EXISTS", "auth:user:revoked:7")).isEqualTo("0");
    }

    @Test
    void theRevocationThatReachesFurtherCountsWhoeverMadeIt() {
        server.command("SET", "auth:user:revoked:7", "2026-01-31T11:00:00+00:00");
        done(revocations.revokeUser(STAFF.tenant(), "7", ISSUED.plusSeconds(1)));
        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);

        server.command("SET", "atalaya:user:revoked:1:7", "2026-01-31T11:00:00+00:00");
        server.command("SET", "auth:user:revoked:7", "2026-01-31T13:00:00+00:00");

        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
    }

    @Test
    void earlierRevocationThatReachesFurtherStays() {
        done(revocations.revokeUser(STAFF.tenant(), "7", ISSUED.plusSeconds(60)));

        done(revocations.revokeUser(STAFF.tenant(), "7", ISSUED.minusSeconds(60)));

        assertThat(status(STAFF)).isEqualTo(Status.REVOKED);
    }

    @Test
    void writingWithoutRedisFails() {
        server.kill();

        assertThatThrownBy(() -> done(revocations.revokeUser(STAFF.tenant(), "7", ISSUED)))
                .rootCause()
                .hasMessageStartingWith("revocation not written: ");
    }

    private Status status(Principal principal) {
        return done(revocations.status(principal));
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static Principal principal(String scheme, String subject, @Nullable String tokenId) {
        return principal("1", scheme, subject, tokenId);
    }

    private static Principal principal(String tenant, String scheme, String subject, @Nullable String tokenId) {
        return new Principal(
                new TenantId(tenant),
                subject,
                scheme,
                Set.of(),
                Map.<String, List<String>>of(),
                tokenId,
                ISSUED,
                Instant.MAX);
    }
}

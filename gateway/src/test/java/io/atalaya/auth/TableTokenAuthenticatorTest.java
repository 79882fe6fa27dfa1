package io.atalaya.auth;

import static io.atalaya.auth.Tokens.NOW;
import static io.atalaya.auth.Tokens.accepted;
import static io.atalaya.auth.Tokens.legacy;
import static io.atalaya.auth.Tokens.now;
import static io.atalaya.auth.Tokens.reason;
import static io.atalaya.auth.Tokens.table;
import static io.atalaya.auth.Tokens.tableClaims;
import static io.atalaya.auth.Tokens.with;
import static io.atalaya.auth.Tokens.without;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Refused;
import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTokenAuthenticatorTest {
    private static final long EXPIRY = NOW.plusSeconds(900).getEpochSecond();
    private static final Map<String, List<String>> SEAT =
            Map.of("session_id", List.of("42"), "branch_id", List.of("3"), "table_id", List.of("12"));

    private final Tokens.HandClock clock = new Tokens.HandClock();
    private final InMemoryRevocationList revocations = new InMemoryRevocationList(clock, 100);
    private final TableTokenAuthenticator tables =
            new TableTokenAuthenticator(Tokens.config(), Tokens.TABLE, revocations, clock);

    @Test
    void acceptsTheCurrentForm() {
        Principal principal = accepted(now(tables, table(tableClaims())));

        assertThat(principal)
                .isEqualTo(new Principal(
                        new TenantId("1"),
                        "42",
                        "table",
                        Set.of(),
                        SEAT,
                        null,
                        NOW.minusSeconds(60),
                        NOW.plusSeconds(900)));
    }

    @Test
    void acceptsTheOlderForm() {
        Principal principal = accepted(now(tables, legacy("1:3:12:42:" + EXPIRY)));

        assertThat(principal)
                .isEqualTo(new Principal(
                        new TenantId("1"), "42", "table", Set.of(), SEAT, null, Instant.EPOCH, NOW.plusSeconds(900)));
    }

    /** The value was computed with OpenSSL: {@code printf 1:3:12:42:1906546500 | openssl dgst -sha256 -hmac <secret>}. */
    @Test
    void acceptsAnOlderFormMadeElsewhere() {
        accepted(now(tables, "1:3:12:42:1906546500:1a9d12457a31430cee8af2b1236a6a7d"));
    }

    @Test
    void refusesAMissingCredential() {
        assertThat(reason(now(tables, ""))).isEqualTo(Reason.MISSING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                ":::::",
                "1:2:3:4:5",
                "1:2:3:4:5:6:00000000000000000000000000000000",
                "1:2:3:4:5:0000000000000000000000000000000",
                "a:2:3:4:5:00000000000000000000000000000000",
                "-1:2:3:4:5:00000000000000000000000000000000",
                "1: 2:3:4:5:00000000000000000000000000000000",
                "1:2:3:4:9999999999999999999:00000000000000000000000000000000",
                "a.b.c",
                "٣:2:3:4:5:00000000000000000000000000000000"
            })
    void refusesWhatIsNotAToken(String credential) {
        assertThat(reason(now(tables, credential))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesAnotherSecretsSignature() {
        assertThat(reason(now(tables, Tokens.signed(tableClaims(), Tokens.JWT_SECRET))))
                .isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(now(tables, "1:3:12:42:" + EXPIRY + ":" + "0".repeat(32))))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesAnOlderFormSignedInUpperCase() {
        String token = legacy("1:3:12:42:" + EXPIRY);
        int end = token.lastIndexOf(':');

        assertThat(reason(now(
                        tables, token.substring(0, end) + token.substring(end).toUpperCase(java.util.Locale.ROOT))))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesEveryTokenWhenThereIsNoSecret() {
        var without = new TableTokenAuthenticator(Tokens.configWithoutSecrets(), Tokens.TABLE, revocations, clock);

        assertThat(reason(now(without, table(tableClaims())))).isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(now(without, legacy("1:3:12:42:" + EXPIRY)))).isEqualTo(Reason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void acceptsUntilTheLeewayAfterItsExpiryAndNotAnInstantLonger(boolean current) {
        Instant end = NOW.plusSeconds(900).plus(Claims.CLOCK_SKEW);
        String token = current ? table(tableClaims()) : legacy("1:3:12:42:" + EXPIRY);

        clock.set(end.minusNanos(1));
        Principal principal = accepted(now(tables, token));
        assertThat(tables.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.GOOD);

        clock.set(end);
        assertThat(reason(now(tables, token))).isEqualTo(Reason.EXPIRED);
        assertThat(tables.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.EXPIRED);
    }

    @Test
    void refusesATokenFromTheFuture() {
        String token = table(with(tableClaims(), "iat", "" + NOW.plusSeconds(11).getEpochSecond()));

        assertThat(reason(now(tables, token))).isEqualTo(Reason.NOT_YET_VALID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"iss;\"menu-ops\"", "aud;\"menu-ops-users\"", "aud;null"})
    void refusesAForeignIssuerOrAudience(String claim, String json) {
        assertThat(reason(now(tables, table(with(tableClaims(), claim, json))))).isEqualTo(Reason.WRONG_ISSUER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"access\"", "null", "1"})
    void refusesEveryTypeButTable(String type) {
        assertThat(reason(now(tables, table(with(tableClaims(), "type", type)))))
                .isEqualTo(Reason.WRONG_TYPE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant_id", "branch_id", "table_id", "session_id"})
    void refusesATokenWithoutACompleteSeat(String claim) {
        assertThat(reason(now(tables, table(without(tableClaims(), claim))))).isEqualTo(Reason.BAD_CLAIMS);
        assertThat(reason(now(tables, table(with(tableClaims(), claim, "[1]")))))
                .isEqualTo(Reason.BAD_CLAIMS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0:3:12:42", "1:3:12:0"})
    void refusesAnOlderFormWithoutTenantOrSession(String seat) {
        assertThat(reason(now(tables, legacy(seat + ":" + EXPIRY)))).isEqualTo(Reason.BAD_CLAIMS);
    }

    @Test
    void turnsATableAwayByItsPseudoUserAndNotByTheUserOfThatNumber() {
        String token = table(tableClaims());
        Principal principal = accepted(now(tables, token));

        revocations.revokeUser(principal.tenant(), "42", NOW);
        accepted(now(tables, token));

        revocations.revokeUser(principal.tenant(), "-42", NOW);
        assertThat(reason(now(tables, token))).isEqualTo(Reason.REVOKED);
        assertThat(tables.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.REVOKED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesATokenWithAnyByteChanged(boolean current) {
        String token = current ? table(tableClaims()) : legacy("1:3:12:42:" + EXPIRY);

        for (int i = 0; i < token.length(); i++) {
            for (int bit = 0; bit < 7; bit++) {
                var changed = new StringBuilder(token);
                changed.setCharAt(i, (char) (token.charAt(i) ^ (1 << bit)));
                assertThat(now(tables, changed.toString()))
                        .as("bit %d of byte %d", bit, i)
                        .isInstanceOf(Refused.class);
            }
        }
    }

    @Test
    void survivesAnyInput() {
        long seed = 815L;
        var random = new Random(seed);

        for (int i = 0; i < 20_000; i++) {
            String genuine = i % 2 == 0 ? table(tableClaims()) : legacy("1:3:12:42:" + EXPIRY);
            String credential = StaffTokenAuthenticatorTest.mutated(genuine, random);
            assertThat(now(tables, credential)).as("seed %d, round %d", seed, i).isNotNull();
        }
    }

    @Test
    void mintsWhatItAcceptsInBothForms() {
        var minter = new TokenMinter(Tokens.config(), clock);
        var seat = new TokenMinter.Table(1, 3, 12, 42);

        Principal current = accepted(now(tables, minter.table(seat, Duration.ofHours(3))));
        Principal older = accepted(now(tables, minter.legacyTable(seat, Duration.ofHours(3))));

        assertThat(current.scope()).isEqualTo(SEAT);
        assertThat(older.scope()).isEqualTo(SEAT);
        assertThat(older.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(3)));
    }
}

package io.atalaya.auth;

import static io.atalaya.auth.Tokens.NOW;
import static io.atalaya.auth.Tokens.accepted;
import static io.atalaya.auth.Tokens.now;
import static io.atalaya.auth.Tokens.reason;
import static io.atalaya.auth.Tokens.staff;
import static io.atalaya.auth.Tokens.staffClaims;
import static io.atalaya.auth.Tokens.with;
import static io.atalaya.auth.Tokens.without;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Unavailable;
import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.CompactToken.HmacKey;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StaffTokenAuthenticatorTest {
    private final Tokens.HandClock clock = new Tokens.HandClock();
    private final InMemoryRevocationList revocations = new InMemoryRevocationList(clock, 100);
    private final StaffTokenAuthenticator staff =
            new StaffTokenAuthenticator(Tokens.config(), null, Tokens.STAFF, revocations, clock);

    @Test
    void acceptsATokenAsIssuedByTheBackend() {
        Principal principal = accepted(now(staff, staff(staffClaims())));

        assertThat(principal)
                .isEqualTo(new Principal(
                        new TenantId("1"),
                        "7",
                        "staff",
                        Set.of("WAITER"),
                        Map.of("branch_id", List.of("3", "4")),
                        "token-1",
                        NOW.minusSeconds(60),
                        NOW.plusSeconds(900)));
    }

    @Test
    void acceptsWhatAnotherLibrarySigned() throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .subject("7")
                .issuer("menu-ops")
                .audience(List.of("another", "menu-ops-users"))
                .claim("tenant_id", 1)
                .expirationTime(java.util.Date.from(NOW.plusSeconds(5)))
                .build();
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        jwt.sign(new MACSigner(Tokens.JWT_SECRET));

        Principal principal = accepted(now(staff, jwt.serialize()));

        assertThat(principal.roles()).isEmpty();
        assertThat(principal.issuedAt()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void entitlesToNothingWhereAScopeClaimIsAbsent() {
        Principal principal = accepted(now(staff, staff(without(staffClaims(), "branch_ids"))));

        assertThat(principal.scope()).isEqualTo(Map.of("branch_id", List.of()));
    }

    @Test
    void namesTheSubjectCanonicallySoThatARevocationCannotBeDodged() {
        Principal principal = accepted(now(staff, staff(with(staffClaims(), "sub", "\"007\""))));

        assertThat(principal.subject()).isEqualTo("7");
    }

    @Test
    void refusesAMissingCredential() {
        assertThat(reason(now(staff, ""))).isEqualTo(Reason.MISSING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "a.b",
                "..",
                "a.b.c",
                "a.b.c.d",
                "e30.e30.e30.",
                "W10.e30.x",
                ".e30.x",
                "é.e30.x",
                "e30=.e30.x"
            })
    void refusesWhatIsNotAToken(String credential) {
        assertThat(reason(now(staff, credential))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesAnEndlessCredentialWithoutLookingAtIt() {
        assertThat(reason(now(staff, staff(with(staffClaims(), "x", "\"" + "y".repeat(9000) + "\"")))))
                .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesGenuineClaimsThatAreNotAnObject() {
        assertThat(reason(now(staff, Tokens.signed("[1]", Tokens.JWT_SECRET)))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(now(staff, Tokens.signed("{} {}", Tokens.JWT_SECRET))))
                .isEqualTo(Reason.MALFORMED);
        assertThat(reason(now(staff, Tokens.signed("{\"sub\":\"1\",\"sub\":\"2\"}", Tokens.JWT_SECRET))))
                .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesAnotherSecretsSignature() {
        assertThat(reason(now(staff, Tokens.signed(staffClaims(), "another secret"))))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesEveryTokenWhenThereIsNoSecret() {
        var without =
                new StaffTokenAuthenticator(Tokens.configWithoutSecrets(), null, Tokens.STAFF, revocations, clock);

        assertThat(reason(now(without, staff(staffClaims())))).isEqualTo(Reason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA", ""})
    void refusesEveryOtherAlgorithmEvenWithTheRightSignature(String algorithm) {
        String genuine = staff(staffClaims());

        String renamed = resigned("{\"alg\":\"%s\"}".formatted(algorithm), genuine);
        String unsigned = renamed.substring(0, renamed.lastIndexOf('.') + 1);

        assertThat(reason(now(staff, renamed))).isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(now(staff, unsigned))).isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesAnExtensionThatMustBeUnderstood() {
        String token = resigned("{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", staff(staffClaims()));

        assertThat(reason(now(staff, token))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void acceptsUntilTheLeewayAfterItsExpiryAndNotAnInstantLonger() {
        Instant end = NOW.plusSeconds(900).plus(Claims.CLOCK_SKEW);
        String token = staff(staffClaims());

        clock.set(end.minusNanos(1));
        Principal principal = accepted(now(staff, token));
        assertThat(staff.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.GOOD);

        clock.set(end);
        assertThat(reason(now(staff, token))).isEqualTo(Reason.EXPIRED);
        assertThat(staff.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nbf", "iat"})
    void refusesATokenFromTheFutureBeyondTheLeeway(String claim) {
        long edge = NOW.plus(Claims.CLOCK_SKEW).getEpochSecond();

        accepted(now(staff, staff(with(staffClaims(), claim, "" + edge))));
        assertThat(reason(now(staff, staff(with(staffClaims(), claim, "" + (edge + 1))))))
                .isEqualTo(Reason.NOT_YET_VALID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "iss;\"somebody\"",
                "iss;1",
                "iss;null",
                "aud;\"others\"",
                "aud;[\"a\",\"b\"]",
                "aud;[]",
                "aud;{}",
                "aud;null"
            })
    void refusesAForeignIssuerOrAudience(String claim, String json) {
        assertThat(reason(now(staff, staff(with(staffClaims(), claim, json))))).isEqualTo(Reason.WRONG_ISSUER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"refresh\"", "\"table\"", "\"\"", "\"ACCESS\"", "1", "[\"access\"]"})
    void refusesEveryTypeButAccess(String type) {
        assertThat(reason(now(staff, staff(with(staffClaims(), "type", type))))).isEqualTo(Reason.WRONG_TYPE);
    }

    @Test
    void acceptsATokenWithoutType() {
        accepted(now(staff, staff(without(staffClaims(), "type"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "sub;null",
                "sub;\"\"",
                "sub;\"-7\"",
                "sub;\"seven\"",
                "sub;\"7.0\"",
                "sub;0",
                "sub;1.5",
                "sub;true",
                "sub;[7]",
                "sub;\"9999999999999999999\"",
                "tenant_id;null",
                "tenant_id;\"1\"",
                "tenant_id;0",
                "tenant_id;-1",
                "tenant_id;1.0",
                "tenant_id;99999999999999999999",
                "tenant_id;true",
                "exp;null",
                "exp;\"1\"",
                "exp;-1",
                "exp;1e300",
                "exp;253402300800",
                "iat;\"1\"",
                "nbf;{}",
                "roles;\"WAITER\"",
                "roles;[1]",
                "roles;{}",
                "branch_ids;[1.5]",
                "branch_ids;[[1]]",
                "branch_ids;{}",
                "branch_ids;true",
                "branch_ids;[null]",
                "jti;1"
            })
    void refusesClaimsThatCannotBeUsed(String claim, String json) {
        assertThat(reason(now(staff, staff(with(staffClaims(), claim, json))))).isEqualTo(Reason.BAD_CLAIMS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub", "tenant_id", "exp"})
    void refusesATokenWithoutAClaimThatMustBeThere(String claim) {
        assertThat(reason(now(staff, staff(without(staffClaims(), claim))))).isEqualTo(Reason.BAD_CLAIMS);
    }

    @Test
    void readsAnExpiryWithAFraction() {
        Principal principal = accepted(now(staff, staff(with(staffClaims(), "exp", NOW.getEpochSecond() + 60 + ".5"))));

        assertThat(principal.expiresAt()).isEqualTo(NOW.plusMillis(60_500));
    }

    @Test
    void refusesARevokedTokenAndTellsItsSession() {
        String token = staff(staffClaims());
        Principal principal = accepted(now(staff, token));

        revocations.revokeToken("token-1", principal.expiresAt());

        assertThat(reason(now(staff, token))).isEqualTo(Reason.REVOKED);
        assertThat(staff.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.REVOKED);
    }

    @Test
    void isUnavailableWhenRevocationCannotBeChecked() {
        Principal principal = accepted(now(staff, staff(staffClaims())));

        for (RevocationList broken : List.of(
                new BrokenList(CompletableFuture.completedFuture(RevocationList.Status.UNKNOWN)),
                new BrokenList(CompletableFuture.failedFuture(new IllegalStateException("down"))),
                new BrokenList(null))) {
            var fragile = new StaffTokenAuthenticator(Tokens.config(), null, Tokens.STAFF, broken, clock);
            assertThat(now(fragile, staff(staffClaims()))).isInstanceOf(Unavailable.class);
            assertThat(fragile.standing(principal).toCompletableFuture()).isCompletedWithValue(Standing.UNKNOWN);
        }
    }

    @Test
    void refusesATokenWithAnyByteChanged() {
        String token = staff(staffClaims());

        for (int i = 0; i < token.length(); i++) {
            for (int bit = 0; bit < 7; bit++) {
                var changed = new StringBuilder(token);
                changed.setCharAt(i, (char) (token.charAt(i) ^ (1 << bit)));
                assertThat(now(staff, changed.toString()))
                        .as("bit %d of byte %d", bit, i)
                        .isInstanceOf(AuthOutcome.Refused.class);
            }
        }
    }

    @Test
    void believesASignatureExactlyWhenAnotherLibraryDoesAndItIsTheOneSpelling() throws Exception {
        var key = new HmacKey(Tokens.JWT_SECRET);
        var verifier = new MACVerifier(Tokens.JWT_SECRET);
        String genuine = staff(staffClaims());
        var random = new Random(20_300_601L);
        int believed = 0;

        for (int i = 0; i < 4_000; i++) {
            String token = i % 100 == 0 ? genuine : mutated(genuine, random);
            CompactToken ours = CompactToken.parse(token);
            boolean isOurs = ours != null && ours.algorithm().equals("HS256") && ours.isSignedWith(key);
            assertThat(isOurs).as(token).isEqualTo(believes(verifier, token) && isCanonical(token));
            believed += isOurs ? 1 : 0;
        }

        assertThat(believed).isGreaterThanOrEqualTo(40);
    }

    @Test
    void survivesAnyInput() {
        String genuine = staff(staffClaims());
        long seed = 4_711L;
        var random = new Random(seed);

        for (int i = 0; i < 20_000; i++) {
            String json = mutated("{\"sub\":\"7\",\"tenant_id\":1,\"exp\":1906545600,\"x\":[1,{\"y\":[]}]}", random);
            String credential = i % 2 == 0 ? mutated(genuine, random) : Tokens.signed(json, Tokens.JWT_SECRET);
            assertThat(now(staff, credential)).as("seed %d, round %d", seed, i).isNotNull();
        }
    }

    @Test
    void mintsWhatItAccepts() {
        var minter = new TokenMinter(Tokens.config(), clock);

        String token = minter.staff(
                new TokenMinter.Staff(2, 9, List.of(5L), List.of("ADMIN", "quo\"te")), Duration.ofMinutes(15));

        Principal principal = accepted(now(staff, token));
        assertThat(principal.tenant()).isEqualTo(new TenantId("2"));
        assertThat(principal.subject()).isEqualTo("9");
        assertThat(principal.roles()).containsExactlyInAnyOrder("ADMIN", "quo\"te");
        assertThat(principal.scope()).isEqualTo(Map.of("branch_id", List.of("5")));
        assertThat(principal.expiresAt()).isEqualTo(NOW.plusSeconds(900));
        assertThat(principal.revocationKey()).isPresent();
    }

    /** The same claims under another header, signed with the right secret. */
    private static String resigned(String header, String token) {
        String input = Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(UTF_8))
                + token.substring(token.indexOf('.'), token.lastIndexOf('.'));
        byte[] bytes = input.getBytes(UTF_8);
        byte[] signature = new HmacKey(Tokens.JWT_SECRET).sign(bytes, bytes.length);
        return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    private static boolean believes(MACVerifier verifier, String token) {
        try {
            var jwt = SignedJWT.parse(token);
            return jwt.getHeader().getAlgorithm().equals(JWSAlgorithm.HS256) && jwt.verify(verifier);
        } catch (Exception _) {
            return false;
        }
    }

    /** Whether the signature's last character has no stray bits and nothing is padded. */
    private static boolean isCanonical(String token) {
        String signature = token.substring(token.lastIndexOf('.') + 1);
        try {
            byte[] octets = Base64.getUrlDecoder().decode(signature);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(octets)
                    .equals(signature);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    static String mutated(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(5)) {
                case 0 -> changed.setCharAt(at, (char) random.nextInt(128));
                case 1 -> changed.setCharAt(changed.length() - 1, (char) ('A' + random.nextInt(58)));
                case 2 -> changed.deleteCharAt(at);
                case 3 -> changed.insert(at, "{}[]\":,.=-_0e9\\\u0000\u20ac".charAt(random.nextInt(17)));
                default -> changed.append(text, at % text.length(), text.length());
            }
            if (changed.isEmpty()) {
                changed.append('.');
            }
        }
        return changed.toString();
    }

    /** Answers one stage to everything; throws when it has none. */
    private record BrokenList(
            @org.jspecify.annotations.Nullable CompletableFuture<Status> answer) implements RevocationList {
        @Override
        public CompletionStage<Status> status(Principal principal) {
            if (answer == null) {
                throw new IllegalStateException("broken");
            }
            return answer;
        }

        @Override
        public CompletionStage<Void> revokeToken(String tokenId, Instant expiresAt) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> revokeUser(TenantId tenant, String subject, Instant before) {
            throw new UnsupportedOperationException();
        }
    }
}

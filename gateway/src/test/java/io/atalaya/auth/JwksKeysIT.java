package io.atalaya.auth;

import static io.atalaya.auth.Tokens.NOW;
import static io.atalaya.auth.Tokens.accepted;
import static io.atalaya.auth.Tokens.reason;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Unavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@SuppressWarnings("NullAway.Init")
class JwksKeysIT {
    private static RSAKey rsa;
    private static ECKey ec;
    private static RSAKey next;

    private final Tokens.HandClock clock = new Tokens.HandClock();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile String answer = "";
    private volatile int status = 200;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private HttpServer server;
    private @Nullable JwksKeys keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa-1").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        next = new RSAKeyGenerator(2048).keyID("rsa-2").generate();
    }

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/jwks.json", this::serve);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
        answer = set(rsa, ec);
    }

    @AfterEach
    void stopServer() {
        gate.countDown();
        if (keys != null) {
            keys.close();
        }
        server.stop(0);
    }

    @Test
    void acceptsBothAlgorithmsByAKeySetFromTheWeb() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();

        assertThat(accepted(ask(staff, rsaToken(rsa))).subject()).isEqualTo("7");
        assertThat(accepted(ask(staff, ecToken(ec))).subject()).isEqualTo("7");
        assertThat(requests).hasValue(1);
    }

    @Test
    void acceptsByAKeySetInAFileAndReadsItAgain(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("jwks.json"), set(rsa));
        StaffTokenAuthenticator staff = staffBy(file.toString());

        assertThat(accepted(ask(staff, rsaToken(rsa))).subject()).isEqualTo("7");
        assertThat(ask(staff, ecToken(ec))).isEqualTo(new Unavailable("signing keys"));

        Files.writeString(file, set(ec));
        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());

        assertThat(accepted(ask(staff, ecToken(ec))).subject()).isEqualTo("7");
    }

    @Test
    void acceptsATokenWithoutKeyIdWhereThereIsNoChoice() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();
        accepted(ask(staff, token(JWSAlgorithm.RS256, null, new RSASSASigner(rsa))));

        answer = set(rsa, next);
        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());
        accepted(ask(staff, rsaToken(next)));

        assertThat(reason(ask(staff, token(JWSAlgorithm.RS256, null, new RSASSASigner(rsa)))))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesAPublicKeyTakenForASecret() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();

        for (byte[] secret : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                rsa.toPublicJWK().toJSONString().getBytes(UTF_8),
                rsa.getModulus().decode())) {
            String confused = token(JWSAlgorithm.HS256, "rsa-1", new MACSigner(secret));
            assertThat(reason(ask(staff, confused))).isEqualTo(Reason.BAD_SIGNATURE);
        }
    }

    @Test
    void refusesASymmetricKeyOfTheSetAndKeysMeantForSomethingElse() throws Exception {
        OctetSequenceKey secret =
                new OctetSequenceKeyGenerator(256).keyID("oct-1").generate();
        RSAKey forEncryption =
                new RSAKey.Builder(next).keyUse(KeyUse.ENCRYPTION).build();
        RSAKey forPss = new RSAKey.Builder(next)
                .keyID("pss")
                .algorithm(JWSAlgorithm.PS256)
                .build();
        answer = "{\"keys\":[%s,%s,%s,%s]}"
                .formatted(
                        rsa.toPublicJWK().toJSONString(),
                        secret.toJSONString(),
                        forEncryption.toPublicJWK().toJSONString(),
                        forPss.toPublicJWK().toJSONString());
        StaffTokenAuthenticator staff = staffByUrl();
        accepted(ask(staff, rsaToken(rsa)));

        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());
        assertThat(reason(ask(staff, token(JWSAlgorithm.HS256, "oct-1", new MACSigner(secret)))))
                .isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(ask(staff, rsaToken(next)))).isEqualTo(Reason.BAD_SIGNATURE);
        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());
        assertThat(reason(ask(staff, token(JWSAlgorithm.RS256, "pss", new RSASSASigner(next)))))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesAnotherKeysSignatureUnderAKnownName() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();

        assertThat(reason(ask(staff, token(JWSAlgorithm.RS256, "rsa-1", new RSASSASigner(next)))))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void refusesATokenWithAnyByteChanged() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();
        String genuine = ecToken(ec);
        accepted(ask(staff, genuine));

        for (int i = genuine.indexOf('.'); i < genuine.length(); i++) {
            var changed = new StringBuilder(genuine);
            changed.setCharAt(i, genuine.charAt(i) == 'A' ? 'B' : 'A');
            assertThat(ask(staff, changed.toString())).as("byte %d", i).isInstanceOf(AuthOutcome.Refused.class);
        }
    }

    @Test
    void fetchesAgainForAKeyNotSeenBefore() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();
        accepted(ask(staff, rsaToken(rsa)));

        answer = set(next);
        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());

        accepted(ask(staff, rsaToken(next)));
        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());
        assertThat(reason(ask(staff, rsaToken(rsa)))).isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(requests).hasValue(3);
    }

    @Test
    void doesNotFetchMoreOftenThanAllowedHoweverManyKeysAreMadeUp() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();
        accepted(ask(staff, rsaToken(rsa)));

        for (int i = 0; i < 50; i++) {
            AuthOutcome outcome = ask(staff, token(JWSAlgorithm.RS256, "made-up-" + i, new RSASSASigner(next)));
            assertThat(outcome).isEqualTo(new Unavailable("signing keys"));
        }

        assertThat(requests).hasValue(1);
    }

    @Test
    void neverMakesTheCallerWaitForTheServer() throws Exception {
        gate = new CountDownLatch(1);
        StaffTokenAuthenticator staff = staffByUrl();

        CompletionStage<AuthOutcome> pending = staff.authenticate(rsaToken(rsa));
        await().until(() -> requests.get() == 1);
        assertThat(pending.toCompletableFuture()).isNotDone();
        gate.countDown();

        accepted(pending.toCompletableFuture().get(10, TimeUnit.SECONDS));
    }

    @Test
    void isUnavailableWhileThereAreNoKeysAndGoodAsSoonAsThereAre() throws Exception {
        status = 500;
        StaffTokenAuthenticator staff = staffByUrl();
        assertThat(ask(staff, rsaToken(rsa))).isEqualTo(new Unavailable("signing keys"));
        assertThat(keys().failures()).isEqualTo(1);

        status = 200;
        nanos.addAndGet(JwksKeys.MIN_REFETCH.toNanos());

        accepted(ask(staff, rsaToken(rsa)));
    }

    @Test
    void usesItsKeysThroughAnOutageAndNotForEver() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();
        accepted(ask(staff, rsaToken(rsa)));
        answer = "{\"keys\":[]}";

        nanos.addAndGet(JwksKeys.MAX_AGE.toNanos());
        accepted(ask(staff, rsaToken(rsa)));

        nanos.incrementAndGet();
        assertThat(ask(staff, rsaToken(rsa))).isEqualTo(new Unavailable("signing keys"));
    }

    @Test
    void boundsAnAnswerThatDoesNotEnd() throws Exception {
        answer = "{" + " ".repeat(2 << 20) + "}";
        StaffTokenAuthenticator staff = staffByUrl();

        assertThat(ask(staff, rsaToken(rsa))).isEqualTo(new Unavailable("signing keys"));
        assertThat(keys().failures()).isEqualTo(1);
    }

    @Test
    void isUnavailableOnceClosed() throws Exception {
        StaffTokenAuthenticator staff = staffByUrl();
        accepted(ask(staff, rsaToken(rsa)));

        keys().close();

        assertThat(ask(staff, rsaToken(rsa))).isEqualTo(new Unavailable("signing keys"));
    }

    @Test
    void refusesPlacesThatCannotBeTrustedOrRead(@TempDir Path directory) throws Exception {
        Path noKeys = Files.writeString(directory.resolve("none.json"), "{\"keys\":[]}");
        Path weak = Files.writeString(
                directory.resolve("weak.json"),
                set(new RSAKeyGenerator(1024, true).keyID("w").generate()));

        for (String location : List.of(
                "http://example.com/jwks.json",
                "http://127.0.0.1.example.com/jwks.json",
                "ftp://127.0.0.1/jwks.json",
                directory.resolve("missing.json").toString(),
                noKeys.toString(),
                weak.toString())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JwksKeys.Source.at(location))
                    .withMessageContaining("expected");
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            gate.await();
            byte[] body = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private StaffTokenAuthenticator staffByUrl() {
        return staffBy("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks.json");
    }

    private StaffTokenAuthenticator staffBy(String location) {
        keys = new JwksKeys(JwksKeys.Source.at(location), nanos::get);
        return new StaffTokenAuthenticator(
                Tokens.configWithoutSecrets(), keys, Tokens.STAFF, new InMemoryRevocationList(clock, 10), clock);
    }

    private JwksKeys keys() {
        if (keys == null) {
            throw new IllegalStateException("no keys yet");
        }
        return keys;
    }

    private static AuthOutcome ask(Authenticator authenticator, String token) throws Exception {
        return authenticator.authenticate(token).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String set(JWK... jwks) {
        return new JWKSet(List.of(jwks)).toString();
    }

    private static String rsaToken(RSAKey key) throws Exception {
        return token(JWSAlgorithm.RS256, key.getKeyID(), new RSASSASigner(key));
    }

    private static String ecToken(ECKey key) throws Exception {
        return token(JWSAlgorithm.ES256, key.getKeyID(), new ECDSASigner(key));
    }

    private static String token(JWSAlgorithm algorithm, @Nullable String keyId, JWSSigner signer) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .subject("7")
                .issuer("menu-ops")
                .audience("menu-ops-users")
                .claim("tenant_id", 1)
                .claim("roles", List.of("WAITER"))
                .expirationTime(Date.from(NOW.plusSeconds(900)))
                .build();
        var jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
        jwt.sign(signer);
        return jwt.serialize();
    }
}

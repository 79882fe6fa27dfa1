package io.atalaya.benchmarks;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.AuthOutcome.Accepted;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.ClaimMapping;
import io.atalaya.auth.InMemoryRevocationList;
import io.atalaya.auth.StaffTokenAuthenticator;
import io.atalaya.auth.TableTokenAuthenticator;
import io.atalaya.auth.TokenMinter;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Verifying a client's token, revocation included: part of the cost of each connect. The library's own way stands beside
 * it, to show what reading HS256 by hand is worth. Confined to one benchmark thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenBenchmark {
    private static final String SECRET = "a benchmark's secret is no secret at all";

    private final AuthConfig config = new AuthConfig(
            Optional.of(SECRET),
            AuthConfig.DEFAULT_ISSUER,
            AuthConfig.DEFAULT_AUDIENCE,
            Optional.empty(),
            Optional.of(SECRET),
            false);
    private final InstantSource clock = InstantSource.system();
    private final InMemoryRevocationList revocations = new InMemoryRevocationList(clock, 1000);
    private final Authenticator staff = new StaffTokenAuthenticator(
            config, null, new ClaimMapping("staff", "sub", Map.of("branch_id", "branch_ids")), revocations, clock);
    private final Authenticator tables = new TableTokenAuthenticator(
            config,
            new ClaimMapping(
                    "table",
                    "session_id",
                    Map.of("session_id", "session_id", "branch_id", "branch_id", "table_id", "table_id")),
            revocations,
            clock);
    private final TokenMinter minter = new TokenMinter(config, clock);
    private final TokenMinter.Table seat = new TokenMinter.Table(1, 3, 12, 42);
    private final String staffToken = minter.staff(
            new TokenMinter.Staff(1, 7, List.of(1L, 2L, 3L), List.of("WAITER", "MANAGER")), Duration.ofDays(1));
    private final String tableToken = minter.table(seat, Duration.ofDays(1));
    private final String legacyToken = minter.legacyTable(seat, Duration.ofDays(1));

    /** A staff token, from text to principal. */
    @Benchmark
    public AuthOutcome staff() {
        return accepted(staff, staffToken);
    }

    /** A table token in the current form. */
    @Benchmark
    public AuthOutcome table() {
        return accepted(tables, tableToken);
    }

    /** A table token in the older form. */
    @Benchmark
    public AuthOutcome legacyTable() {
        return accepted(tables, legacyToken);
    }

    /** The signature and the claims of a staff token, none of them checked, by the library. */
    @Benchmark
    public JWTClaimsSet staffByLibrary() throws ParseException, JOSEException {
        JWSVerifier verifier = new MACVerifier(SECRET);
        SignedJWT token = SignedJWT.parse(staffToken);
        if (!token.verify(verifier)) {
            throw new IllegalStateException("refused");
        }
        return token.getJWTClaimsSet();
    }

    private static AuthOutcome accepted(Authenticator authenticator, String token) {
        AuthOutcome outcome =
                authenticator.authenticate(token).toCompletableFuture().join();
        if (!(outcome instanceof Accepted)) {
            throw new IllegalStateException(outcome.toString());
        }
        return outcome;
    }
}

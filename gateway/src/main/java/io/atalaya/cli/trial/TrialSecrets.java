package io.atalaya.cli.trial;

import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.TokenMinter;
import io.atalaya.demo.Person;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Secrets for a gateway that lives no longer than this process, and the tokens that they sign. Immutable; shows no
 * secret but the publish keys that somebody is to try out.
 */
public final class TrialSecrets {
    private static final int SECRET_BYTES = 32;
    private static final int KEY_BYTES = 8;
    private static final Duration LIFETIME = Duration.ofHours(12);

    private final String jwtSecret;
    private final String tableTokenSecret;
    private final SecureRandom random;
    private final TokenMinter minter;

    private TrialSecrets(String jwtSecret, String tableTokenSecret, SecureRandom random, InstantSource clock) {
        this.jwtSecret = jwtSecret;
        this.tableTokenSecret = tableTokenSecret;
        this.random = random;
        this.minter = new TokenMinter(
                new AuthConfig(
                        Optional.of(jwtSecret),
                        AuthConfig.DEFAULT_ISSUER,
                        AuthConfig.DEFAULT_AUDIENCE,
                        Optional.empty(),
                        Optional.of(tableTokenSecret),
                        false),
                clock);
    }

    /** Invents new secrets. */
    public static TrialSecrets fresh(SecureRandom random, InstantSource clock) {
        return new TrialSecrets(hex(random, SECRET_BYTES), hex(random, SECRET_BYTES), random, clock);
    }

    /** Uses the table token secret of a gateway that runs already. */
    public static TrialSecrets of(String tableTokenSecret, SecureRandom random, InstantSource clock) {
        return new TrialSecrets(hex(random, SECRET_BYTES), tableTokenSecret, random, clock);
    }

    /** The key of staff tokens. */
    public String jwtSecret() {
        return jwtSecret;
    }

    /** The key of table tokens. */
    public String tableTokenSecret() {
        return tableTokenSecret;
    }

    /** A new API key that tells its tenant. */
    public String publishKey(String tenant) {
        return "trial-" + tenant + "-" + hex(random, KEY_BYTES);
    }

    /** The token of a guest of the demonstration or of its staff. */
    public String tokenOf(Person person) {
        if (person.role() == Person.Role.DINER) {
            long branch = person.branches().iterator().next();
            return minter.table(
                    new TokenMinter.Table(person.tenant(), branch, person.table(), person.session()), LIFETIME);
        }
        List<Long> branches =
                person.branches().stream().sorted().map(Integer::longValue).toList();
        return minter.staff(
                new TokenMinter.Staff(person.tenant(), person.userId(), branches, List.of(person.jwtRole())), LIFETIME);
    }

    /** The table token of a session of tenant 1, branch 1. */
    public String tokenOfSession(int session) {
        return minter.table(new TokenMinter.Table(1, 1, session, session), LIFETIME);
    }

    private static String hex(SecureRandom random, int bytes) {
        byte[] secret = new byte[bytes];
        random.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}

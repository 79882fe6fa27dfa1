package io.atalaya.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.AuthOutcome.Accepted;
import io.atalaya.auth.ClaimMapping;
import io.atalaya.auth.InMemoryRevocationList;
import io.atalaya.auth.Principal;
import io.atalaya.auth.StaffTokenAuthenticator;
import io.atalaya.auth.TableTokenAuthenticator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TokenCommandTest {
    private static final String STAFF_SECRET = "a staff secret long enough to be one";
    private static final String TABLE_SECRET = "a table secret long enough to be one";
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsAStaffTokenAndNothingElse() {
        int status = run(
                Map.of("JWT_SECRET", STAFF_SECRET),
                "staff --tenant 1 --user 7 --role WAITER,MANAGER --branch 3 --branch 4 --ttl 12h");

        assertThat(status).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        Principal principal = staff(out.toString().strip());
        assertThat(principal.subject()).isEqualTo("7");
        assertThat(principal.roles()).containsExactlyInAnyOrder("WAITER", "MANAGER");
        assertThat(principal.scope()).isEqualTo(Map.of("branch_id", List.of("3", "4")));
        assertThat(principal.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(12)));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void printsTableTokensInBothForms() {
        Map<String, String> environment = Map.of("TABLE_TOKEN_SECRET", TABLE_SECRET);

        run(environment, "table --tenant 1 --branch 3 --table 12 --session 42");
        run(environment, "table --tenant 1 --branch 3 --table 12 --session 42 --legacy");

        List<String> tokens = out.toString().lines().toList();
        assertThat(tokens).hasSize(2);
        assertThat(tokens.get(0).split("\\.")).hasSize(3);
        assertThat(tokens.get(1).split(":")).hasSize(6);
        for (String token : tokens) {
            assertThat(table(token).subject()).isEqualTo("42");
            assertThat(table(token).expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(3)));
        }
    }

    @Test
    void takesTheSecretFromAFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), STAFF_SECRET + "\n");

        int status = run(Map.of(), "staff --tenant 1 --user 7 --secret-file " + file);

        assertThat(status).isZero();
        assertThat(staff(out.toString().strip()).subject()).isEqualTo("7");
    }

    @Test
    void saysWhatIsWrongAndPrintsNoToken() {
        assertThat(run(Map.of(), "staff --tenant 1 --user 7")).isEqualTo(2);
        assertThat(err.toString()).contains("JWT_SECRET: not set");
        assertThat(run(Map.of("JWT_SECRET", STAFF_SECRET), "staff --tenant 0 --user 7"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("tenant: 0 (expected:");
        assertThat(run(Map.of("JWT_SECRET", STAFF_SECRET), "staff --tenant 1 --user 7 --ttl soon"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("'soon' (expected: a time like");
        assertThat(run(Map.of("JWT_SECRET", STAFF_SECRET), "staff --tenant 1 --user 7 --ttl 0s"))
                .isEqualTo(2);
        assertThat(run(Map.of(), "staff --tenant 1 --user 7 --secret-file /nowhere/at/all"))
                .isEqualTo(2);
        assertThat(run(Map.of("TABLE_TOKEN_SECRET", TABLE_SECRET), "table --tenant 1"))
                .isEqualTo(2);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void explainsItselfWithoutShowingSecrets() {
        Map<String, String> environment = Map.of("JWT_SECRET", STAFF_SECRET, "TABLE_TOKEN_SECRET", TABLE_SECRET);

        run(environment, "--help");
        run(environment, "staff --help");
        run(environment, "table --help");

        assertThat(out.toString())
                .contains("staff", "table", "--secret-file", "JWT_SECRET", "Exit codes", "15m", "--legacy")
                .doesNotContain(STAFF_SECRET, TABLE_SECRET);
    }

    private int run(Map<String, String> environment, String line) {
        return new CommandLine(new Main())
                .addSubcommand(new TokenCommand(environment, CLOCK))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(("token " + line).split(" "));
    }

    private static Principal staff(String token) {
        var mapping = new ClaimMapping("staff", "sub", Map.of("branch_id", "branch_ids"));
        return accepted(
                new StaffTokenAuthenticator(config(), null, mapping, new InMemoryRevocationList(CLOCK, 1), CLOCK)
                        .authenticate(token)
                        .toCompletableFuture()
                        .join());
    }

    private static Principal table(String token) {
        var mapping = new ClaimMapping("table", "session_id", Map.of("table_id", "table_id"));
        return accepted(new TableTokenAuthenticator(config(), mapping, new InMemoryRevocationList(CLOCK, 1), CLOCK)
                .authenticate(token)
                .toCompletableFuture()
                .join());
    }

    private static Principal accepted(AuthOutcome outcome) {
        assertThat(outcome).isInstanceOf(Accepted.class);
        return ((Accepted) outcome).principal();
    }

    private static AuthConfig config() {
        return new AuthConfig(
                Optional.of(STAFF_SECRET),
                AuthConfig.DEFAULT_ISSUER,
                AuthConfig.DEFAULT_AUDIENCE,
                Optional.empty(),
                Optional.of(TABLE_SECRET),
                false);
    }
}

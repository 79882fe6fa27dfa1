package io.atalaya.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that are secrets, or that open what must not be open. */
class SecretSettingsTest {
    private static final Path EVERY_KEY = Path.of("src/test/resources/configs/every-key.yaml");

    private static final String STAFF = "8f4b2a6c0d1e3f5a7b9c8d6e4f2a1b3c5d7e9f0a";

    private static final String TABLE = "1c3e5a7b9d0f2e4c6a8b0d1f3e5c7a9b1d3f5e7c";

    @TempDir
    Path directory;

    @Test
    void aSecretMayStandInAFile() {
        write("staff.txt", STAFF + "\n");
        var variables = Map.of("JWT_SECRET_FILE", "staff.txt", "TABLE_TOKEN_SECRET", TABLE);

        GatewayConfig config = valid(plain(variables)).config();

        assertThat(config.auth().jwtSecret()).contains(STAFF);
    }

    @Test
    void aSecretsFileThatCannotBeReadIsAProblem() {
        var variables = Map.of("JWT_SECRET_FILE", "nowhere.txt", "TABLE_TOKEN_SECRET", TABLE);

        List<String> problems = problems(plain(variables));

        assertThat(problems)
                .contains("environment: JWT_SECRET_FILE: nowhere.txt (expected: a readable file of at most 64 KiB)");
    }

    @Test
    void missingSecretsSayHowToMakeThem() {
        List<String> problems = problems(plain(Map.of()));

        assertThat(problems)
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem).contains("not set", "openssl rand -hex 32"));
        assertThat(problems.getFirst()).contains("jwt-secret", "JWT_SECRET_FILE");
        assertThat(problems.getLast()).contains("table-token-secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "changeme",
                "secret",
                "too-short-but-Random-9f3",
                "your-256-bit-secret",
                "a-string-secret-at-least-256-bits-long",
                "dev-secret-change-me-in-production",
                "CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "0123456789abcdef0123456789abcdef",
                "x9K2mQ7pLw4Zx9K2mQ7pLw4Zx9K2mQ7pLw4Z"
            })
    void weakSecretsAreRefusedWithoutBeingShown(String weak) {
        List<String> problems = problems(environment(Map.of("JWT_SECRET", weak)));

        assertThat(problems).singleElement().asString().startsWith("environment: JWT_SECRET: (hidden)");
        assertThat(problems.toString()).doesNotContain(weak.length() > 8 ? weak : "JWT_SECRET: " + weak);
    }

    @Test
    void insecureAsksForNoSecrets() {
        GatewayConfig config = valid(plain(Map.of()).asInsecure()).config();

        assertThat(config.auth().insecure()).isTrue();
    }

    @Test
    void aJwkSetStandsInForTheStaffSecret() {
        var variables = Map.of("JWT_JWKS", "https://login.example.com/jwks.json", "TABLE_TOKEN_SECRET", TABLE);

        assertThat(valid(plain(variables)).config().auth().jwks()).contains("https://login.example.com/jwks.json");
    }

    @Test
    void onlySecretsThatTheProfileNeedsAreAskedFor() {
        Path profile =
                Path.of("src/test/resources/profiles-of-tests/harbour.yaml").toAbsolutePath();
        var variables = Map.of("PROFILE", profile.toString(), "JWT_SECRET", STAFF);

        assertThat(valid(plain(variables)).config().profile().name()).isEqualTo("harbour");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.168.1.5", "::", "management.example.com"})
    void managementBeyondLoopbackNeedsAToken(String host) {
        List<String> problems = problems(environment(Map.of("MANAGEMENT_HOST", host)));

        assertThat(problems).singleElement().asString().contains("MANAGEMENT_HOST", host, "management-token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.8.8.8", "::1"})
    void managementOnLoopbackNeedsNone(String host) {
        assertThat(valid(environment(Map.of("MANAGEMENT_HOST", host)))).isNotNull();
    }

    @Test
    void guessableApiKeysAreRefusedAndShortOnesRemarkedOn() {
        List<String> problems = problems(environment(Map.of("INGEST_API_KEYS", "changeme=1")));
        List<String> notes =
                valid(environment(Map.of("INGEST_API_KEYS", "x7#kQ=1"))).notes();

        assertThat(problems).singleElement().asString().contains("1 of 1 keys").doesNotContain("changeme");
        assertThat(notes)
                .anySatisfy(note -> assertThat(note).contains("shorter than 16").doesNotContain("x7#kQ"));
    }

    @Test
    void aBadRedisUrlIsRefusedWithoutItsPassword() {
        List<String> problems = problems(environment(Map.of("REDIS_URL", "http://u:hunter2@h")));

        assertThat(problems)
                .singleElement()
                .asString()
                .contains("REDIS_URL: (hidden)")
                .doesNotContain("hunter2");
    }

    @Test
    void noRecordShowsASecret() {
        GatewayConfig config =
                valid(ConfigSource.of(Map.of()).withFile(EVERY_KEY)).config();

        String text = config.toString();

        assertThat(text).doesNotContain(STAFF, TABLE, "hunter2", "a7c4e1f09b3d58266e0f", "7d2f9b4e6a1c8035");
    }

    private ConfigSource environment(Map<String, String> more) {
        var variables = new HashMap<>(Map.of("JWT_SECRET", STAFF, "TABLE_TOKEN_SECRET", TABLE));
        variables.putAll(more);
        return plain(variables);
    }

    private ConfigSource plain(Map<String, String> variables) {
        return new ConfigSource(Optional.empty(), variables, Map.of(), directory, false);
    }

    private Path write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ConfigOutcome.Valid valid(ConfigSource source) {
        return switch (ConfigReader.read(source)) {
            case ConfigOutcome.Valid valid -> valid;
            case ConfigOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }

    private static List<String> problems(ConfigSource source) {
        return switch (ConfigReader.read(source)) {
            case ConfigOutcome.Valid _ -> List.of();
            case ConfigOutcome.Invalid invalid ->
                invalid.problems().stream().map(Problem::toString).toList();
        };
    }
}

package io.atalaya.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PostgresConfigTest {
    @Test
    void theUrlIsTakenApart() {
        var config = config(
                "postgresql://ann:p%40ss%2Bw+rd@db.example:5433/events?sslmode=verify-full&application_name=a%26b");

        assertThat(config.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:5433/events");
        assertThat(config.user()).contains("ann");
        assertThat(config.password()).contains("p@ss+w+rd");
        assertThat(config.driverParameters()).isEqualTo(Map.of("sslmode", "verify-full", "ApplicationName", "a&b"));
    }

    @Test
    void portUserAndPasswordMayBeLeftOut() {
        var config = config("postgres://db/events");

        assertThat(config.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5432/events");
        assertThat(config.user()).isEmpty();
        assertThat(config.password()).isEmpty();
        assertThat(config("postgresql+psycopg://ann@db/events").password()).isEmpty();
    }

    @Test
    void thePasswordIsNotShown() {
        var config = config("postgresql://ann:hush@db/events");

        assertThat(config.toString())
                .contains("db:5432/events")
                .doesNotContain("hush")
                .doesNotContain("ann");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "db/events",
                "mysql://db/events",
                "sqlite:///events.db",
                "postgresql://db",
                "postgresql://db/",
                "postgresql:///events",
                "postgresql://db/events?socketFactory=evil.Factory",
                "postgresql://db/events?sslmode",
                "postgresql://db/events?sslmode=%zz",
                "postgresql://d b/events"
            })
    void anythingElseIsRefusedWithoutBeingShown(String text) {
        assertThat(PostgresConfig.parse(text)).isEmpty();
        if (!text.contains(" ") && !text.contains("%zz")) {
            assertThatThrownBy(() -> config(text)).hasMessageNotContaining("evil");
        }
    }

    private static PostgresConfig config(String url) {
        return PostgresConfig.of(URI.create(url), 4);
    }
}

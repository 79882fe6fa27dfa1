package io.atalaya.config;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The reference of all settings, as {@code docs/configuration.md} holds it. Pure functions. */
public final class Reference {
    private static final String HEAD = """
            # Configuration

            <!-- Written by `./atalaya check-config --print-reference`; a test fails when this file is stale. -->

            Every setting is a key of one YAML file and a variable of the environment: `ws-port` and `WS_PORT`. The file is
            `atalaya.yaml` in the working directory, or the one named by `--config`. The environment wins over the file, and
            every setting has a default that a single machine can run with, except the secrets.

            ```yaml
            profile: restaurant
            allowed-origins: [https://dashboard.example.com, https://waiter.example.com]
            jwt-secret-file: /run/secrets/jwt
            table-token-secret-file: /run/secrets/table-token
            ingest-api-keys-file: /run/secrets/ingest-keys
            ws-heartbeat-timeout: 60s
            ```

            - `./atalaya check-config` reads all of it as the gateway would, with the profile, and reports every problem at once.
            - Durations are `500ms`, `10s`, `5m`, `24h` or `7d`; a bare number is seconds. Sizes are bytes, `64KiB`, `8MiB` or `1GiB`.
            - A secret can stand in a file: `jwt-secret-file`, `JWT_SECRET_FILE`. Secrets are never logged. A signing key or token
              under 32 characters, or one that stands in samples and templates, is refused; `openssl rand -hex 32` makes a good one.
            - Relative paths start from the settings file's directory, or from the working directory when given by a variable.
            - Unknown keys of the file are errors. A variable that is set to nothing counts as not set.
            - Each switch of the profile is a setting of the same name as well: `round-submitted-to-kitchen`,
              `ROUND_SUBMITTED_TO_KITCHEN` (restaurant).
            """;

    private Reference() {}

    /** The whole document in Markdown, ending in a line break. */
    public static String markdown() {
        var out = new StringBuilder(HEAD);
        for (Settings.Section section : Settings.SECTIONS) {
            out.append("\n## ").append(section.title()).append("\n\n");
            out.append("| key | variable | default | accepted | |\n|---|---|---|---|---|\n");
            section.settings().forEach(setting -> out.append(row(setting)));
        }
        out.append("\n## Accepted without effect\n\n");
        out.append("Settings of older deployments that have no counterpart. They are remarked on once at start.\n\n");
        new TreeMap<>(SeedNames.WITHOUT_COUNTERPART)
                .forEach((name, why) -> out.append("- `%s`: %s\n".formatted(name, why)));
        return out.toString();
    }

    private static String row(Setting<?> setting) {
        String variable = setting.secret()
                ? "`%1$s`, `%1$s_FILE`".formatted(setting.variable())
                : "`%s`".formatted(setting.variable());
        return List.of(
                        "`" + setting.key() + "`",
                        variable,
                        shownDefault(setting),
                        setting.kind().expected(),
                        setting.sentence())
                .stream()
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String shownDefault(Setting<?> setting) {
        if (setting.defaultText().isEmpty()) {
            return "–";
        }
        return "`" + setting.defaultText().replace(",", "` `") + "`";
    }
}

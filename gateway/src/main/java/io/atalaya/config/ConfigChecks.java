package io.atalaya.config;

import io.atalaya.auth.AuthConfig;
import io.atalaya.config.GatewayConfig.LogStore;
import io.atalaya.edge.EdgeConfig;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.management.ManagementConfig;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.AuthenticationScheme.Kind;
import io.atalaya.profile.Profile;
import io.atalaya.yaml.Problems;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What must hold between settings, and what is worth a remark. Confined to the reading thread. */
final class ConfigChecks {
    private final SettingValues values;
    private final Problems problems;
    private final List<String> notes;

    ConfigChecks(SettingValues values, Problems problems, List<String> notes) {
        this.values = values;
        this.problems = problems;
        this.notes = notes;
    }

    void ports(EdgeConfig edge, ManagementConfig management) {
        if (edge.port() != 0 && edge.port() == management.port()) {
            problems.add(
                    values.place(Settings.MANAGEMENT_PORT),
                    management.port() + ", the public port",
                    "a port of its own");
        }
        Optional<String> token = values.find(Settings.MANAGEMENT_TOKEN);
        if (!isLoopback(management.host()) && token.isEmpty()) {
            problems.add(
                    values.place(Settings.MANAGEMENT_HOST),
                    management.host() + " without management-token",
                    "127.0.0.1, or a management-token of " + Secrets.HOW);
        }
        if (token.isEmpty() && !management.hosts().isEmpty()) {
            problems.add(
                    values.place(Settings.MANAGEMENT_HOSTS),
                    String.join(",", management.hosts()) + " without management-token",
                    "nothing, or a management-token of " + Secrets.HOW);
        }
        token.ifPresent(secret -> rejectWeak(Settings.MANAGEMENT_TOKEN, secret));
    }

    /** Only a literal is trusted: what a name resolves to can change after the check. */
    private static boolean isLoopback(String host) {
        try {
            return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    void intake(IntakeConfig intake) {
        if (intake.maxEventBytes() > intake.maxRequestBytes()) {
            problems.add(
                    values.place(Settings.INGEST_MAX_REQUEST_BYTES),
                    Amounts.size(intake.maxRequestBytes()),
                    "at least ingest-max-event-bytes, " + Amounts.size(intake.maxEventBytes()));
        }
        checkKeys(Settings.INGEST_API_KEYS, intake.publishKeys());
        checkKeys(Settings.QUERY_API_KEYS, intake.queryKeys());
        if (!values.isSet(Settings.INGEST_API_KEYS)) {
            notes.add("ingest-api-keys is not set: nobody can publish over HTTP");
        }
        var shared = new TreeSet<>(intake.publishKeys().keySet());
        shared.retainAll(intake.queryKeys().keySet());
        if (!shared.isEmpty()) {
            notes.add("query-api-keys and ingest-api-keys share a key: whoever publishes with it can read as well");
        }
    }

    void log() {
        if (values.value(Settings.LOG_STORE) == LogStore.REDIS && !values.isSet(Settings.REDIS_URL)) {
            problems.add(
                    values.place(Settings.LOG_STORE), "redis without redis-url", "redis-url, or another log-store");
        }
    }

    private void checkKeys(Setting<Map<String, String>> setting, Map<String, String> keys) {
        long published = keys.keySet().stream().filter(Secrets::isPublished).count();
        if (published > 0) {
            problems.add(
                    values.place(setting),
                    "(hidden) %d of %d keys well-known or guessable".formatted(published, keys.size()),
                    "keys that nobody knows; make one with: openssl rand -hex 32");
        }
        long brief = keys.keySet().stream()
                .filter(key -> key.length() < Secrets.MIN_API_KEY_LENGTH)
                .count();
        if (brief > 0) {
            notes.add("%s: %d of %d keys are shorter than %d characters and can be guessed"
                    .formatted(setting.key(), brief, keys.size(), Secrets.MIN_API_KEY_LENGTH));
        }
    }

    void assignments() {
        if (values.value(Settings.ASSIGNMENTS_SOURCE).equals("database")) {
            if (!values.isSet(Settings.ASSIGNMENTS_DATABASE_URL) && !values.isSet(Settings.DATABASE_URL)) {
                problems.add(
                        values.place(Settings.ASSIGNMENTS_SOURCE),
                        "database without assignments-database-url or database-url",
                        "one of them as well");
            }
            if (values.isSet(Settings.ASSIGNMENTS_FILE)) {
                notes.add("assignments-file is not used: assignments-source is database");
            }
        }
    }

    /** The secrets that the profile's endpoints need: there, and good. */
    void secrets(Profile profile) {
        Set<Kind> kinds = profile.authentication().values().stream()
                .map(AuthenticationScheme::kind)
                .collect(Collectors.toSet());
        if (kinds.contains(Kind.STAFF_JWT) && !values.isSet(Settings.JWT_JWKS)) {
            require(Settings.JWT_SECRET);
        }
        if (kinds.contains(Kind.TABLE_TOKEN)) {
            require(Settings.TABLE_TOKEN_SECRET);
        }
        Optional<String> staff = values.find(Settings.JWT_SECRET);
        Optional<String> table = values.find(Settings.TABLE_TOKEN_SECRET);
        staff.ifPresent(secret -> rejectWeak(Settings.JWT_SECRET, secret));
        table.ifPresent(secret -> rejectWeak(Settings.TABLE_TOKEN_SECRET, secret));
        if (staff.isPresent() && staff.equals(table)) {
            notes.add("table-token-secret is the same as jwt-secret: whoever learns one can make tokens of both kinds");
        }
    }

    private void require(Setting<String> setting) {
        if (!values.isSet(setting)) {
            String where = "in %s or the file named by %s_FILE".formatted(setting.variable(), setting.variable());
            problems.add(values.place(setting), "not set", Secrets.HOW + ", " + where);
        }
    }

    private void rejectWeak(Setting<String> setting, String secret) {
        Secrets.weakness(secret).ifPresent(why -> problems.add(values.place(setting), why, Secrets.HOW));
    }

    void remarks() {
        if (!values.isSet(Settings.ALLOWED_ORIGINS)) {
            notes.add("allowed-origins is not set: only web pages of this machine (local development) may connect");
        }
        if (values.value(Settings.COLLECTOR_ANONYMOUS).equals("everyone")) {
            notes.add("collector-anonymous is everyone: whoever reaches the public port can post and read events of the"
                    + " collector's tenant, where the profile has a collector");
        }
        boolean verifiesNothing =
                values.value(Settings.JWT_ISSUER).equals(AuthConfig.DEFAULT_ISSUER) && values.isSet(Settings.JWT_JWKS);
        if (verifiesNothing) {
            notes.add("jwt-jwks is set but jwt-issuer is the default, " + AuthConfig.DEFAULT_ISSUER);
        }
    }
}

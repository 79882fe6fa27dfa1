package io.atalaya.config;

import io.atalaya.alerting.AlertingConfig;
import io.atalaya.archive.ArchiveConfig;
import io.atalaya.assignment.AssignmentConfig;
import io.atalaya.auth.AuthConfig;
import io.atalaya.canary.CanaryConfig;
import io.atalaya.collector.CollectorConfig;
import io.atalaya.edge.EdgeConfig;
import io.atalaya.exposition.ExpositionConfig;
import io.atalaya.hub.HubConfig;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.kpiapi.KpiConfig;
import io.atalaya.log.LogConfig;
import io.atalaya.management.ManagementConfig;
import io.atalaya.postgres.PostgresConfig;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileSource;
import io.atalaya.query.QueryConfig;
import io.atalaya.recovery.RecoveryConfig;
import io.atalaya.redis.RedisConfig;
import io.atalaya.sloapi.SloConfig;
import io.atalaya.streams.StreamConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that a gateway is started with. Immutable. Holds secrets; none of the records shows them.
 *
 * @param profile the profile, read and checked, with its switches in effect
 * @param profileSource where the profile was read from
 * @param profileSwitches the profile's switches as they are in effect
 * @param dataDir directory of everything kept on disk; not created by reading
 * @param streams used when the log is kept in Redis
 * @param database empty when there is no database server
 * @param redis empty when everything is in this process
 * @param settings every setting as it is in force, without secrets
 */
public record GatewayConfig(
        Profile profile,
        ProfileSource profileSource,
        Map<String, Boolean> profileSwitches,
        Path dataDir,
        EdgeConfig edge,
        HubConfig hub,
        IntakeConfig intake,
        LogStore logStore,
        LogConfig log,
        RecoveryConfig recovery,
        StreamConfig streams,
        ArchiveConfig archive,
        Optional<PostgresConfig> database,
        QueryConfig query,
        CollectorConfig collector,
        AuthConfig auth,
        AssignmentConfig assignments,
        Optional<RedisConfig> redis,
        SloConfig slo,
        KpiConfig kpis,
        AlertingConfig alerting,
        CanaryConfig canary,
        ExpositionConfig exposition,
        ManagementConfig management,
        List<SettingInForce> settings) {

    public GatewayConfig {
        profileSwitches = Map.copyOf(profileSwitches);
        settings = List.copyOf(settings);
    }

    /** The same with another profile and other ways in. */
    public GatewayConfig with(Profile otherProfile, IntakeConfig otherIntake) {
        return new GatewayConfig(
                otherProfile,
                profileSource,
                profileSwitches,
                dataDir,
                edge,
                hub,
                otherIntake,
                logStore,
                log,
                recovery,
                streams,
                archive,
                database,
                query,
                collector,
                auth,
                assignments,
                redis,
                slo,
                kpis,
                alerting,
                canary,
                exposition,
                management,
                settings);
    }

    /** The configuration in force as operators see it: members of a JSON object, no secret among them. */
    public Map<String, Object> document() {
        var values = new LinkedHashMap<String, Object>();
        settings.forEach(
                setting -> values.put(setting.key(), Map.of("value", setting.value(), "from", setting.from())));
        var document = new LinkedHashMap<String, Object>();
        document.put("profile", profile.name());
        document.put("switches", new TreeMap<>(profileSwitches));
        document.put("settings", values);
        return document;
    }

    /** What will run, in one line: profile and ports. */
    public String summary() {
        return "profile %s with %d endpoints and %d event types; public port %s:%d, operators' port %s:%d"
                .formatted(
                        profile.name(),
                        profile.endpoints().size(),
                        profile.events().size(),
                        edge.host(),
                        edge.port(),
                        management.host(),
                        management.port());
    }

    /** Where the log is kept. */
    public enum LogStore {
        /** In a file of the data directory, which also holds the archive when there is no database. */
        EMBEDDED,
        /** In memory: gone with the process. For trials and tests. */
        MEMORY,
        /** In Redis Streams, shared by several gateways. */
        REDIS
    }
}

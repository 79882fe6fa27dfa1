package io.atalaya.proof;

import io.atalaya.auth.Authenticator;
import io.atalaya.canary.CanaryIdentity;
import io.atalaya.config.GatewayConfig;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.kpi.Kpi;
import io.atalaya.kpi.KpiEngine;
import io.atalaya.kpi.KpiFile;
import io.atalaya.kpi.KpiOutcome;
import io.atalaya.kpi.KpiReader;
import io.atalaya.kpiapi.KpiFeed;
import io.atalaya.log.EventLog.CommitListener;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileSource;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloFolder;
import io.atalaya.slo.SloOutcome;
import io.atalaya.yaml.Problem;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be known before the gateway is built: what is promised and reckoned, and who the canary is. Immutable, but for
 * the feed, which is thread-safe.
 *
 * @param config what the gateway is to be built with, the canary's endpoint and key included
 * @param feed hears what the log stores
 */
public record Provision(
        GatewayConfig config, SloFile objectives, KpiFile kpis, KpiFeed feed, Optional<CanaryIdentity> canary) {

    /**
     * Reads what the settings name.
     *
     * @throws UnusableFileException when a file cannot be used
     */
    public static Provision of(GatewayConfig config) {
        SloFolder folder = config.slo().files().map(SloFolder::of).orElseGet(SloFolder::shipped);
        SloOutcome.Valid slo = switch (folder.read()) {
            case SloOutcome.Valid valid -> valid;
            case SloOutcome.Invalid invalid -> throw new UnusableFileException("slo-files", invalid.problems());
        };
        KpiFile kpis = kpis(config, slo.catalogue());
        var feed = new KpiFeed(new KpiEngine(kpis).types());
        if (!config.canary().on()) {
            return new Provision(config, slo.file(), kpis, feed, Optional.empty());
        }
        var canary = new CanaryIdentity(config.profile(), new SecureRandom());
        return new Provision(with(config, canary), slo.file(), kpis, feed, Optional.of(canary));
    }

    private static GatewayConfig with(GatewayConfig config, CanaryIdentity canary) {
        IntakeConfig intake = config.intake();
        var keys = new HashMap<>(intake.publishKeys());
        keys.putAll(canary.publishKeys());
        return config.with(
                CanaryIdentity.into(config.profile()),
                new IntakeConfig(
                        keys,
                        intake.queryKeys(),
                        intake.maxEventBytes(),
                        intake.maxRequestBytes(),
                        intake.maxEventsPerRequest(),
                        intake.maxUncommitted()));
    }

    private static KpiFile kpis(GatewayConfig config, Catalogue catalogue) {
        Optional<KpiOutcome> outcome = config.kpis()
                .file()
                .map(file -> KpiReader.read(file, catalogue))
                .or(() -> config.profileSource() instanceof ProfileSource.Shipped(String name)
                        ? KpiReader.shipped(name).map(source -> KpiReader.read(source, catalogue))
                        : Optional.empty());
        if (outcome.isEmpty()) {
            return KpiFile.none();
        }
        return switch (outcome.get()) {
            case KpiOutcome.Invalid invalid -> throw new UnusableFileException("kpi-file", invalid.problems());
            case KpiOutcome.Valid(KpiFile file) -> {
                List<Problem> problems = against(config.profile(), file);
                if (!problems.isEmpty()) {
                    throw new UnusableFileException("kpi-file", problems);
                }
                yield file;
            }
        };
    }

    /** Events that the profile does not have, or that no log keeps, would make an indicator of nothing. */
    public static List<Problem> against(Profile profile, KpiFile file) {
        var problems = new ArrayList<Problem>();
        for (Kpi kpi : file.kpis()) {
            for (String type : kpi.measure().types()) {
                boolean kept = profile.ruleOf(type).filter(EventType::durable).isPresent();
                if (!kept) {
                    problems.add(new Problem(
                            file.name(),
                            0,
                            0,
                            "indicators." + kpi.id(),
                            type,
                            "a durable event of the profile " + profile.name()));
                }
            }
        }
        return problems;
    }

    /** Who is let in by schemes that no profile has. */
    public Map<String, Authenticator> authenticators() {
        return canary.map(CanaryIdentity::authenticators).orElse(Map.of());
    }

    /** The router, and besides it whoever reckons. */
    public CommitListener heard(CommitListener router) {
        if (kpis.kpis().isEmpty()) {
            return router;
        }
        return entries -> {
            router.onCommitted(entries);
            feed.onCommitted(entries);
        };
    }
}

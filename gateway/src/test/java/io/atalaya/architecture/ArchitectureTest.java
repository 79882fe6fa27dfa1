package io.atalaya.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The product keeps to the house rules, and each rule catches the counter-examples planted for it. */
final class ArchitectureTest {
    private static final String PLANTED_ROOT = "io.atalaya.architecture.planted";
    private static final Pattern PLANTED_CLASS = Pattern.compile("planted\\.(\\w+)(?:\\.Planted\\$(\\w+))?");

    /** Imported once: reading every class file takes seconds. */
    private static final HouseRules PRODUCT = new HouseRules(
            "io.atalaya",
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.atalaya"));

    private static final HouseRules PLANTED = new HouseRules(PLANTED_ROOT, planted());

    /** A rule with the planted classes, or packages, that it has to catch, and only those. */
    enum Rule {
        PACKAGE_TABLE(
                HouseRules::packageTable,
                "event.KnowsTheHub",
                "config.KnowsTheShard",
                "helper",
                "helper.OffTheMap",
                "routing.KnowsIngest"),
        LIBRARY_TABLE(HouseRules::libraryTable, "log.UsesNetty", "log.UsesAssertions"),
        CYCLES(HouseRules::cycles, "ingest.RoutesBack"),
        LOCKS(HouseRules::locks, "hub.LocksABlock", "hub.LocksAMethod", "hub.UsesALock"),
        STATIC_STATE(
                HouseRules::staticState,
                "metrics.StaticVariable",
                "metrics.StaticMap",
                "metrics.StaticAtomic",
                "metrics.StaticArray"),
        PRINTING(HouseRules::printing, "ingest.Prints"),
        CONSTRUCTION(
                HouseRules::construction,
                "ingest.ConstructsTheLog",
                "edge.ConstructsTheAdapter",
                "edge.RefersToTheAdapter"),
        NAMES(HouseRules::names, "auth.TokenUtil", "auth.AbstractVerifier"),
        NULLNESS(
                HouseRules::nullness,
                "auth",
                "cli",
                "config",
                "edge",
                "helper",
                "hub",
                "ingest",
                "log",
                "metrics",
                "redis",
                "routing");

        private final Function<HouseRules, List<String>> violations;
        private final List<String> culprits;

        Rule(Function<HouseRules, List<String>> violations, String... culprits) {
            this.violations = violations;
            this.culprits = List.of(culprits);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theProductKeepsTheRule(Rule rule) {
        assertThat(rule.violations.apply(PRODUCT)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theRuleCatchesWhatWasPlantedAndNothingElse(Rule rule) {
        var violations = rule.violations.apply(PLANTED);

        assertThat(violations.stream().flatMap(ArchitectureTest::culprits))
                .containsOnly(rule.culprits.toArray(String[]::new));
    }

    /** The planted classes that a violation starts from: the first that its text names. */
    private static Stream<String> culprits(String violation) {
        return PLANTED_CLASS
                .matcher(violation)
                .results()
                .map(m -> m.group(2) == null ? m.group(1) : m.group(1) + "." + m.group(2))
                .limit(1);
    }

    private static JavaClasses planted() {
        return new ClassFileImporter().importPackages(PLANTED_ROOT);
    }
}

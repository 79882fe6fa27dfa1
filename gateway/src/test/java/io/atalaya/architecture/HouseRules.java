package io.atalaya.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The structural rules, each a function from classes to the violations found. {@code root} is the package that the
 * table's packages are in, so that a rule can be tried on planted classes. Immutable.
 */
record HouseRules(String root, JavaClasses classes) {
    private static final Set<String> SHARED_NOTHING = Set.of("hub", "edge");
    private static final Set<String> MAY_PRINT = Set.of("cli", "demo", "bench");
    private static final Set<String> MAY_CONSTRUCT = Set.of("gateway", "demo", "bench", "cli", "explain");
    private static final Set<String> ADAPTERS = Set.of("redis", "postgres");
    private static final Set<String> CONTRACTS = Set.of(
            "log.EventLog",
            "archive.Archive",
            "auth.RevocationList",
            "auth.Authenticator",
            "assignment.Assignments",
            "ack.AckStore");
    private static final Set<String> EMPTY_WORDS =
            Set.of("Impl", "Abstract", "Base", "Manager", "Helper", "Util", "Utils");

    /** Our packages use only those of our packages that the table allows, and every package stands in the table. */
    List<String> packageTable() {
        var unknown = classes.stream()
                .filter(c -> !PackageTable.packages().contains(packageOf(c)))
                .map(c -> "%s: package (expected: one of %s)".formatted(c.getName(), PackageTable.packages()));
        var forbidden = dependencies()
                .filter(d -> isOurs(d.getTargetClass()))
                .filter(d -> !PackageTable.mayUse(
                        packageOf(d.getOriginClass()),
                        packageOf(d.getTargetClass()),
                        d.getTargetClass().getSimpleName()))
                .map(Dependency::getDescription);
        return Stream.concat(unknown, forbidden).distinct().toList();
    }

    /** Each library only in the packages that the table allows it in. */
    List<String> libraryTable() {
        return dependencies()
                .filter(d -> PackageTable.packages().contains(packageOf(d.getOriginClass())))
                .filter(d -> !isOurs(d.getTargetClass())
                        && !elementOf(d.getTargetClass()).isPrimitive())
                .filter(d -> !PackageTable.mayUseLibrary(
                        packageOf(d.getOriginClass()),
                        elementOf(d.getTargetClass()).getName()))
                .map(Dependency::getDescription)
                .distinct()
                .toList();
    }

    /** No package uses, over whatever way round, a package that uses it. */
    List<String> cycles() {
        return slices().matching(root + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .evaluate(classes)
                .getFailureReport()
                .getDetails();
    }

    /** Where nothing is shared between threads nothing is locked. */
    List<String> locks() {
        var uses = dependencies()
                .filter(d -> SHARED_NOTHING.contains(packageOf(d.getOriginClass())))
                .filter(d -> d.getTargetClass().getPackageName().equals("java.util.concurrent.locks"))
                .map(Dependency::getDescription);
        var monitors = classes.stream()
                .filter(c -> SHARED_NOTHING.contains(packageOf(c)))
                .flatMap(c -> Bytecode.of(c).synchronizedMethods().map(m -> c.getName() + "." + m + ": synchronized"));
        return Stream.concat(uses, monitors).distinct().toList();
    }

    /** State belongs to an object that somebody owns, never to a class. */
    List<String> staticState() {
        return classes.stream()
                .flatMap(c -> {
                    var immutableValues = Bytecode.of(c).staticFieldsOfUnmodifiableCollections();
                    return c.getFields().stream()
                            .filter(f -> f.getModifiers().contains(JavaModifier.STATIC))
                            .filter(f -> !f.getModifiers().contains(JavaModifier.SYNTHETIC))
                            .filter(f -> !f.getModifiers().contains(JavaModifier.FINAL)
                                    || isExposedArray(f)
                                    || (MutableTypes.contains(f.getRawType())
                                            && !immutableValues.contains(f.getName())));
                })
                .map(f -> f.getFullName() + ": mutable static state (a constant collection comes from List.of, copyOf"
                        + " or the like)")
                .toList();
    }

    /** Standard output belongs to the commands. */
    List<String> printing() {
        return classes.stream()
                .filter(c -> !MAY_PRINT.contains(packageOf(c)))
                .flatMap(c -> c.getFieldAccessesFromSelf().stream())
                .filter(a -> a.getTargetOwner().isEquivalentTo(System.class)
                        && Set.of("out", "err").contains(a.getName()))
                .map(JavaAccess::getDescription)
                .toList();
    }

    /** Which implementation serves is decided in one place: others see the contract. */
    List<String> construction() {
        return classes.stream()
                .filter(c -> !MAY_CONSTRUCT.contains(packageOf(c)))
                .flatMap(c -> Stream.<JavaAccess<? extends AccessTarget.CodeUnitAccessTarget>>concat(
                        c.getConstructorCallsFromSelf().stream(), c.getConstructorReferencesFromSelf().stream()))
                .filter(a -> isOurs(a.getTargetOwner())
                        && !packageOf(a.getTargetOwner()).equals(packageOf(a.getOriginOwner())))
                .filter(a -> isAdapter(a.getTargetOwner()))
                .map(JavaAccess::getDescription)
                .toList();
    }

    /** A name says what a thing is or how it works. */
    List<String> names() {
        return classes.stream()
                .filter(c -> EMPTY_WORDS.stream()
                        .anyMatch(w -> c.getSimpleName().endsWith(w)
                                || c.getSimpleName().matches(w + "[A-Z].*")))
                .map(c -> c.getName() + ": a name without meaning (expected: none of " + EMPTY_WORDS + ")")
                .toList();
    }

    /** Null is an exception that a type announces, in every package. */
    List<String> nullness() {
        return classes.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(p -> !p.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                .map(p -> p.getName() + ": package-info (expected: with @NullMarked)")
                .toList();
    }

    private boolean isAdapter(JavaClass type) {
        boolean ofAdapterPackage = ADAPTERS.contains(packageOf(type))
                && !type.isRecord()
                && !type.isEnum()
                && !type.isAssignableTo(Throwable.class);
        return ofAdapterPackage
                || type.getAllRawInterfaces().stream()
                        .anyMatch(i -> CONTRACTS.stream()
                                .anyMatch(contract -> i.getName().equals(root + "." + contract)));
    }

    private static boolean isExposedArray(JavaField field) {
        return field.getRawType().isArray()
                && (field.getModifiers().contains(JavaModifier.PUBLIC)
                        || field.getModifiers().contains(JavaModifier.PROTECTED));
    }

    private Stream<Dependency> dependencies() {
        return classes.stream().flatMap(c -> c.getDirectDependenciesFromSelf().stream());
    }

    private boolean isOurs(JavaClass type) {
        return elementOf(type).getPackageName().startsWith(root + ".");
    }

    private String packageOf(JavaClass type) {
        var name = elementOf(type).getPackageName();
        return name.startsWith(root + ".") ? name.substring(root.length() + 1) : name;
    }

    private static JavaClass elementOf(JavaClass type) {
        return type.getBaseComponentType();
    }
}

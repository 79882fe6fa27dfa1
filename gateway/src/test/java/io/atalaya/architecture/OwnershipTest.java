package io.atalaya.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes that meet several threads say who owns their state, and the check notices those that do not. */
final class OwnershipTest {
    @Test
    void theProductSaysWhoOwnsItsState() {
        var files = SourceFile.below(Path.of("src/main/java")).stream()
                .filter(f ->
                        Ownership.PACKAGES.stream().anyMatch(p -> f.folder().endsWith("atalaya/" + p + "/")))
                .toList();

        assertThat(files).isNotEmpty();
        assertThat(Ownership.violations(files)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** Counts. */ class A { private int count; }",
                "class A { private int count; }",
                "/** Keeps. */ class A { private final java.util.Map<String, String> kept = f(); }",
                "/** Keeps. */ class A { private final long[] kept = f(); }",
                "/** Counts. */ class A { final AtomicLong count = f(); }",
                "/**\n * Counts.\n *\n * <p>Immutable.\n */\nclass A { int count; }",
                "/**\n * Counts.\n *\n * @param <T> thread-safe\n */\nclass A<T> { int count; }",
                "/** Immutable. */ class B { /** Counts. */ static class A { int count; } }",
                "/** Counts. */ enum A { ONE; int count; }",
            })
    void stateWithoutAnOwnerIsNoticed(String source) {
        assertThat(Ownership.violations(List.of(SourceFile.parse("hub/A.java", source))))
                .singleElement()
                .asString()
                .startsWith("hub/A.java: A carries state");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** Counts. Confined to its event loop. */ class A { private int count; }",
                "/**\n * Counts, and is\n * thread-safe by a lock.\n *\n * <p>More.\n */\nclass A { int count; }",
                "/** Published once. */ class A { int count; private static final class B { int other; } }",
                "/** A name. */ class A { private final String name = f(); static int limit; }",
                "/** A value. */ record A(int[] values) {}",
                "/** A contract. */ interface A { int LIMIT = 3; void run(); }",
            })
    void stateWithAnOwnerAndNoStateAreFine(String source) {
        assertThat(Ownership.violations(List.of(SourceFile.parse("hub/A.java", source))))
                .isEmpty();
    }
}

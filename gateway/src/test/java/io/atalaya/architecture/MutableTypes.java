package io.atalaya.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.BitSet;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** JDK types whose values change. Immutable. */
final class MutableTypes {
    private static final Set<Class<?>> FAMILIES = Set.of(
            Collection.class,
            Map.class,
            BitSet.class,
            Date.class,
            Random.class,
            Appendable.class,
            ThreadLocal.class,
            Thread.class,
            ExecutorService.class);

    private MutableTypes() {}

    static boolean contains(JavaClass type) {
        return FAMILIES.stream().anyMatch(type::isAssignableTo)
                || (type.getPackageName().equals(AtomicInteger.class.getPackageName())
                        && !type.getSimpleName().endsWith("FieldUpdater"));
    }
}

package io.atalaya.architecture.planted.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** A variable of a class. */
    static final class StaticVariable {
        static int count;
    }

    /** A constant that changes. */
    static final class StaticMap {
        static final Map<String, String> CACHE = new ConcurrentHashMap<>();
    }

    /** A constant number that changes. */
    static final class StaticAtomic {
        static final AtomicLong COUNT = new AtomicLong();
    }

    /** A constant array that anybody may change. */
    static final class StaticArray {
        @SuppressWarnings("MutablePublicArray")
        public static final int[] BOUNDS = {1, 2, 3};
    }

    /** Constants. */
    static final class Innocent {
        static final int LIMIT = Integer.getInteger("limit", 3);
        static final List<String> NAMES = List.of("a", "b");
        static final Map<String, Integer> COUNTS = Map.copyOf(new ConcurrentHashMap<>());
        private static final byte[] BYTES = {1};

        int length() {
            return BYTES.length;
        }
    }
}

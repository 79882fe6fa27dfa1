package io.atalaya.architecture.planted.routing;

import io.atalaya.architecture.planted.ingest.Planted.RoutesBack;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** One half of a cycle. */
    public static final class KnowsIngest {
        Object use(RoutesBack other) {
            return other;
        }
    }
}

package io.atalaya.architecture.planted.event;

import io.atalaya.architecture.planted.hub.HubConfig;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** Against the direction of imports. */
    static final class KnowsTheHub {
        int sessions(HubConfig config) {
            return config.sessions();
        }
    }

    /** Keeps to every rule. */
    public static final class Innocent {}
}

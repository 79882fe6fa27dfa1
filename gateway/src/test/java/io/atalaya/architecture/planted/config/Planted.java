package io.atalaya.architecture.planted.config;

import io.atalaya.architecture.planted.hub.HubConfig;
import io.atalaya.architecture.planted.hub.Planted.Shared;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** Composes the records of others, as it may. */
    record Innocent(HubConfig hub) {}

    /** Uses more of another package than its settings. */
    static final class KnowsTheShard {
        void use(Shared shared) {
            shared.touch();
        }
    }
}

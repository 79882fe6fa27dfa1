package io.atalaya.architecture.planted.auth;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** A drawer for everything. */
    static final class TokenUtil {}

    /** A name without meaning. */
    static final class AbstractVerifier {}

    /** A word that only begins alike. */
    static final class Baseline {}
}

package io.atalaya.architecture.planted.helper;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** In a package that is not on the map. */
    static final class OffTheMap {}
}

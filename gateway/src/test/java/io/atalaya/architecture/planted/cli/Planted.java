package io.atalaya.architecture.planted.cli;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** Prints where it is meant to, constructs what it likes. */
    static final class Innocent {
        void say() {
            System.out.println("hello");
        }
    }
}

package io.atalaya.architecture.planted.ingest;

import io.atalaya.architecture.planted.log.Planted.InMemoryEventLog;
import io.atalaya.architecture.planted.routing.Planted.KnowsIngest;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** The other half of a cycle. */
    public static final class RoutesBack {
        Object use(KnowsIngest other) {
            return other;
        }
    }

    /** Prints where nobody listens. */
    static final class Prints {
        void say(Iterable<String> words) {
            System.out.println("hello");
            words.forEach(System.err::println);
        }
    }

    /** Decides for itself which log serves. */
    static final class ConstructsTheLog {
        Object log() {
            return new InMemoryEventLog();
        }
    }
}

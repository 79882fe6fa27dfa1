package io.atalaya.architecture.planted.edge;

import io.atalaya.architecture.planted.redis.Planted.RedisRevocationList;
import java.util.function.Supplier;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** Decides for itself which adapter serves. */
    static final class ConstructsTheAdapter {
        Object adapter() {
            return new RedisRevocationList();
        }
    }

    /** Likewise, by reference. */
    static final class RefersToTheAdapter {
        Supplier<Object> adapter() {
            return RedisRevocationList::new;
        }
    }

    /** Makes a value. */
    static final class Innocent {
        Object value() {
            return new io.atalaya.architecture.planted.redis.Planted.Innocent(1);
        }
    }
}

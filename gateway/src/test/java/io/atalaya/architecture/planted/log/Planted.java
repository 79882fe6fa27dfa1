package io.atalaya.architecture.planted.log;

import io.netty.buffer.ByteBuf;
import org.assertj.core.api.Assertions;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** A library where it is not allowed. */
    static final class UsesNetty {
        int length(ByteBuf[] buffers) {
            return buffers.length;
        }
    }

    /** A library that is nowhere allowed. */
    static final class UsesAssertions {
        Object use() {
            return Assertions.assertThat(1);
        }
    }

    /** An implementation of the contract, constructed where it belongs. */
    public static final class InMemoryEventLog implements EventLog {
        static EventLog innocent() {
            return new InMemoryEventLog();
        }
    }
}

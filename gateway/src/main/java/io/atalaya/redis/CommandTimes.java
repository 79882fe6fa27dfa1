package io.atalaya.redis;

import io.atalaya.metrics.LabelSet;
import io.atalaya.metrics.Timings;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.net.SocketAddress;
import java.util.List;

/**
 * Measures commands from their way out to their answer. Thread-safe, as what it records to is. Commands that wait on
 * purpose are left out: their time says nothing about Redis.
 */
public final class CommandTimes implements CommandLatencyRecorder {
    /** The commands that the gateway sends in its daily work. */
    public static final LabelSet COMMANDS = LabelSet.of(List.of(
            "EVAL",
            "EVALSHA",
            "EXISTS",
            "GET",
            "HMGET",
            "PING",
            "PSUBSCRIBE",
            "SET",
            "XAUTOCLAIM",
            "XRANGE",
            "XREADGROUP"));

    private static final String WAITING_READ = "XREAD";

    private final Timings timings;

    /** @param timings knows {@link #COMMANDS} */
    CommandTimes(Timings timings) {
        this.timings = timings;
    }

    @Override
    public void recordCommandLatency(
            SocketAddress local,
            SocketAddress remote,
            ProtocolKeyword command,
            long firstResponseNanos,
            long completionNanos) {
        String name = command.toString();
        if (!name.equals(WAITING_READ)) {
            timings.record(name, completionNanos);
        }
    }
}

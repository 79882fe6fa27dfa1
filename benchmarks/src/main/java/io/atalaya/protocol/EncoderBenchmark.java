package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An event of about 200 bytes written as its frame. Confined to one benchmark thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncoderBenchmark {
    private final Event event = new Event(
            new TenantId("1"),
            new EventId("0123456789abcdef"),
            "SECTOR",
            Map.of(),
            new Event.Body(("{\"type\":\"SECTOR\",\"entity\":\"" + "x".repeat(150) + "\"").getBytes(UTF_8)),
            Instant.EPOCH,
            0,
            true);
    private final ByteBuf out = Unpooled.directBuffer(1_024);
    private long offset = 1_000_000;

    /** With a cursor, as for every durable event. */
    @Benchmark
    public int durable() {
        out.clear();
        EventFrames.encode(event, new Cursor(7, ++offset), out);
        return out.writerIndex();
    }

    /** Without. */
    @Benchmark
    public int ephemeral() {
        out.clear();
        EventFrames.encode(event, null, out);
        return out.writerIndex();
    }
}

package io.atalaya.live;

import io.atalaya.http.HttpOptions;
import io.atalaya.http.HttpPipeline;
import io.atalaya.http.Route;
import io.atalaya.http.Routes;
import io.atalaya.http.UpgradeHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who watches a stream through the real server kit, without a socket. Confined to the test's thread. */
public final class Watcher implements AutoCloseable {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final StringBuilder all = new StringBuilder();

    /** Asks for a stream. */
    public void watch(List<Route> routes, String target) {
        var port = new HttpPipeline(
                HttpOptions.defaults(),
                Routes.of(routes),
                UpgradeHandler.none(),
                InstantSource.fixed(Instant.EPOCH),
                () -> 0,
                (_, _, _, _) -> {});
        port.install(channel.pipeline());
        channel.writeInbound(Unpooled.copiedBuffer(
                "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n", StandardCharsets.UTF_8));
        channel.runPendingTasks();
    }

    /** From now on the socket takes nothing. */
    public void stopReading() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(256, 512));
        channel.pipeline().addFirst("stopped", new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext ctx) {
                // the bytes stay where they are
            }
        });
    }

    /** The socket takes everything again. */
    public void readAgain() {
        channel.pipeline().remove("stopped");
        channel.flush();
    }

    /** What has come since the last look. */
    public String read() {
        channel.runPendingTasks();
        var text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        all.append(text);
        return text.toString();
    }

    /** The data of the latest event of that name. */
    public JsonNode last(String name) {
        read();
        int event = all.lastIndexOf("event: " + name + "\n");
        if (event < 0) {
            throw new AssertionError("no event " + name + " in " + all);
        }
        int data = all.indexOf("data: ", event) + "data: ".length();
        return JsonMapper.shared().readTree(all.substring(data, all.indexOf("\n", data)));
    }

    /** Everything that has come so far. */
    public String all() {
        read();
        return all.toString();
    }

    public boolean isOpen() {
        channel.runPendingTasks();
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}

package io.atalaya.edge.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.edge.ConnectRequest;
import io.atalaya.edge.EdgeContext;
import io.atalaya.edge.Entrance;
import io.atalaya.http.HttpPipeline;
import io.atalaya.http.UpgradeHandler;
import io.atalaya.profile.Endpoint;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns HTTP connections into WebSocket connections. Immutable and thread-safe.
 *
 * <p>The pipeline before and after:
 *
 * <pre>
 *   head ─ HTTP decoder ─ HTTP connection              (io.atalaya.http.HttpPipeline)
 *   head ─ frame decoder ─ session handler             (frames are written ready-made, so there is no encoder)
 * </pre>
 */
public final class WebSocketUpgrade implements UpgradeHandler {
    static final String DECODER = "websocket-decoder";
    static final String SESSION = "websocket-session";

    private final Entrance entrance;
    private final EdgeContext context;
    private final WebSocketDecoderConfig decoding;

    public WebSocketUpgrade(Entrance entrance) {
        this.entrance = entrance;
        this.context = entrance.context();
        this.decoding = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(context.limits().maxMessageBytes())
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build();
    }

    /** Whoever asks for the path of an endpoint in another way is told what is there. */
    @Override
    public boolean concerns(HttpRequest head) {
        return UpgradeHandler.super.concerns(head)
                || (head.method().equals(HttpMethod.GET) && endpointOf(head.uri()) != null);
    }

    private @Nullable Endpoint endpointOf(String uri) {
        int query = uri.indexOf('?');
        return context.profile()
                .endpointAt(query < 0 ? uri : uri.substring(0, query))
                .orElse(null);
    }

    @Override
    public boolean onUpgrade(ChannelHandlerContext ctx, HttpRequest head, IntConsumer answered) {
        var uri = new QueryStringDecoder(head.uri());
        Endpoint endpoint = context.profile().endpointAt(uri.path()).orElse(null);
        if (endpoint == null) {
            return false;
        }
        switch (Handshake.answer(head)) {
            case Handshake.Answer.Refused refused -> {
                answered.accept(refused.status());
                ctx.writeAndFlush(Unpooled.copiedBuffer(refused.response(), US_ASCII))
                        .addListener(ChannelFutureListener.CLOSE);
            }
            case Handshake.Answer.Accepted accepted -> {
                ctx.write(Unpooled.copiedBuffer(accepted.response(), US_ASCII));
                upgrade(ctx, endpoint, ConnectRequest.of(head, uri));
            }
        }
        return true;
    }

    private void upgrade(ChannelHandlerContext ctx, Endpoint endpoint, ConnectRequest request) {
        ChannelPipeline pipeline = ctx.pipeline();
        var handler = new SessionHandler(context);
        pipeline.addLast(DECODER, new WebSocket13FrameDecoder(decoding));
        pipeline.addLast(SESSION, handler);
        HttpPipeline.detach(pipeline);
        handler.connect(entrance, endpoint, request);
    }
}

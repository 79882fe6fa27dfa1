package io.atalaya.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import java.util.function.IntConsumer;

/** Takes over connections that are to carry something else than answers from some request on. */
@FunctionalInterface
public interface UpgradeHandler {
    /**
     * Whether a request may be one of those: looked at when its head has been read, before any route sees it. Usually one
     * that asks for a WebSocket (RFC 6455 section 4.1).
     */
    default boolean concerns(HttpRequest head) {
        return head.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    /**
     * Called on the connection's event loop after a request that this concerns was read completely and all earlier
     * requests of the connection were answered.
     *
     * <p>Who returns true owns the channel from then on: the HTTP handlers only forward what they read, no HTTP timer
     * runs any more, and {@link HttpPipeline#detach} removes them.
     *
     * @param ctx the context of the handler named {@link HttpPipeline#CONNECTION}
     * @param answered counts an answer of the owner's by its status: it is told when one is sent that is HTTP
     * @return false to have the request treated like any other
     */
    boolean onUpgrade(ChannelHandlerContext ctx, HttpRequest head, IntConsumer answered);

    /** Takes over nothing. */
    static UpgradeHandler none() {
        return (_, _, _) -> false;
    }

    /** Leaves a request to {@code first} where it concerns that, else to {@code second}. */
    static UpgradeHandler either(UpgradeHandler first, UpgradeHandler second) {
        return new UpgradeHandler() {
            @Override
            public boolean concerns(HttpRequest head) {
                return first.concerns(head) || second.concerns(head);
            }

            @Override
            public boolean onUpgrade(ChannelHandlerContext ctx, HttpRequest head, IntConsumer answered) {
                return (first.concerns(head) ? first : second).onUpgrade(ctx, head, answered);
            }
        };
    }
}

package io.atalaya.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;

/** Takes over the connections whose request asks for {@code Upgrade: websocket}, before any route sees it. */
@FunctionalInterface
public interface UpgradeHandler {
    /**
     * Called on the connection's event loop after the request was read completely and all earlier requests of the
     * connection were answered.
     *
     * <p>Who returns true owns the channel from then on: the HTTP handlers only forward what they read, no HTTP timer
     * runs any more, and {@link HttpPipeline#detach} removes them.
     *
     * @param ctx the context of the handler named {@link HttpPipeline#CONNECTION}
     * @return false to have the request treated like any other
     */
    boolean onUpgrade(ChannelHandlerContext ctx, HttpRequest head);

    /** Takes over nothing. */
    static UpgradeHandler none() {
        return (_, _) -> false;
    }
}

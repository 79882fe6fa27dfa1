package io.atalaya.edge.sse;

import io.atalaya.edge.ConnectRequest;
import io.atalaya.edge.Entrance;
import io.atalaya.http.HttpPipeline;
import io.atalaya.http.ResponseEncoder;
import io.atalaya.http.Route;
import io.atalaya.http.UpgradeHandler;
import io.atalaya.profile.Endpoint;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns HTTP connections into event streams: {@code GET /sse/{endpoint}}. Immutable and thread-safe.
 *
 * <p>The answer has no length and ends with its connection, in HTTP/1.0 as in 1.1: what follows its head is the stream
 * itself, so that one encoded event can be written to every session as it is. The pipeline before and after:
 *
 * <pre>
 *   head ─ HTTP decoder ─ HTTP connection              (io.atalaya.http.HttpPipeline)
 *   head ─ stream handler                              (what the client still sends is not looked at)
 * </pre>
 */
public final class EventStreams implements UpgradeHandler {
    static final String PREFIX = "/sse/";
    static final String STREAM = "event-stream";

    private final Entrance entrance;
    private final ResponseEncoder encoder;
    private final StreamAnswers answers;

    public EventStreams(Entrance entrance, ResponseEncoder encoder) {
        this.entrance = entrance;
        this.encoder = encoder;
        this.answers = new StreamAnswers(entrance.context().config());
    }

    /** How the readers of streams acknowledge. */
    public List<Route> routes() {
        var pace = new AckPace(entrance.context().limits(), entrance.context().nanoClock());
        return entrance.context().profile().endpoints().values().stream()
                .map(endpoint -> new AckRoute(entrance, endpoint, answers, pace).route())
                .toList();
    }

    @Override
    public boolean concerns(HttpRequest head) {
        return head.method().equals(HttpMethod.GET) && endpointOf(head.uri()) != null;
    }

    @Override
    public boolean onUpgrade(ChannelHandlerContext ctx, HttpRequest head, IntConsumer answered) {
        Endpoint endpoint = endpointOf(head.uri());
        if (endpoint == null) {
            return false;
        }
        var request = ConnectRequest.of(head, new QueryStringDecoder(head.uri()));
        var handler = new StreamHandler(encoder, answers, endpoint, request, answered);
        ctx.pipeline().addLast(STREAM, handler);
        HttpPipeline.detach(ctx.pipeline());
        handler.connect(entrance);
        return true;
    }

    private @Nullable Endpoint endpointOf(String uri) {
        if (!uri.startsWith(PREFIX)) {
            return null;
        }
        int query = uri.indexOf('?');
        String name = uri.substring(PREFIX.length(), query < 0 ? uri.length() : query);
        return entrance.context().profile().endpoints().get(name);
    }
}

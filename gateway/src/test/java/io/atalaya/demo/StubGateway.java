package io.atalaya.demo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Looks like a gateway and misbehaves as told, so that the demonstration can be seen to notice. Thread-safe: everything
 * happens on its one event loop. A token is the person's index.
 */
final class StubGateway implements RunningGateway {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private final Fault fault;
    private final Evening evening;
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<Integer, Channel> sockets = new LinkedHashMap<>();
    private final Channel server;
    private int published;

    /** What the stub does wrong. */
    enum Fault {
        NONE,
        LOSES_ONE,
        REPEATS_ONE,
        LEAKS_ACROSS_TENANTS,
        LEAKS_TO_ANOTHER_TABLE,
        REFUSES_ONE,
        CUTS_ONE_OFF,
        BOOKS_DO_NOT_BALANCE
    }

    StubGateway(Fault fault, Evening evening) {
        this.fault = fault;
        this.evening = evening;
        this.server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(65_536), new Requests())
                                .addLast(new WebSocketServerProtocolHandler("/ws", null, true, 65_536, true, true))
                                .addLast(new Pings());
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    /** A guest's place in the stub is the index in its token; the rehearsal's guest has a table of its own. */
    static String tokenOf(Person person) {
        return person.session() > 100_000 ? "-1" : Integer.toString(person.index());
    }

    @Override
    public int publicPort() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public int managementPort() {
        return publicPort();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void onEvent(String event) {
        JsonNode json = JSON.readTree(event);
        List<Integer> hearers = hearersOf(json);
        if (json.path("session_id").asInt(0) < 100_000) {
            published++;
            if (published == 10) {
                misbehave(json, hearers);
            }
        }
        hearers.forEach(index -> send(index, event));
    }

    private List<Integer> hearersOf(JsonNode json) {
        if (json.path("session_id").asInt(0) > 100_000) {
            return new ArrayList<>(List.of(-1));
        }
        Step step = evening.steps().stream()
                .filter(s -> s.id().equals(json.path("id").asString(""))
                        && s.restaurant().tenant() == json.path("tenant_id").asInt(0))
                .findFirst()
                .orElseThrow();
        return new ArrayList<>(step.hearers().stream().map(Person::index).toList());
    }

    private void misbehave(JsonNode event, List<Integer> hearers) {
        int tenant = event.path("tenant_id").asInt(0);
        int session = event.path("session_id").asInt(0);
        switch (fault) {
            case LOSES_ONE -> hearers.removeFirst();
            case REPEATS_ONE -> hearers.add(hearers.getFirst());
            case LEAKS_ACROSS_TENANTS ->
                hearers.add(somebody(person -> person.tenant() != tenant && person.role() == Person.Role.ADMIN));
            case LEAKS_TO_ANOTHER_TABLE ->
                hearers.add(somebody(person -> person.tenant() == tenant
                        && person.role() == Person.Role.DINER
                        && person.session() != session));
            case CUTS_ONE_OFF -> {
                Channel socket = sockets.get(somebody(person -> !hearers.contains(person.index())));
                if (socket != null) {
                    socket.close();
                }
            }
            case NONE, REFUSES_ONE, BOOKS_DO_NOT_BALANCE -> {}
        }
    }

    private int somebody(Predicate<Person> who) {
        return evening.people().stream().filter(who).findFirst().orElseThrow().index();
    }

    private void send(int index, String event) {
        Channel socket = sockets.get(index);
        if (socket != null) {
            socket.writeAndFlush(new TextWebSocketFrame(event));
        }
    }

    private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            var url = new QueryStringDecoder(request.uri());
            if (url.path().startsWith("/ws/")) {
                String parameter = url.path().endsWith("diner") ? "table_token" : "token";
                sockets.put(
                        Integer.parseInt(url.parameters()
                                .getOrDefault(parameter, List.of())
                                .getFirst()),
                        ctx.channel());
                ctx.fireChannelRead(request.retain());
            } else if (url.path().equals(Books.PATH)) {
                answer(ctx, HttpResponseStatus.OK, books(fault != Fault.BOOKS_DO_NOT_BALANCE));
            } else if (fault == Fault.REFUSES_ONE && published == 10) {
                published++;
                answer(ctx, HttpResponseStatus.SERVICE_UNAVAILABLE, "{\"title\":\"Busy\"}");
            } else {
                onEvent(request.content().toString(StandardCharsets.UTF_8));
                answer(ctx, HttpResponseStatus.ACCEPTED, "{\"accepted\":1,\"ids\":[\"x\"]}");
            }
        }

        private static String books(boolean balanced) {
            return """
                    {"intake":{"received":1,"logged":1,"in_flight":0,"balanced":true},
                     "deliveries":{"matched":1,"sent":1,"pending":0,"balanced":%s}}""".formatted(balanced);
        }

        private static void answer(ChannelHandlerContext ctx, HttpResponseStatus status, String json) {
            var body = Unpooled.copiedBuffer(json, StandardCharsets.UTF_8);
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
            response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            ctx.writeAndFlush(response);
        }
    }

    @ChannelHandler.Sharable
    private static final class Pings extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
            ctx.writeAndFlush(new TextWebSocketFrame("{\"type\":\"pong\"}"));
        }
    }
}

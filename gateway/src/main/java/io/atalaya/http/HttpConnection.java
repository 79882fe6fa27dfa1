package io.atalaya.http;

import io.atalaya.http.AnswerQueue.Exchange;
import io.atalaya.http.ResponseEncoder.Persistence;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that speaks HTTP/1.1. Confined to its channel's event loop, except {@link #stop} and {@link #close}.
 *
 * <p>A head is judged as it arrives, so that nothing of a body is kept for a request that is refused anyway. A refused
 * request whose body is short is read past; otherwise its answer is the connection's last. When too many requests wait
 * for answers, what was decoded already is parked and the socket is left unread.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

    /** A body up to this length is read past rather than paid for with a new connection. */
    private static final long SKIPPED_BODY_BYTES = 64 * 1024;

    private final HttpPipeline port;
    private final HttpOptions options;
    private final ArrayDeque<Object> parked = new ArrayDeque<>();
    private ChannelHandlerContext ctx;
    private AnswerQueue answers;
    private @Nullable Future<?> timer;
    private @Nullable Incoming incoming;
    private @Nullable HttpRequest upgrade;
    private long deadlineNanos;
    private long bodyStartNanos;
    /** Between a head and the end of its body. */
    private boolean midMessage;
    /** The last request was read; what follows is not looked at. */
    private boolean lastRequest;
    /** The last answer was written; what is read is thrown away. */
    private boolean closing;

    /** Of the request whose head is being judged. */
    private String endpoint = HttpPipeline.NO_ENDPOINT;

    private boolean takenOver;
    private boolean batching;
    private boolean flushPending;
    private boolean resuming;

    @SuppressWarnings("NullAway.Init") // the context comes with handlerAdded, before any other call
    HttpConnection(HttpPipeline port) {
        this.port = port;
        this.options = port.options();
    }

    /** Closes now if nothing is under way, otherwise with the last answer. Thread-safe. */
    void stop() {
        ctx.executor().execute(() -> {
            if (answers.isEmpty() && !midMessage && !takenOver) {
                ctx.close();
            }
        });
    }

    /** Closes at once. Thread-safe. */
    void close() {
        ctx.close();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        answers = new AnswerQueue(port, this, added);
        if (added.channel().isActive()) {
            open();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        open();
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (takenOver) {
            ctx.fireChannelRead(message);
            return;
        }
        batching = true;
        if (parked.isEmpty() && mayRead(message)) {
            onMessage(message);
        } else {
            parked.add(message);
        }
        if (!closing && !takenOver) {
            regulateReading();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        batching = false;
        flushIfPending();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!takenOver) {
            resume();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (takenOver) {
            ctx.fireExceptionCaught(cause);
            return;
        }
        if (!(cause instanceof IOException)) {
            log.atWarn()
                    .addKeyValue("remote", ctx.channel().remoteAddress())
                    .addKeyValue("error", cause.toString())
                    .log("connection closed after an unexpected failure");
        }
        ctx.close();
    }

    /** Answers were written to the channel: flush them, now or with the rest of the batch, and read on. */
    void onWritten() {
        flushPending = true;
        if (answers.isEmpty()) {
            expectWithin(options.idleTimeout());
        }
        resume();
        if (!batching) {
            flushIfPending();
        }
    }

    /** The last answer was written and flushed. */
    void onLastAnswer(ChannelFuture written) {
        closing = true;
        lastRequest = true;
        flushPending = false;
        parked.forEach(ReferenceCountUtil::release);
        parked.clear();
        expectWithin(options.lingerTimeout());
        if (midMessage && ctx.channel() instanceof DuplexChannel duplex) {
            ctx.channel().config().setAutoRead(true);
            written.addListener(_ -> duplex.shutdownOutput());
            schedule(options.lingerTimeout(), ctx::close);
        } else {
            written.addListener(_ -> ctx.close());
        }
    }

    /** An answer goes on without end: what is read from now on is thrown away, and no time-out runs any more. */
    void onStream() {
        closing = true;
        lastRequest = true;
        midMessage = false;
        flushPending = false;
        parked.forEach(ReferenceCountUtil::release);
        parked.clear();
        ctx.channel().config().setAutoRead(true);
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void open() {
        if (timer == null) {
            port.onOpened(this);
            expectWithin(options.headTimeout());
            timer = tick();
        }
    }

    private void leave() {
        if (timer != null) {
            timer.cancel(false);
        }
        incoming = null;
        answers.abandon();
        parked.forEach(ReferenceCountUtil::release);
        parked.clear();
        port.onGone(this);
    }

    private boolean mayRead(Object message) {
        return closing || !(message instanceof HttpRequest) || answers.hasRoom();
    }

    private void resume() {
        if (resuming || closing) {
            return;
        }
        boolean outerBatch = batching;
        resuming = true;
        batching = true;
        for (Object next = parked.peek(); next != null && mayRead(next); next = parked.peek()) {
            onMessage(parked.remove());
        }
        batching = outerBatch;
        resuming = false;
        if (!closing) {
            regulateReading();
        }
    }

    private void regulateReading() {
        boolean read = parked.isEmpty() && answers.hasRoom();
        if (ctx.channel().config().isAutoRead() != read) {
            ctx.channel().config().setAutoRead(read);
        }
    }

    private void flushIfPending() {
        if (flushPending) {
            flushPending = false;
            ctx.flush();
        }
    }

    private void onMessage(Object message) {
        try {
            if (message instanceof HttpRequest head && !lastRequest) {
                midMessage = true;
                onHead(head);
            }
            if (message instanceof HttpContent content && midMessage) {
                onContent(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onHead(HttpRequest message) {
        endpoint = HttpPipeline.NO_ENDPOINT;
        Problem broken = Refusals.of(message);
        if (broken != null) {
            refuse(message, Response.problem(broken), true);
        } else if (port.upgrades().concerns(message)) {
            upgrade = message;
        } else {
            route(message);
        }
    }

    private void route(HttpRequest message) {
        var head = new RequestHead(
                message, ctx.channel().remoteAddress(), ctx.channel().eventLoop());
        switch (port.routes().match(head.method(), head.path())) {
            case Routes.Match.Found(Route route) -> {
                endpoint = route.path();
                admit(message, head, route);
            }
            case Routes.Match.NoSuchPath _ ->
                refuse(message, Response.problem(Problem.of(404, "nothing is served at this path")), false);
            case Routes.Match.OtherMethods(String allow) -> refuse(message, otherMethods(head, allow), false);
        }
    }

    private static Response otherMethods(RequestHead head, String allow) {
        if (head.method().equals(HttpMethod.OPTIONS)) {
            return Response.empty(204).with("allow", allow);
        }
        String detail = "method: %s (expected: %s)".formatted(head.method(), allow);
        return Response.problem(Problem.of(405, detail)).with("allow", allow);
    }

    private void admit(HttpRequest message, RequestHead head, Route route) {
        Route.Admission admission;
        try {
            admission = route.gate().admit(head);
        } catch (RuntimeException e) {
            refuse(message, Refusals.answerTo(e, head), false);
            return;
        }
        switch (admission) {
            case Route.Admission.Refused(Response response) -> refuse(message, response, false);
            case Route.Admission.Admitted(Route.Handler handler) -> {
                long length = HttpUtil.getContentLength(message, -1L);
                if (length > route.maxBodyBytes()) {
                    refuse(message, Refusals.tooLong(route.maxBodyBytes()), false);
                } else {
                    receive(message, new Reception(head, handler, route.maxBodyBytes(), (int) length));
                }
            }
        }
    }

    private void receive(HttpRequest message, Reception reception) {
        Exchange exchange = open(message);
        var body = new RequestBody(port.bodyBudget(), reception.maxBodyBytes, reception.announcedBytes);
        exchange.hold(body);
        incoming = new Incoming(reception.head, reception.handler, exchange, body);
        bodyStartNanos = port.nanoTime();
        deadlineNanos = bodyStartNanos + options.bodyTimeout().toNanos();
        if (HttpUtil.is100ContinueExpected(message)) {
            exchange.awaitContinue();
            answers.drain();
        }
    }

    private Exchange open(HttpRequest message) {
        Exchange exchange = answers.open(endpoint, message.method(), persistence(message));
        lastRequest = exchange.isLast();
        answers.add(exchange);
        return exchange;
    }

    private Persistence persistence(HttpRequest message) {
        if (port.isStopping() || !HttpUtil.isKeepAlive(message)) {
            return Persistence.CLOSE;
        }
        return message.protocolVersion().equals(HttpVersion.HTTP_1_0) ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
    }

    /** Answers a request whose body is not wanted. */
    private void refuse(HttpRequest message, Response response, boolean broken) {
        Exchange exchange = open(message);
        boolean skippable = !broken
                && !HttpUtil.isTransferEncodingChunked(message)
                && !HttpUtil.is100ContinueExpected(message)
                && HttpUtil.getContentLength(message, 0L) <= SKIPPED_BODY_BYTES;
        if (!skippable) {
            exchange.closeAfterwards();
            lastRequest = true;
        }
        expectWithin(options.bodyTimeout());
        exchange.respond(response);
    }

    private void onContent(HttpContent content) {
        boolean complete = content instanceof LastHttpContent;
        midMessage = !complete || content.decoderResult().isFailure();
        HttpRequest asked = upgrade;
        Incoming receiving = incoming;
        if (asked != null) {
            upgrade = null;
            onUpgradeAsked(asked, content);
        } else if (receiving != null) {
            if (content.decoderResult().isFailure()) {
                fail(
                        receiving,
                        Response.problem(Problem.of(400, "body: broken chunk (expected: RFC 9112 section 7.1)")));
            } else {
                append(receiving, content, complete);
            }
        }
    }

    private void append(Incoming receiving, HttpContent content, boolean complete) {
        switch (receiving.body.append(content.content())) {
            case TOO_LONG -> fail(receiving, Refusals.tooLong(receiving.body.maxBytes()));
            case NO_MEMORY -> fail(receiving, Refusals.overloaded("too many request bodies at once"));
            case FITS -> {
                if (complete) {
                    dispatch(receiving);
                } else {
                    long earnedNanos =
                            TimeUnit.SECONDS.toNanos(receiving.body.length()) / options.minBodyBytesPerSecond();
                    deadlineNanos = bodyStartNanos + options.bodyTimeout().toNanos() + earnedNanos;
                }
            }
        }
    }

    private void dispatch(Incoming received) {
        incoming = null;
        received.exchange.onComplete();
        expectWithin(options.responseTimeout());
        try {
            received.handler.onRequest(new Request(received.head, received.body.toBytes()), received.exchange);
        } catch (RuntimeException e) {
            received.exchange.respond(Refusals.answerTo(e, received.head));
        }
    }

    /** Answers a request in the middle of its body. */
    private void fail(Incoming receiving, Response response) {
        incoming = null;
        lastRequest = true;
        receiving.exchange.closeAfterwards();
        receiving.exchange.respond(response);
    }

    private void onUpgradeAsked(HttpRequest message, HttpContent content) {
        boolean alone = answers.isEmpty() && parked.isEmpty();
        if (!alone || midMessage || content.content().isReadable()) {
            String detail = "stream: pipelined or with a body (expected: a request of its own without a body)";
            refuse(message, Response.problem(Problem.of(400, detail)), true);
            return;
        }
        takenOver = true;
        if (port.upgrades().onUpgrade(ctx, message, port::count)) {
            leave();
            return;
        }
        takenOver = false;
        route(message);
        if (incoming != null) {
            append(incoming, content, true);
        }
    }

    private void expectWithin(Duration duration) {
        deadlineNanos = port.nanoTime() + duration.toNanos();
    }

    private Future<?> tick() {
        return schedule(options.checkInterval(), this::onTick);
    }

    private Future<?> schedule(Duration delay, Runnable task) {
        return ctx.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void onTick() {
        if (takenOver || !ctx.channel().isActive()) {
            return;
        }
        if (deadlineNanos - port.nanoTime() <= 0) {
            onDeadline();
        }
        timer = tick();
    }

    private void onDeadline() {
        Incoming receiving = incoming;
        Exchange first = answers.first();
        expectWithin(options.lingerTimeout());
        if (closing || (receiving == null && first == null)) {
            ctx.close();
        } else if (receiving != null && first == receiving.exchange) {
            fail(receiving, Response.problem(Problem.of(408, "body: not complete in time")));
        } else if (first != null) {
            first.closeAfterwards();
            first.respond(Refusals.overloaded("no answer in time"));
        }
    }

    /** What is needed to receive a body. Immutable. */
    private record Reception(RequestHead head, Route.Handler handler, int maxBodyBytes, int announcedBytes) {}

    /** The request whose body is being read. Confined like its owner. */
    private record Incoming(RequestHead head, Route.Handler handler, Exchange exchange, RequestBody body) {}
}

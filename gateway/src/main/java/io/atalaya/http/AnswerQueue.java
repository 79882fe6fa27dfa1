package io.atalaya.http;

import io.atalaya.http.ResponseEncoder.Persistence;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that have no answer yet, in their order (RFC 9112 section 9.3.2). Confined to the
 * connection's event loop, except that an {@link Exchange} may be answered from any thread: the answer is published by
 * an atomic reference, and at most one task at a time is on its way to the loop.
 */
final class AnswerQueue {
    private final HttpPipeline port;
    private final HttpConnection connection;
    private final ChannelHandlerContext ctx;
    private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();

    AnswerQueue(HttpPipeline port, HttpConnection connection, ChannelHandlerContext ctx) {
        this.port = port;
        this.connection = connection;
        this.ctx = ctx;
    }

    /** Enters a request. */
    void add(Exchange exchange) {
        waiting.add(exchange);
    }

    /** @param endpoint the path of the route that serves the request */
    Exchange open(String endpoint, HttpMethod method, Persistence persistence) {
        return new Exchange(this, endpoint, method, persistence);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether one more request may be read. */
    boolean hasRoom() {
        return waiting.size() < port.options().maxPipelined() && ctx.channel().isWritable();
    }

    /** The request that is answered next. */
    @Nullable
    Exchange first() {
        return waiting.peek();
    }

    /** Writes every answer whose turn has come. */
    void drain() {
        boolean wrote = false;
        for (Exchange next = waiting.peek(); next != null; next = waiting.peek()) {
            Response response = next.answer.get();
            if (response == null) {
                wrote |= askForBody(next);
                break;
            }
            waiting.remove();
            wrote = true;
            if (write(next, response)) {
                abandon();
                return;
            }
        }
        if (wrote) {
            connection.onWritten();
        }
    }

    /** Forgets everything; answers that still come are ignored. */
    void abandon() {
        for (Iterator<Exchange> each = waiting.iterator(); each.hasNext(); each.remove()) {
            release(each.next());
        }
    }

    /** @return whether this was the connection's last answer */
    private boolean write(Exchange exchange, Response given) {
        release(exchange);
        port.onAnswered(exchange.endpoint, exchange.method, given.status(), port.nanoTime() - exchange.startNanos);
        Response response = port.routes().finish(given);
        boolean last = exchange.persistence == Persistence.CLOSE
                || response.opened() != null
                || (port.isStopping() && waiting.isEmpty());
        ByteBuf encoded = port.encoder()
                .encode(ctx.alloc(), response, exchange.bodyless, last ? Persistence.CLOSE : exchange.persistence);
        Consumer<BodyStream> opened = response.opened();
        if (opened != null && !exchange.bodyless && !port.isStopping()) {
            ctx.writeAndFlush(encoded, ctx.voidPromise());
            connection.onStream();
            opened.accept(new BodyStream(ctx));
        } else if (last) {
            connection.onLastAnswer(ctx.writeAndFlush(encoded));
        } else {
            ctx.write(encoded, ctx.voidPromise());
        }
        return last;
    }

    private boolean askForBody(Exchange exchange) {
        if (!exchange.awaitsContinue) {
            return false;
        }
        exchange.awaitsContinue = false;
        ctx.write(port.encoder().encodeContinue(ctx.alloc()), ctx.voidPromise());
        return true;
    }

    private void release(Exchange exchange) {
        if (exchange.body != null) {
            port.bodyBudget().release(exchange.body.reservedBytes());
            exchange.body = null;
        }
    }

    private void onAnswered() {
        if (ctx.executor().inEventLoop()) {
            drain();
        } else if (drainScheduled.compareAndSet(false, true)) {
            ctx.executor().execute(() -> {
                drainScheduled.set(false);
                drain();
            });
        }
    }

    /** A request on its way to its answer. Confined to the event loop, except {@link #respond}. */
    static final class Exchange implements Route.Responder {
        private final AnswerQueue queue;
        private final String endpoint;
        private final HttpMethod method;
        private final boolean bodyless;
        private final AtomicReference<@Nullable Response> answer = new AtomicReference<>();
        private Persistence persistence;
        private boolean awaitsContinue;
        private @Nullable RequestBody body;
        private long startNanos;

        private Exchange(AnswerQueue queue, String endpoint, HttpMethod method, Persistence persistence) {
            this.queue = queue;
            this.endpoint = endpoint;
            this.method = method;
            this.bodyless = method.equals(HttpMethod.HEAD);
            this.persistence = persistence;
            this.startNanos = queue.port.nanoTime();
        }

        /** The request is complete: what follows is the program's time and no longer the client's. */
        void onComplete() {
            startNanos = queue.port.nanoTime();
        }

        /** Has the client told to send its body when this request's turn comes. */
        void awaitContinue() {
            awaitsContinue = true;
        }

        /** Ties the memory of the body to the answer. */
        void hold(RequestBody body) {
            this.body = body;
        }

        /** Makes the answer the connection's last. */
        void closeAfterwards() {
            persistence = Persistence.CLOSE;
        }

        boolean isLast() {
            return persistence == Persistence.CLOSE;
        }

        @Override
        public void respond(Response response) {
            if (answer.compareAndSet(null, response)) {
                queue.onAnswered();
            }
        }
    }
}

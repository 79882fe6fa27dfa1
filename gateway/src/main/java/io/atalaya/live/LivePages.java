package io.atalaya.live;

import io.atalaya.http.BodyStream;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import io.atalaya.live.LiveHistory.Step;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The stream of what happens now, and its history. Immutable; made of thread-safe parts. */
public final class LivePages {
    private static final byte[] RETRY = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private final LiveFeed feed;
    private final Function<RequestHead, BooleanSupplier> welcome;
    private final Supplier<Map<String, Object>> hello;

    /**
     * @param welcome whether the operator who sent a request may go on watching
     * @param hello what a viewer is told first
     */
    public LivePages(
            LiveFeed feed, Function<RequestHead, BooleanSupplier> welcome, Supplier<Map<String, Object>> hello) {
        this.feed = feed;
        this.welcome = welcome;
        this.hello = hello;
    }

    /** The pages by path. */
    public Map<String, Handler> pages() {
        return Map.of("/api/v1/live", this::onLive, "/api/v1/live/history", this::onHistory);
    }

    /** {@code GET /api/v1/live}: server-sent events, one a second and some more. */
    void onLive(Request request, Responder responder) {
        if (!feed.viewers().haveRoom()) {
            responder.respond(tooMany());
            return;
        }
        byte[] first = Viewers.event("hello", LiveJson.bytes(hello.get()));
        responder.respond(stream(opened -> {
            var viewer = feed.viewers().add(opened, welcome.apply(request.head()));
            viewer.send(RETRY);
            viewer.send(first);
            feed.welcome().forEach(viewer::send);
        }));
    }

    /** A stream of server-sent events that nothing between here and the viewer keeps back. */
    public static Response stream(Consumer<BodyStream> opened) {
        return Response.stream(Viewers.EVENT_STREAM, opened)
                .with("cache-control", "no-store")
                .with("x-accel-buffering", "no");
    }

    /** The answer to one viewer too many. */
    public static Response tooMany() {
        return Response.problem(Problem.of(503, "too many watch already (expected: fewer streams)"))
                .with("retry-after", "10");
    }

    /** {@code GET /api/v1/live/history?step=1s|10s&seconds=}. */
    void onHistory(Request request, Responder responder) {
        Optional<Step> step = switch (request.parameter("step").orElse("1s")) {
            case "1s" -> Optional.of(Step.FINE);
            case "10s" -> Optional.of(Step.COARSE);
            default -> Optional.empty();
        };
        String seconds = request.parameter("seconds").orElse("21600");
        if (step.isEmpty() || !seconds.matches("[1-9]\\d{0,5}")) {
            responder.respond(Response.problem(
                    Problem.of(400, "step, seconds: not understood (expected: 1s or 10s, 1 … 999999)")));
            return;
        }
        byte[] json = LiveJson.history(feed.history().newest(step.get(), Long.parseLong(seconds)));
        responder.respond(Response.json(200, json).with("cache-control", "no-store"));
    }
}

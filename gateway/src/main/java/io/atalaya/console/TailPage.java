package io.atalaya.console;

import io.atalaya.http.BodyStream;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Route.Responder;
import io.atalaya.live.LivePages;
import io.atalaya.live.Viewers;
import io.atalaya.query.Parameters;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code GET /api/v1/events/live}: events as they come, for people. Thread-safe: immutable, made of thread-safe parts. */
public final class TailPage {
    private static final int MOST_VIEWERS = 16;
    private static final int USUAL_RATE = 50;
    private static final int MAX_RATE = 200;

    private final EventTap tap;
    private final Function<RequestHead, BooleanSupplier> welcome;
    private final InstantSource clock;
    private final Viewers viewers = new Viewers(MOST_VIEWERS);

    /** @param welcome whether the operator who sent a request may go on watching */
    public TailPage(EventTap tap, Function<RequestHead, BooleanSupplier> welcome, InstantSource clock) {
        this.tap = tap;
        this.welcome = welcome;
        this.clock = clock;
    }

    /** {@code ?type=&tenant=&branch=&q=&max_per_second=}. */
    public void onTail(Request request, Responder responder) {
        var parameters = new Parameters(request.head());
        Set<String> types = parameters.text("type").stream()
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .filter(type -> !type.isEmpty())
                .collect(Collectors.toSet());
        var filter = new TailFilter(
                types,
                parameters.text("tenant").orElse(""),
                parameters.text("branch").orElse(""),
                parameters.text("q").orElse(""));
        int rate = parameters.number("max_per_second", 1, MAX_RATE, USUAL_RATE);
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            responder.respond(parameters.refusal());
        } else if (!viewers.haveRoom()) {
            responder.respond(LivePages.tooMany());
        } else {
            responder.respond(LivePages.stream(stream -> begin(stream, filter, rate, welcome.apply(request.head()))));
        }
    }

    private void begin(BodyStream stream, TailFilter filter, int rate, BooleanSupplier stays) {
        Viewers.Viewer viewer = viewers.add(stream, stays);
        viewer.send(TailJson.ready(clock.millis()));
        EventTap.Tail tail = tap.add(filter, rate, viewer);
        stream.onClosed(() -> tap.remove(tail));
    }

    /** To be called once a second. */
    public void tick() {
        viewers.sweep();
        tap.tick();
    }

    /** Ends every stream. */
    public void close() {
        viewers.close();
    }
}

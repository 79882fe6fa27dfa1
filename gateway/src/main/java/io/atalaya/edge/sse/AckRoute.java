package io.atalaya.edge.sse;

import io.atalaya.edge.ConnectRequest;
import io.atalaya.edge.Entrance;
import io.atalaya.edge.Entrance.Visitor;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.ClientMessage;
import io.atalaya.protocol.CloseReason;
import io.atalaya.recovery.Wish;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /sse/{endpoint}/ack}: acknowledgements of a client whose stream goes one way. Immutable and thread-safe.
 *
 * <p>Who acknowledges is a recipient, not a connection, so this needs none: the same credential and client id do.
 */
final class AckRoute {
    private final Entrance entrance;
    private final Endpoint endpoint;
    private final StreamAnswers answers;

    AckRoute(Entrance entrance, Endpoint endpoint, StreamAnswers answers) {
        this.entrance = entrance;
        this.endpoint = endpoint;
        this.answers = answers;
    }

    Route route() {
        String path = EventStreams.PREFIX + endpoint.name() + "/ack";
        int most = entrance.context().limits().maxMessageBytes();
        return Route.post(path, most, this::admit);
    }

    /** Nothing is kept of the body of somebody who is known to be a stranger by the head. */
    private Route.Admission admit(RequestHead head) {
        var request = ConnectRequest.of(head);
        var asked = entrance.visitor(endpoint, request).toCompletableFuture();
        if (asked.isDone() && asked.join() instanceof Visitor.Refused(CloseReason reason)) {
            return new Route.Admission.Refused(answers.refusal(reason));
        }
        return new Route.Admission.Admitted((body, responder) -> onBody(asked, request, body, responder));
    }

    private void onBody(
            CompletionStage<Visitor> asked, ConnectRequest request, Request body, Route.Responder responder) {
        if (!(ClientMessage.parse(body.body()) instanceof ClientMessage.Ack ack)
                || ack.ids().isEmpty()) {
            responder.respond(answers.wrong(
                    400,
                    "body: no acknowledgement (expected: {\"type\":\"ack\",\"ids\":[…]}, at most %d ids)"
                            .formatted(ClientMessage.Ack.MOST_IDS)));
            return;
        }
        asked.thenAccept(visitor -> responder.respond(answer(visitor, request, ack)));
    }

    private Response answer(Visitor visitor, ConnectRequest request, ClientMessage.Ack ack) {
        return switch (visitor) {
            case Visitor.Refused refused -> answers.refusal(refused.reason());
            case Visitor.Known known -> {
                Wish wish = request.wish();
                boolean taken = entrance.context().recovery().onAcknowledged(known.principal(), wish, ack.ids());
                yield taken
                        ? answers.done(endpoint, request)
                        : answers.wrong(404, "nothing is to be acknowledged in this profile");
            }
        };
    }
}

package io.atalaya.edge.sse;

import io.atalaya.auth.Principal;
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
    private final AckPace pace;

    AckRoute(Entrance entrance, Endpoint endpoint, StreamAnswers answers, AckPace pace) {
        this.entrance = entrance;
        this.endpoint = endpoint;
        this.answers = answers;
        this.pace = pace;
    }

    /** Whether a request may be carried out, as far as its head tells. */
    private sealed interface Sender {
        record Admitted(Principal principal) implements Sender {}

        record Refused(Response answer) implements Sender {}
    }

    Route route() {
        String path = EventStreams.PREFIX + endpoint.name() + "/ack";
        int most = entrance.context().limits().maxMessageBytes();
        return Route.post(path, most, this::admit);
    }

    /** Nothing is kept of the body of somebody who is known by the head to be a stranger, or to say too much. */
    private Route.Admission admit(RequestHead head) {
        var request = ConnectRequest.of(head);
        var asked = entrance.visitor(endpoint, request)
                .thenApply(visitor -> sender(visitor, request))
                .toCompletableFuture();
        if (asked.isDone() && asked.join() instanceof Sender.Refused(Response answer)) {
            return new Route.Admission.Refused(answer);
        }
        return new Route.Admission.Admitted((body, responder) -> onBody(asked, request, body, responder));
    }

    private void onBody(
            CompletionStage<Sender> asked, ConnectRequest request, Request body, Route.Responder responder) {
        if (!(ClientMessage.parse(body.body()) instanceof ClientMessage.Ack ack)
                || ack.ids().isEmpty()) {
            responder.respond(answers.wrong(
                    400,
                    "body: no acknowledgement (expected: {\"type\":\"ack\",\"ids\":[…]}, at most %d ids)"
                            .formatted(ClientMessage.Ack.MOST_IDS)));
            return;
        }
        asked.thenAccept(sender -> responder.respond(answer(sender, request, ack)));
    }

    private Sender sender(Visitor visitor, ConnectRequest request) {
        return switch (visitor) {
            case Visitor.Refused(CloseReason reason) -> new Sender.Refused(answers.refusal(reason));
            case Visitor.Known(Principal principal) ->
                pace.allows(endpoint, principal, request.wish().clientId())
                        ? new Sender.Admitted(principal)
                        : new Sender.Refused(answers.tooMany(pace.messages(), pace.window()));
        };
    }

    private Response answer(Sender sender, ConnectRequest request, ClientMessage.Ack ack) {
        return switch (sender) {
            case Sender.Refused(Response answer) -> answer;
            case Sender.Admitted(Principal principal) -> {
                Wish wish = request.wish();
                boolean taken = entrance.context().recovery().onAcknowledged(principal, wish, ack.ids());
                yield taken
                        ? answers.done(endpoint, request)
                        : answers.wrong(404, "nothing is to be acknowledged in this profile");
            }
        };
    }
}

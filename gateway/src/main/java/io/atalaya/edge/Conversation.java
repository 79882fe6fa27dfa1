package io.atalaya.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.Principal;
import io.atalaya.command.CommandDesk;
import io.atalaya.hub.Session;
import io.atalaya.profile.Command;
import io.atalaya.protocol.ClientMessage;
import io.atalaya.protocol.WebSocketFrames;
import io.atalaya.routing.SessionTopics;
import java.util.List;
import java.util.stream.Collectors;

/** What the gateway answers to a client's message. Stateless; runs on the session's event loop. */
final class Conversation {
    private static final byte[] PONG = ClientMessage.PONG.getBytes(UTF_8);

    private Conversation() {}

    static void onMessage(EdgeContext context, Session session, byte[] utf8) {
        switch (ClientMessage.parse(utf8)) {
            case ClientMessage.Ping _ -> session.reply(WebSocketFrames.text(session.allocator(), PONG));
            case ClientMessage.Ack ack -> {
                if (!context.recovery().onAcknowledged(session, ack.ids())) {
                    session.onUnknownMessage();
                }
            }
            case ClientMessage.Named named -> onNamed(context, session, named.name(), utf8);
            case ClientMessage.Unknown _ -> session.onUnknownMessage();
        }
    }

    private static void onNamed(EdgeContext context, Session session, String name, byte[] message) {
        Command command = context.profile().commands().get(name);
        if (command == null || !session.endpoint().commands().contains(name)) {
            session.onUnknownMessage();
            return;
        }
        switch (command) {
            case Command.RefreshAssignments refresh -> refreshAssignments(context, session, refresh);
            case Command.Publish publish -> publish(context, session, publish, message);
        }
    }

    /** Checks the credential first: who may no longer be here must not change anything. */
    private static void publish(EdgeContext context, Session session, Command.Publish command, byte[] message) {
        session.recheck(() -> context.commands()
                .take(session.endpoint(), session.principal(), command, message)
                .thenAccept(reply -> session.shard().execute(() -> onReply(session, reply))));
    }

    private static void onReply(Session session, CommandDesk.Reply reply) {
        session.reply(WebSocketFrames.text(session.allocator(), reply.json().getBytes(UTF_8)));
    }

    /** Checks the credential first: who may no longer be here must not learn anything new. */
    private static void refreshAssignments(EdgeContext context, Session session, Command.RefreshAssignments command) {
        Principal principal = session.principal();
        session.recheck(() -> context.assignments()
                .refresh(principal.tenant(), principal.subject())
                .thenAccept(fresh -> session.shard().execute(() -> onRefreshed(session, command, fresh))));
    }

    private static void onRefreshed(Session session, Command.RefreshAssignments command, List<Assignment> assignments) {
        session.subscribe(SessionTopics.of(session.endpoint(), session.principal(), assignments));
        String values = assignments.stream()
                .map(assignment -> assignment.scope().get(command.replyMember()))
                .filter(value -> value != null)
                .distinct()
                .collect(Collectors.joining(","));
        session.reply(WebSocketFrames.text(session.allocator(), (command.replyPrefix() + values).getBytes(UTF_8)));
    }
}

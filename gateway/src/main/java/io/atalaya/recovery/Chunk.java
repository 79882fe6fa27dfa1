package io.atalaya.recovery;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.Wire;
import io.atalaya.routing.EventRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A stretch of the log as one session gets it. Immutable; whoever has it owns its frames.
 *
 * @param frames the frames of the matching events, one behind the other
 * @param events how many they are
 * @param wanted those of them that have to be acknowledged
 * @param looked how many events of the log were looked at for them
 * @param filter what they were chosen by
 * @param through everything that passes the filter up to this position is in it
 */
record Chunk(ByteBuf frames, int events, List<EventLog.Entry> wanted, int looked, Filter filter, Cursor through) {

    /**
     * What a session is to get. Immutable.
     *
     * @param wire how it gets it
     * @param topics what it is subscribed to
     * @param except positions of events that it has got already
     */
    record Filter(Wire wire, Set<Topic> topics, Set<Cursor> except) {
        Filter {
            topics = Set.copyOf(topics);
        }

        boolean accepts(EventLog.Entry entry, EventRoutes routes) {
            return isFor(topics, entry.event(), routes) && !except.contains(entry.cursor());
        }
    }

    /** Whether an event is for a session with these topics: the rule of live delivery. */
    static boolean isFor(Set<Topic> topics, Event event, EventRoutes routes) {
        for (Topic topic : routes.topicsOf(event)) {
            if (topics.contains(topic)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Chooses and encodes events of {@code slice}: from the first, as long as their frames fit into {@code maxBytes}, but
     * at least one.
     */
    static Chunk of(EventLog.Slice.Entries slice, EventRoutes routes, Filter filter, int maxBytes) {
        var chosen = new ArrayList<EventLog.Entry>();
        Cursor through = slice.through();
        int bytes = 0;
        int looked = 0;
        for (EventLog.Entry entry : slice.entries()) {
            if (filter.accepts(entry, routes)) {
                int length = filter.wire().maxLength(entry.event());
                if (bytes + length > maxBytes && !chosen.isEmpty()) {
                    through = chosen.getLast().cursor();
                    break;
                }
                bytes += length;
                chosen.add(entry);
            }
            looked++;
        }
        List<EventLog.Entry> wanted = routes.wantsAcks()
                ? chosen.stream()
                        .filter(entry -> routes.ruleOf(entry.event()).ack().isPresent())
                        .toList()
                : List.of();
        return new Chunk(encode(filter.wire(), chosen, bytes), chosen.size(), wanted, looked, filter, through);
    }

    private static ByteBuf encode(Wire wire, List<EventLog.Entry> entries, int maxBytes) {
        if (entries.isEmpty()) {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf frames = ByteBufAllocator.DEFAULT.directBuffer(maxBytes);
        for (EventLog.Entry entry : entries) {
            wire.encode(entry.event(), entry.cursor(), frames);
        }
        return frames;
    }

    /** Gives the frames back unsent. */
    void discard() {
        frames.release();
    }
}

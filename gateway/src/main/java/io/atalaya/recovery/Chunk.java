package io.atalaya.recovery;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.EventFrames;
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
 * @param looked how many events of the log were looked at for them
 * @param topics what the session was subscribed to when they were chosen
 * @param through everything for these topics up to this position is in it
 */
record Chunk(ByteBuf frames, int events, int looked, Set<Topic> topics, Cursor through) {
    /**
     * Chooses and encodes events of {@code slice} that a session with {@code topics} may see: from the first, as long as
     * their frames fit into {@code maxBytes}, but at least one.
     */
    static Chunk of(EventLog.Slice.Entries slice, EventRoutes routes, Set<Topic> topics, int maxBytes) {
        var chosen = new ArrayList<EventLog.Entry>();
        Cursor through = slice.through();
        int bytes = 0;
        int looked = 0;
        for (EventLog.Entry entry : slice.entries()) {
            if (isFor(topics, routes.topicsOf(entry.event()))) {
                int length = EventFrames.maxLength(entry.event());
                if (bytes + length > maxBytes && !chosen.isEmpty()) {
                    through = chosen.getLast().cursor();
                    break;
                }
                bytes += length;
                chosen.add(entry);
            }
            looked++;
        }
        return new Chunk(encode(chosen, bytes), chosen.size(), looked, topics, through);
    }

    private static boolean isFor(Set<Topic> subscribed, List<Topic> topics) {
        for (Topic topic : topics) {
            if (subscribed.contains(topic)) {
                return true;
            }
        }
        return false;
    }

    private static ByteBuf encode(List<EventLog.Entry> entries, int maxBytes) {
        if (entries.isEmpty()) {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf frames = ByteBufAllocator.DEFAULT.directBuffer(maxBytes);
        for (EventLog.Entry entry : entries) {
            Event event = entry.event();
            EventFrames.encode(event, entry.cursor(), frames);
        }
        return frames;
    }

    /** Gives the frames back unsent. */
    void discard() {
        frames.release();
    }
}

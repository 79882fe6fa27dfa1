package io.atalaya.streams;

import io.atalaya.event.Event;

/**
 * How far a partition is known to have come: what it may not fall behind. Immutable.
 *
 * @param generation number of the epoch, counted from 1; 0 when nothing is known
 * @param offset of an event that was stored
 * @param stamp tells that event from another at the same offset; 0 when not known
 */
record Mark(long generation, long epoch, long offset, int stamp) {
    static final Mark NONE = new Mark(0, 0, 0, 0);

    static int stamp(Event event) {
        int stamp = 31 * event.tenant().value().hashCode() + event.id().value().hashCode();
        return stamp == 0 ? 1 : stamp;
    }
}

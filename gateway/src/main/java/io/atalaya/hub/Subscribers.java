package io.atalaya.hub;

import io.atalaya.event.Topic;
import java.util.Arrays;

/**
 * The sessions of one topic in one shard, as a dense array: delivery walks it, joining appends, leaving moves the last
 * one into the gap. Confined to the shard's event loop.
 */
final class Subscribers {
    private final Topic topic;
    private Outbound[] members = new Outbound[2];
    private int size;

    Subscribers(Topic topic) {
        this.topic = topic;
    }

    Topic topic() {
        return topic;
    }

    int size() {
        return size;
    }

    Outbound at(int position) {
        return members[position];
    }

    /** Adds a member and returns its position, which changes only through {@link Session#onMoved}. */
    int add(Outbound member) {
        if (size == members.length) {
            members = Arrays.copyOf(members, size + (size >> 1) + 1);
        }
        members[size] = member;
        return size++;
    }

    /** Removes the member at {@code position} and tells the one that takes its place. */
    void removeAt(int position) {
        Outbound last = members[--size];
        members[size] = null;
        if (position != size) {
            members[position] = last;
            last.session().onMoved(this, position);
        }
        if (size < members.length / 4 && members.length > 8) {
            members = Arrays.copyOf(members, members.length / 2);
        }
    }
}

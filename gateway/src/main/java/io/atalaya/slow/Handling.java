package io.atalaya.slow;

import io.atalaya.event.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * How an event may be given up where a client reads too slowly. Immutable. An event without one is kept.
 *
 * @param type the event's type as the catalogue knows it, for counters and logs
 * @param cursor where it stands; null for an event that is not logged
 * @param latestOf a later event with the same text replaces it; null when it is dropped instead, the oldest first
 */
public record Handling(
        String type, @Nullable Cursor cursor, @Nullable String latestOf) {}

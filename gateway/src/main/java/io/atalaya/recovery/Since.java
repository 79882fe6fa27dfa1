package io.atalaya.recovery;

import io.atalaya.event.Cursor;

/** Where a client wants to begin. Immutable. */
public sealed interface Since {
    /** Live from here on, in silence. */
    record Unsaid() implements Since {}

    /** Live from here on, and the client wants to know where that is. */
    record Now() implements Since {}

    /** After an event that the client has. */
    record After(Cursor cursor) implements Since {}

    /** A text that is no cursor of ours: as good as a position in a log that is gone. */
    record Unreadable() implements Since {}

    /** Reads the parameter's value; an empty one is the same as none. */
    static Since parse(String text) {
        if (text.isEmpty()) {
            return new Unsaid();
        }
        if (text.equals("now")) {
            return new Now();
        }
        return Cursor.parse(text).<Since>map(After::new).orElseGet(Unreadable::new);
    }
}

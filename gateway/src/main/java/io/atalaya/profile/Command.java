package io.atalaya.profile;

/**
 * A command that clients send as plain text or as {@code {"type":"<text>"}}. Immutable.
 *
 * @param text what the client sends
 * @param action what the gateway does
 * @param replyPrefix plain text that starts the reply; the values of {@code replyMember} follow, joined by commas
 * @param replyMember the event member whose assigned values are listed
 */
public record Command(String text, Action action, String replyPrefix, String replyMember) {
    /** What a command does. */
    public enum Action {
        /** Looks the session's assignments up again, past the cache, and re-subscribes it. */
        REFRESH_ASSIGNMENTS
    }
}

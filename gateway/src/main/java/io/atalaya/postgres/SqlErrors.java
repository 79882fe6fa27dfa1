package io.atalaya.postgres;

import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.Rejection;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * Whose fault an error is. Pure functions.
 *
 * <p>Only what the server says about the data itself counts against an event. Everything else (no connection, no
 * space, a missing table or privilege, a dead-lock, an error never heard of) is the store's, and may pass: to take it
 * for the events' fault would bury all of them.
 */
final class SqlErrors {
    /** SQLSTATE classes (Appendix A of the PostgreSQL manual) that speak of the data. */
    private static final Set<String> ABOUT_DATA = Set.of(
            "22", // data exception
            "23", // integrity constraint violation
            "44", // with check option violation
            "54", // program limit exceeded, such as an index row too long
            "P0"); // raised by a trigger

    static final String UNIQUE_VIOLATION = "23505";

    private SqlErrors() {}

    static ArchiveException translate(SQLException failure) {
        String state = failure.getSQLState();
        if (state != null && state.length() == 5 && ABOUT_DATA.contains(state.substring(0, 2))) {
            return ArchiveException.rejected(
                    new Rejection(state, "%s (SQLSTATE %s)".formatted(text(failure), state)), failure);
        }
        return ArchiveException.unavailable(
                "database: %s (SQLSTATE %s)".formatted(text(failure), state == null ? "none" : state), failure);
    }

    /** The primary message: the detail would quote the row. */
    private static String text(SQLException failure) {
        @Nullable
        String primary = failure instanceof PSQLException ours && ours.getServerErrorMessage() != null
                ? ours.getServerErrorMessage().getMessage()
                : failure.getMessage();
        return primary == null
                ? failure.getClass().getSimpleName()
                : primary.lines().findFirst().orElse("");
    }
}

package io.atalaya.cli;

/** Exit statuses of every command. Part of the command line's contract. */
final class ExitCode {
    /** The command did what it was asked to. */
    static final int OK = 0;
    /** It could not, or what it checked was not all right. The reason is on standard error. */
    static final int FAILURE = 1;
    /** The arguments make no sense; nothing was done. */
    static final int USAGE = 2;
    /** The gateway closed the connection with a code after which coming back is pointless (4001, 4003, 4029). */
    static final int TURNED_AWAY = 3;

    /** For the help of every command. */
    static final String FOOTER = "Exit status: 0 ok, 1 failure, 2 wrong usage";

    private ExitCode() {}
}

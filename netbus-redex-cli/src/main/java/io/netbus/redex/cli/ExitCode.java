package io.netbus.redex.cli;

/** What the process says when it ends; documented in {@code docs/reference/redex-cli.md}. */
final class ExitCode {

    static final int WELL = 0;
    static final int DAMAGED = 1;
    static final int MISUSED = 2; // also: there are no logs where it was told to look
    static final int REFUSED = 3; // somebody has the directory open

    private ExitCode() {}
}

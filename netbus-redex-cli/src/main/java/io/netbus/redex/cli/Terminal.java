package io.netbus.redex.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where results and messages go.
 *
 * @param out results, and nothing else
 * @param err messages and progress
 * @param interactive whether somebody is looking
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive) {

    private static final int BUFFER_BYTES = 64 * 1024;

    /** The process's own. */
    static Terminal ofProcess() {
        BufferedOutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
        return new Terminal(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isInteractive());
    }

    @SuppressWarnings("SystemConsoleNull") // it may be null up to JDK 21; later ones are asked
    private static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // since JDK 22 there is a console although nobody looks, and a way to ask it
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** One line that says why nothing, or no more, was done. */
    void error(String message) {
        err.println("error: " + Text.plain(message));
    }
}

package io.netbus.redex.cli;

import io.netbus.redex.DirectoryLockedException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@code netbus-redex-cli.jar}. Its exit codes are those of {@link ExitCode}. */
@Command(
        name = "redex",
        description = "Looks into the files of RedEX logs. Only repair changes anything.",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        versionProvider = RedexCli.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class RedexCli implements Runnable {

    /** What is logged while repairing is told by the command itself. Kept, for a logger that nobody holds is forgotten. */
    private static final Logger NETBUS = Logger.getLogger("io.netbus");

    private RedexCli() {}

    /** Runs a command and ends the process. */
    public static void main(String[] args) {
        NETBUS.setLevel(Level.OFF);
        Terminal terminal = Terminal.ofProcess();
        int code = run(terminal, args);
        terminal.out().flush();
        System.exit(code);
    }

    /** What {@link #main} does, short of ending the process; returns its exit code. */
    static int run(Terminal terminal, String... args) {
        CommandLine line = new CommandLine(new RedexCli())
                .addSubcommand(new InfoCommand(terminal))
                .addSubcommand(new VerifyCommand(terminal))
                .addSubcommand(new DumpCommand(terminal))
                .addSubcommand(new TailCommand(terminal))
                .addSubcommand(new RepairCommand(terminal))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, unused) -> {
                    terminal.error(firstLine(e.getMessage()) + " (try --help)");
                    return ExitCode.MISUSED;
                })
                .setExecutionExceptionHandler((e, command, result) -> {
                    terminal.out().flush();
                    terminal.error(message(e));
                    return e instanceof DirectoryLockedException ? ExitCode.REFUSED : ExitCode.MISUSED;
                });
        return line.execute(args);
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(new CommandLine(this), "command missing");
    }

    private static String message(Exception e) {
        if (e instanceof UncheckedIOException wrapped) {
            return firstLine(e.getMessage()) + ": " + reason(wrapped.getCause());
        }
        return firstLine(e.getMessage() == null ? e.toString() : e.getMessage());
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause instanceof AccessDeniedException denied) {
            return "access denied: file=" + denied.getFile();
        }
        if (cause instanceof NoSuchFileException missing) {
            return "no such file: file=" + missing.getFile();
        }
        return cause == null ? "unknown" : firstLine(String.valueOf(cause.getMessage()));
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }

    /** As the jar's manifest has it. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = RedexCli.class.getPackage().getImplementationVersion();
            return new String[] {"redex " + (version == null ? "unpackaged" : version)};
        }
    }
}

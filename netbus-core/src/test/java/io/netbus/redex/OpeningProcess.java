package io.netbus.redex;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that opens a directory of logs and appends, says what came of it, and looks at what is there; also that process's main class. */
final class OpeningProcess {

    private OpeningProcess() {}

    public static void main(String[] args) {
        Path logs = Path.of(args[0]);
        try (Redex redex = Redex.onDisk(logs, LogFiles.CONFIG)) {
            RedexLog log = redex.log(LogFiles.NAME);
            say("opened " + log.nextSequence());
            log.append(LogFiles.utf8("more"), 1);
        } catch (UncheckedIOException | RedexException e) {
            say("refused " + e.getClass().getSimpleName() + ": " + e.getMessage() + " " + e.getCause());
        }
        if (Files.exists(logs.resolve(LogName.directory(LogFiles.NAME)))) {
            LogVerdict verdict = LogInspector.of(logs).verify(LogFiles.NAME, finding -> say("found " + finding));
            say("inspected " + verdict.wholeRecords() + " " + verdict.condition());
        }
    }

    private static void say(String line) {
        System.out.print(line + "\n");
        System.out.flush();
    }
}

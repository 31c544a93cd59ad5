package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Directories that a process may not change, by their permissions and by how they are mounted. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class ReadOnlyDirectoryTests {

    private static final System.Logger LOG = System.getLogger(ReadOnlyDirectoryTests.class.getName());

    @TempDir
    private Path temp;

    @AfterEach
    void makeWritable() throws IOException {
        setPermissions(temp, "rwx");
    }

    @Test
    void logsInADirectoryThatMayNotBeChangedAreRefusedByNameAndLeftAsTheyAre() throws Exception {
        Path logs = temp.resolve("logs");
        new LogFiles(logs, WriteMode.MAPPED).append("a", "b");

        assertUnchanged(temp, logs, lines -> {
            assertThat(lines.get(0))
                    .startsWith("refused UncheckedIOException")
                    .contains("directory could not be opened: directory=" + logs);
            assertThat(lines.subList(1, lines.size())).containsExactly("inspected 2 CLEAN");
        });
    }

    /** A log that was closed is opened without a change, so it can be read; the first append says why there is none. */
    @Test
    void aLogOfWhichNothingMayBeChangedIsReadAndRefusesAppends() throws Exception {
        LogFiles files = new LogFiles(temp.resolve("logs"), WriteMode.MAPPED);
        files.append("a", "b");

        assertUnchanged(files.directory, files.base, lines -> {
            assertThat(lines.get(0)).isEqualTo("opened 2");
            assertThat(lines.get(1)).startsWith("refused LogFailedException").contains("log=orders");
            assertThat(lines.subList(2, lines.size())).containsExactly("inspected 2 CLEAN");
        });
    }

    @Test
    void aDirectoryThatMayNotBeMadeIsRefusedAndNothingIsLeft() throws Exception {
        Files.createDirectory(temp.resolve("empty"));
        Path logs = temp.resolve("empty/below/logs");

        assertRefused(logs);
    }

    @Test
    void anEmptyDirectoryThatMayNotBeChangedIsRefusedAndStaysEmpty() throws Exception {
        Path logs = Files.createDirectory(temp.resolve("empty"));

        assertRefused(logs);
    }

    private void assertRefused(Path logs) throws Exception {
        assertUnchanged(
                temp,
                logs,
                lines -> assertThat(lines)
                        .singleElement()
                        .asString()
                        .startsWith("refused UncheckedIOException")
                        .contains("directory could not be opened: directory=" + logs));
    }

    /** Opens logs while nothing below a directory may be changed, in all ways that this user has to make it so. */
    private void assertUnchanged(Path readOnly, Path logs, Consumer<List<String>> told) throws Exception {
        List<Confinement> all = Confinement.readOnly(readOnly);
        assertThat(all).isNotEmpty();
        for (Confinement each : all) {
            setPermissions(readOnly, "r-x");
            Map<String, String> before = content(readOnly);
            try (ChildProcess child = ChildProcess.start(each.java(), OpeningProcess.class, logs)) {
                List<String> lines = child.lines();

                LOG.log(Level.INFO, () -> each + ": " + lines);
                assertThat(child.exit()).as("%s: %s", each, lines).isZero();
                told.accept(lines);
            }
            assertThat(content(readOnly)).as(each.toString()).isEqualTo(before);
            setPermissions(readOnly, "rwx");
        }
    }

    private Map<String, String> content(Path directory) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                String bytes = Files.isDirectory(path)
                        ? "directory"
                        : new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                content.put(path.toString(), Files.getLastModifiedTime(path) + " " + bytes);
            }
        }
        return content;
    }

    private void setPermissions(Path directory, String ofDirectories) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                String of = Files.isDirectory(path) ? ofDirectories : ofDirectories.replace('x', '-');
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(of + "------"));
            }
        }
    }
}

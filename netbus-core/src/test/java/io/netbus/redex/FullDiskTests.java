package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real disks that are full, and real files that may not grow, as a process finds them. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class FullDiskTests {

    private static final System.Logger LOG = System.getLogger(FullDiskTests.class.getName());
    private static final int DISK_KIB = 10 * 1024;

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path temp;

    private Path disk;

    @BeforeEach
    void makeDisk() throws IOException {
        disk = Files.createDirectory(temp.resolve("disk"));
    }

    /** The disk is a small file system of its own; who may not have one gets files that may not grow, see below. */
    @Test
    void aFullDiskIsATypedErrorThatLosesNothingAndTheLogGoesOnWhenThereIsRoom() throws Exception {
        List<Confinement> disks = Confinement.smallDisk(disk, DISK_KIB, FillingProcess.FILL, FillingProcess.GO_ON);
        if (disks.isEmpty()) {
            LOG.log(Level.WARNING, "nothing was tried: this user may not mount a file system");
        }
        for (Confinement small : disks) {
            List<String> lines = run(small, disk, mode);

            String where = small + ", " + mode + ": " + lines;
            LOG.log(Level.INFO, where);
            List<String> acknowledged = values(lines, "acknowledged");
            assertThat(values(lines, "full")).as(where).containsExactly("LogFullException", "LogFullException");
            assertThat(values(lines, "still")).as(where).containsExactly("LogFullException");
            assertThat(acknowledged).as(where).hasSize(2);
            assertThat(values(lines, "forced")).as(where).containsExactly(acknowledged.get(0));
            assertThat(values(lines, "read")).as(where).containsExactly(acknowledged.get(0));
            assertThat(values(lines, "failure")).as(where).containsExactly("null");
            assertThat(values(lines, "went on by")).as(where).containsExactly("300");

            // now by another process, the first died: what it appended last needs room to be written anew
            assertThat(values(lines, "opened full"))
                    .as(where)
                    .hasSize(1)
                    .first()
                    .asString()
                    .isIn("LogOpenException", "UncheckedIOException");
            assertThat(values(lines, "opened")).as(where).containsExactly(acknowledged.get(1));
            assertThat(values(lines, "opened again"))
                    .as(where)
                    .containsExactly(String.valueOf(Long.parseLong(acknowledged.get(1)) + 1));
        }
    }

    /** The disk says that it has room, so this is a failure and not a full disk: the log only reads from there on. */
    @Test
    void aFileThatMayNotGrowIsATypedErrorThatLosesNothingAndTheProcessLives() throws Exception {
        int before = 20;
        try (Redex redex = Redex.onDisk(FillingProcess.logs(disk), FillingProcess.config(mode))) {
            RedexLog log = redex.log(LogFiles.NAME);
            for (int i = 0; i < before; i++) {
                log.append(ByteBuffer.wrap(FillingProcess.payload(i)), 1);
            }
        }
        List<Confinement> limits = Confinement.fileSizeLimit(FillingProcess.SEGMENT_BYTES / 1024 * 3 / 4);
        assertThat(limits).isNotEmpty();
        List<String> lines = run(limits.get(0), disk, mode, FillingProcess.APPEND);

        LOG.log(Level.INFO, () -> limits.get(0) + ", " + mode + ": " + lines);
        long acknowledged = Long.parseLong(values(lines, "acknowledged").get(0));
        assertThat(lines)
                .containsExactly(
                        "full LogFailedException",
                        "still LogFailedException",
                        "acknowledged " + acknowledged,
                        "failure java.io.IOException: File too large",
                        "read " + acknowledged);
        assertThat(acknowledged).isGreaterThanOrEqualTo(before);
        try (Redex redex = Redex.onDisk(FillingProcess.logs(disk), FillingProcess.config(mode))) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(FillingProcess.readAll(log)).isEqualTo(acknowledged);
            for (long i = acknowledged; i < acknowledged + 200; i++) {
                assertThat(log.append(ByteBuffer.wrap(FillingProcess.payload(i)), 1))
                        .isEqualTo(i);
            }
            log.sync();
            assertThat(FillingProcess.readAll(log)).isEqualTo(acknowledged + 200);
        }
    }

    private static List<String> run(Confinement where, Object... arguments) throws IOException, InterruptedException {
        try (ChildProcess child = ChildProcess.start(where.java(), FillingProcess.class, arguments)) {
            List<String> lines = child.lines();
            assertThat(child.exit()).as("%s: %s", where, lines).isZero();
            return lines;
        }
    }

    /** What it said under that heading, in order. */
    private static List<String> values(List<String> lines, String heading) {
        Map<String, List<String>> all = lines.stream()
                .collect(Collectors.groupingBy(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        Collectors.mapping(line -> line.substring(line.lastIndexOf(' ') + 1), Collectors.toList())));
        return all.getOrDefault(heading, List.of());
    }
}

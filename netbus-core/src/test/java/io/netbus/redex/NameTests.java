package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which directory a log's name leads to, and back. */
class NameTests {

    private static final String LONG = "tenant/" + "x".repeat(246) + "/";

    @TempDir
    private Path base;

    // --- the directory's name

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "bus/events/0", "a.b-c_d/0", "..a", "console", "a/con", "com10", "a.redex"})
    void anOrdinaryNameCanBeReadFromItsDirectory(String name) {
        assertThat(LogName.directory(name)).isEqualTo(name.replace('/', '+') + ".redex");
        assertThat(LogName.fromDirectory(LogName.directory(name))).contains(name);
    }

    /** Windows takes what stands before the first dot for the device. */
    @ParameterizedTest
    @ValueSource(strings = {"con", "nul", "aux.1", "com1", "lpt9.a/b", "prn.."})
    void aNameThatWindowsReservesIsNotThatOfTheDirectory(String name) {
        String directory = LogName.directory(name);

        assertThat(directory).startsWith("+").endsWith(".redex");
        assertThat(LogName.fromDirectory(name.replace('/', '+') + ".redex")).isEmpty();
    }

    @Test
    void everyDirectoryFitsWhere255BytesAreAllowed() {
        for (int length = 1; length <= 255; length++) {
            String name = LogName.require("n".repeat(length));
            assertThat(LogName.directory(name).getBytes(StandardCharsets.UTF_8).length)
                    .as(name)
                    .isLessThanOrEqualTo(255);
        }
    }

    @Test
    void noTwoNamesShareADirectoryAlsoWhereCaseDoesNotCount() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        Set<String> names = new HashSet<>();
        Set<String> directories = new HashSet<>();
        String alphabet = "ab01-_./";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "" : "con.".repeat(random.nextInt(60)));
            for (int n = random.nextInt(i % 100 == 0 ? 255 : 6) + 1; n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String name = text.toString();
            if (LogName.isValid(name) && names.add(name)) {
                String directory = LogName.directory(name);
                assertThat(directories.add(directory.toUpperCase(Locale.ROOT)))
                        .as("seed=%d, name=%s, directory=%s", seed, name, directory)
                        .isTrue();
                assertThat(directory).as("seed=%d", seed).matches("[a-z0-9._+-]+\\.redex");
            }
        }
        assertThat(names).hasSizeGreaterThan(1_000);
    }

    // --- the file that holds the whole name

    @Test
    void namesListsThoseThatTheirDirectoriesDoNotTell() throws IOException {
        List<String> names = List.of("con", "nul.1/a", LONG + "a", LONG + "b", "x".repeat(200), "x".repeat(201));
        List<String> sorted = names.stream().sorted().toList();
        try (Redex redex = open()) {
            for (String name : names) {
                redex.log(name).append(utf8(name), 1);
            }
            assertThat(redex.names()).isEqualTo(sorted);
        }
        try (Redex redex = open()) {
            assertThat(redex.names()).isEqualTo(sorted);
            for (String name : names) {
                assertThat(LogFiles.payloads(redex.log(name))).containsExactly(name);
            }
        }
        assertThat(Files.readString(nameFile(LONG + "a"))).isEqualTo(LONG + "a\n");
        assertThat(base.resolve(LogName.directory("x".repeat(200))).resolve("name"))
                .doesNotExist();
    }

    /** No two names are known whose hashes are equal; a directory moved by hand looks the same. */
    @Test
    void aDirectoryOfAnotherLogIsRefusedAndLeftAsItWas() throws IOException {
        try (Redex redex = open()) {
            redex.log(LONG + "a").append(utf8("a"), 1);
        }
        Path directory = base.resolve(LogName.directory(LONG + "a"));
        Files.move(directory, base.resolve(LogName.directory(LONG + "b")));
        try (Redex redex = open()) {
            assertThat(redex.names()).isEmpty();
            assertThatExceptionOfType(LogNameTakenException.class)
                    .isThrownBy(() -> redex.log(LONG + "b"))
                    .withMessageContaining("log=" + LONG + "b")
                    .withMessageContaining("holder=" + LONG + "a");
            assertThat(redex.logs()).isEmpty();
        }
        Files.move(base.resolve(LogName.directory(LONG + "b")), directory);
        try (Redex redex = open()) {
            assertThat(LogFiles.payloads(redex.log(LONG + "a"))).containsExactly("a");
        }
    }

    @Test
    void aLogWhoseNameIsLostOrDamagedIsRefused() throws IOException {
        try (Redex redex = open()) {
            redex.log("con").append(utf8("a"), 1);
        }
        Files.writeString(nameFile("con"), "C\u0000N\n");
        try (Redex redex = open()) {
            assertThatExceptionOfType(LogNameTakenException.class)
                    .isThrownBy(() -> redex.log("con"))
                    .withMessageContaining("holder=unreadable");
            Files.delete(nameFile("con"));
            assertThat(redex.names()).isEmpty();
            assertThatExceptionOfType(CorruptLogException.class)
                    .isThrownBy(() -> redex.log("con"))
                    .withMessageContaining("file=" + nameFile("con"))
                    .withMessageContaining("expected=con, found=no file");
            Files.writeString(nameFile("con"), "con"); // as an editor may leave it
            assertThat(LogFiles.payloads(redex.log("con"))).containsExactly("a");
            assertThat(redex.names()).containsExactly("con");
        }
    }

    @Test
    void strangersThatLookTheSameAreNoLogs() throws IOException {
        Files.createDirectory(base.resolve("+a+b.redex"));
        Files.createFile(base.resolve("+c+d.redex"));
        Files.createDirectory(base.resolve("con.redex"));
        Files.createDirectory(base.resolve("y".repeat(201) + ".redex"));
        Files.createDirectory(base.resolve("+.redex"));
        try (Redex redex = open()) {
            assertThat(redex.names()).isEmpty();
        }
    }

    /** Whatever call fails, the next open finds a log or none, and makes it whole. */
    @Test
    void aNameIsWholeOrNotThereWhereverItsCreationEnds() throws IOException {
        String name = LONG + "a";
        int failing = 0;
        boolean failed = true;
        while (failed) {
            Path directory = Files.createDirectory(base.resolve("run" + failing));
            FaultyStore store = new FaultyStore();
            AtomicInteger left = new AtomicInteger(failing);
            try (Redex redex = DiskRedex.open(directory, LogFiles.CONFIG, store)) {
                store.onChange = path -> {
                    if (left.getAndDecrement() <= 0) {
                        throw new IOException("crash, on purpose");
                    }
                };
                try {
                    redex.log(name);
                    failed = false;
                } catch (LogOpenException e) {
                    assertThat(redex.names()).isSubsetOf(name);
                }
            }
            try (Redex redex = Redex.onDisk(directory, LogFiles.CONFIG)) {
                assertThat(redex.log(name).append(utf8("a"), 1)).isZero();
                assertThat(redex.names()).containsExactly(name);
                try (Stream<Path> files = Files.list(directory.resolve(LogName.directory(name)))) {
                    assertThat(files.map(file -> file.getFileName().toString()))
                            .containsExactlyInAnyOrder("name", SegmentLayout.fileName(0), CheckpointFile.FILE_NAME);
                }
            }
            failing++;
        }
        assertThat(failing).isGreaterThan(6);
    }

    /** Before there is a segment, the name is forced: the file, then its entry in the directory. */
    @Test
    void theNameIsForcedBeforeTheFirstSegmentIsMade() {
        FaultyStore store = new FaultyStore();
        try (Redex redex = DiskRedex.open(base, LogFiles.CONFIG, store)) {
            store.calls.clear();
            redex.log("con");
            List<String> calls = new ArrayList<>(store.calls);
            assertThat(calls)
                    .startsWith(
                            "create name.tmp",
                            "force name.tmp",
                            "replace name",
                            "forceDirectory " + LogName.directory("con"));
        }
    }

    private Redex open() {
        return Redex.onDisk(base, LogFiles.CONFIG);
    }

    private Path nameFile(String log) {
        return base.resolve(LogName.directory(log)).resolve("name");
    }
}

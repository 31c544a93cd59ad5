package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.netbus.redex.SimulatedStore.AfterFailedForce;
import io.netbus.redex.SimulatedStore.Call;
import io.netbus.redex.SimulatedStore.ProcessDiedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the simulated file system keeps and what it loses: the ground that the crash tests stand on. */
@SuppressWarnings("NullAway") // a file that is missing fails the test as well
class SimulatedStoreTests {

    private static final int SECTOR = Sectors.BYTES;
    private static final int CRASHES = 1_000;
    private static final long TIMEOUT_SECONDS = 60;

    private static final Path ROOT = Path.of("simulated").toAbsolutePath();
    private static final Path FILE = ROOT.resolve("file");
    private static final Path OTHER = ROOT.resolve("other");
    private static final Path DIRECTORY = ROOT.resolve("directory");

    private final long seed = Long.getLong("netbus.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final SimulatedStore store = quiet(new SimulatedStore(seed, ROOT));

    // --- files as a process sees them

    @Test
    void aFileHoldsWhatIsWrittenStoredAndCut() throws IOException {
        byte[] model = new byte[20 * SECTOR];
        int size = 0;
        try (SegmentFile file = store.create(FILE);
                Mapping mapping = file.map(2 * SECTOR)) {
            size = 2 * SECTOR;
            for (int step = 0; step < 2_000; step++) {
                byte[] bytes = new byte[random.nextInt(3 * SECTOR)];
                random.nextBytes(bytes);
                int offset = random.nextInt(model.length - bytes.length);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        file.write(ByteBuffer.wrap(bytes), offset);
                        System.arraycopy(bytes, 0, model, offset, bytes.length);
                        size = bytes.length == 0 ? size : Math.max(size, offset + bytes.length);
                    }
                    case 1 -> {
                        int at = random.nextInt(2 * SECTOR / Long.BYTES) * Long.BYTES;
                        mapping.bytes().putLong(at, step);
                        ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN).putLong(at, step);
                    }
                    case 2 -> {
                        int bytesNow = 2 * SECTOR + random.nextInt(model.length - 2 * SECTOR);
                        file.resize(bytesNow);
                        Arrays.fill(model, Math.min(size, bytesNow), model.length, (byte) 0);
                        size = bytesNow;
                    }
                    default -> file.force();
                }
                assertThat(file.size()).as("seed=%d step=%d", seed, step).isEqualTo(size);
                assertThat(bytes(file)).as("seed=%d step=%d", seed, step).isEqualTo(Arrays.copyOf(model, size));
                assertThat(bytes(mapping))
                        .as("seed=%d step=%d", seed, step)
                        .isEqualTo(Arrays.copyOf(model, 2 * SECTOR));
            }
        }
        assertThat(store.violations()).as("seed=%d", seed).isEmpty();
    }

    @Test
    void allMappingsOfAFileShareItsBytes() throws IOException {
        try (SegmentFile file = store.create(FILE);
                Mapping small = file.map(SECTOR)) {
            file.resize(4 * SECTOR);
            try (Mapping large = file.map(4 * SECTOR)) {
                small.bytes().put(1, (byte) 1);
                large.bytes().put(3 * SECTOR, (byte) 2);

                assertThat(large.bytes().get(1)).isEqualTo((byte) 1);
                assertThat(bytes(file)[3 * SECTOR]).isEqualTo((byte) 2);
                assertThat(small.bytes().capacity()).isEqualTo(SECTOR);
                assertThat(small.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
                assertThat(small.bytes()).isSameAs(small.bytes());
            }
        }
    }

    @Test
    void mappingLengthensAFileAndOutlivesIt() throws IOException {
        SegmentFile file = store.create(FILE);
        Mapping mapping = file.map(SECTOR);
        assertThat(file.size()).isEqualTo(SECTOR);
        file.close();

        mapping.bytes().put(0, (byte) 1);
        mapping.force(0, mapping.bytes().capacity());
        mapping.close();

        assertThat(store.unplugged().contents()).isEmpty(); // its name was not forced
        assertThat(store.contents().get(FILE)).startsWith(1);
    }

    @Test
    void aDeletedFileLivesForThoseWhoHaveItOpen() throws IOException {
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(new byte[] {1}), 0);
        store.delete(FILE);

        assertThat(bytes(file)).containsExactly(1);
        assertThat(store.list(ROOT)).isEmpty();
        assertThat(store.usedBytes()).isEqualTo(SECTOR);
        file.close();
        assertThat(store.usedBytes()).isZero();
    }

    @Test
    void directoriesListTheirEntriesByName() throws IOException {
        store.createDirectories(DIRECTORY.resolve("inner"));
        store.create(DIRECTORY.resolve("b")).close();
        store.create(DIRECTORY.resolve("a")).close();

        assertThat(store.list(DIRECTORY))
                .containsExactly(DIRECTORY.resolve("a"), DIRECTORY.resolve("b"), DIRECTORY.resolve("inner"));
        assertThat(store.list(ROOT.resolve("missing"))).isEmpty();
    }

    @Test
    void misuseIsRefusedAsByRealFiles() throws IOException {
        SegmentFile file = store.create(FILE);
        store.createDirectories(DIRECTORY);
        store.create(DIRECTORY.resolve("a")).close();

        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> store.create(FILE));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.openForReading(OTHER));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.openForWriting(OTHER));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.replace(OTHER, FILE));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.delete(OTHER));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.create(OTHER.resolve("a")));
        assertThatExceptionOfType(DirectoryNotEmptyException.class).isThrownBy(() -> store.delete(DIRECTORY));
        SegmentFile readOnly = store.openForReading(FILE);
        assertThatExceptionOfType(NonWritableChannelException.class).isThrownBy(() -> write(readOnly, 0, 1));
        assertThatExceptionOfType(NonWritableChannelException.class).isThrownBy(readOnly::force);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> readOnly.map((int) file.size() + 1));
        file.close();
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> write(file, 0, 1));
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(file::size);
    }

    // --- sectors in a power cut

    @Test
    void unforcedSectorsAreLostEachForItselfAndWhole() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1, 1));
        file.write(ByteBuffer.wrap(sectors(2, 2, 2)), 0);

        Set<String> found = outcomes(image -> text(image.contents().get(FILE)));

        assertThat(found).containsExactly("111", "112", "121", "122", "211", "212", "221", "222");
    }

    @Test
    void aPartlyOverwrittenSectorIsOldOrNew() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        write(file, 100, 2, 2);

        Set<Integer> twos = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            byte[] content = store.crash(random).contents().get(FILE);
            int count = 0;
            for (byte b : content) {
                count += b - 1;
            }
            twos.add(count);
        }
        assertThat(twos).containsExactly(0, 2);
    }

    @Test
    void forcedSectorsAreNeverLost() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        file.write(ByteBuffer.wrap(sectors(2)), 0);
        file.force();
        Mapping mapping = file.map(2 * SECTOR);
        mapping.bytes().put(SECTOR, sectors(3));
        mapping.force(0, mapping.bytes().capacity());

        assertThat(outcomes(image -> text(image.contents().get(FILE)))).containsExactly("23");
    }

    @Test
    void storesThroughAMappingAreLostAndForcedLikeWrites() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        Mapping mapping = file.map(2 * SECTOR);
        mapping.bytes().put(0, sectors(2, 2));

        assertThat(outcomes(image -> text(image.contents().get(FILE)))).containsExactly("11", "12", "21", "22");
    }

    @Test
    void forcingTheFileForcesWhatWasStoredThroughItsMapping() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        file.map(SECTOR).bytes().put(0, sectors(2));
        file.force();

        assertThat(text(store.unplugged().contents().get(FILE))).isEqualTo("2");
    }

    @Test
    void anIntermediateVersionMayBeWhatIsOnDisk() throws IOException {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            SimulatedStore one = new SimulatedStore(random.nextLong(), ROOT);
            one.writeBack(0.5);
            SegmentFile file = one.create(FILE);
            one.forceDirectory(ROOT);
            file.write(ByteBuffer.wrap(sectors(1)), 0);
            file.force();
            file.write(ByteBuffer.wrap(sectors(2)), 0);
            file.write(ByteBuffer.wrap(sectors(3)), 0);
            found.add(text(one.crash(random).contents().get(FILE)));
        }
        assertThat(found).as("seed=%d", seed).containsExactly("1", "2", "3");
    }

    @Test
    void nothingWrittenBackIsEverTakenBack() throws IOException {
        store.writeBack(1);
        SegmentFile file = createForced(FILE, sectors(1, 1, 1, 1));
        file.write(ByteBuffer.wrap(sectors(2, 2, 2, 2)), 0);
        for (int i = 0; i < 200; i++) {
            file.size(); // any call may write back
        }

        assertThat(text(store.unplugged().contents().get(FILE))).isEqualTo("2222");
    }

    // --- sizes in a power cut

    @Test
    void anUnforcedSizeMayBeLostAndSoMayTheBytesWithinIt() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        file.write(ByteBuffer.wrap(sectors(2)), SECTOR);
        file.write(ByteBuffer.wrap(sectors(3)), 2 * SECTOR);

        assertThat(outcomes(image -> text(image.contents().get(FILE))))
                .containsExactly("1", "10", "100", "103", "12", "120", "123");
    }

    @Test
    void anUnforcedCutMayBeLost() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        file.resize(SECTOR);

        assertThat(outcomes(image -> text(image.contents().get(FILE)))).containsExactly("1", "11");
    }

    @Test
    void whatWasCutOffDoesNotComeBackInsideALongerFile() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        file.resize(SECTOR);
        file.resize(3 * SECTOR);
        file.write(ByteBuffer.wrap(sectors(2)), 2 * SECTOR);

        assertThat(outcomes(image -> text(image.contents().get(FILE)))).containsExactly("1", "100", "102", "11");
        file.close();
    }

    @Test
    void aForcedCutIsNeverLost() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        file.resize(SECTOR / 2);
        file.force();
        file.resize(2 * SECTOR);
        file.force();

        Set<String> found = outcomes(image -> Arrays.toString(image.contents().get(FILE)));
        byte[] expected = new byte[2 * SECTOR];
        Arrays.fill(expected, 0, SECTOR / 2, (byte) 1);
        assertThat(found).containsExactly(Arrays.toString(expected));
    }

    // --- entries in a power cut

    @Test
    void anUnforcedNameMayBeLostThoughTheFileIsForced() throws IOException {
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(sectors(1)), 0);
        file.force();

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("", "file=1");
    }

    @Test
    void aForcedNameIsNeverLostThoughTheContentMayBe() throws IOException {
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(sectors(1)), 0);
        store.forceDirectory(ROOT);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("file=", "file=0", "file=1");
    }

    @Test
    void anUnforcedRenameMayBeLost() throws IOException {
        createForced(FILE, sectors(1)).close();
        store.replace(FILE, OTHER);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("file=1", "other=1");
    }

    @Test
    void aRenamedFileMayHaveItsNewNameAndNoContent() throws IOException {
        createForced(OTHER, sectors(1)).close();
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(sectors(2)), 0);
        store.replace(FILE, OTHER);

        assertThat(outcomes(SimulatedStoreTests::listing))
                .containsExactly(
                        "file= other=1", "file=0 other=1", "file=2 other=1", "other=", "other=0", "other=1", "other=2");
    }

    @Test
    void aForcedRenameIsNeverLost() throws IOException {
        createForced(OTHER, sectors(1)).close();
        createForced(FILE, sectors(2)).close();
        store.replace(FILE, OTHER);
        store.forceDirectory(ROOT);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("other=2");
    }

    @Test
    void aFileRenamedIntoAnotherDirectoryIsNeverNowhere() throws IOException {
        store.createDirectories(DIRECTORY);
        createForced(FILE, sectors(1)).close();
        store.replace(FILE, DIRECTORY.resolve("file"));

        assertThat(outcomes(SimulatedStoreTests::listing))
                .containsExactly("directory/file=1", "directory/file=1 file=1", "file=1");
    }

    @Test
    void forcingTheOldDirectoryForcesTheNewEntryToo() throws IOException {
        store.createDirectories(DIRECTORY);
        createForced(FILE, sectors(1)).close();
        store.replace(FILE, DIRECTORY.resolve("file"));
        store.forceDirectory(ROOT);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("directory/file=1");
    }

    @Test
    void anUnforcedDeleteMayBeUndone() throws IOException {
        createForced(FILE, sectors(1)).close();
        store.delete(FILE);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("", "file=1");
    }

    @Test
    void aForcedDeleteIsNeverUndone() throws IOException {
        createForced(FILE, sectors(1)).close();
        store.delete(FILE);
        store.forceDirectory(ROOT);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("");
    }

    @Test
    void entriesAreLostEachForItself() throws IOException {
        createForced(FILE, sectors(1)).close();
        store.create(OTHER).close();
        store.delete(FILE);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("", "file=1", "file=1 other=", "other=");
    }

    @Test
    void aNameThatWasGivenAgainHasTheLaterFileOrTheEarlier() throws IOException {
        createForced(FILE, sectors(1)).close();
        store.delete(FILE);
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(sectors(2)), 0);
        file.force();

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("", "file=1", "file=2");
    }

    @Test
    void anUnforcedDirectoryIsLostWithAllThatIsInIt() throws IOException {
        store.failOnce(1, Call.FORCE_DIRECTORY);
        assertThatIOException().isThrownBy(() -> store.createDirectories(DIRECTORY));
        SegmentFile file = store.create(DIRECTORY.resolve("a"));
        file.write(ByteBuffer.wrap(sectors(1)), 0);
        file.force();
        store.forceDirectory(DIRECTORY);

        assertThat(outcomes(SimulatedStoreTests::listing)).containsExactly("", "directory/a=1");
    }

    @Test
    void createdDirectoriesSurvive() throws IOException {
        store.createDirectories(DIRECTORY.resolve("inner"));

        assertThat(store.unplugged().list(DIRECTORY)).containsExactly(DIRECTORY.resolve("inner"));
    }

    // --- images

    @Test
    void unpluggedKeepsNothingAndEverythingAll() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        file.write(ByteBuffer.wrap(sectors(2, 2)), 0);
        store.create(OTHER).close();

        assertThat(listing(store.unplugged())).isEqualTo("file=1");
        assertThat(listing(store.everything())).isEqualTo("file=22 other=");
    }

    @Test
    void aKillLosesNothingAndForcesNothing() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        file.write(ByteBuffer.wrap(sectors(2, 2)), 0);
        store.create(OTHER).close();

        SimulatedStore next = store.kill();

        assertThat(listing(next)).isEqualTo("file=22 other=");
        assertThat(listing(next.unplugged())).isEqualTo("file=1");
    }

    @Test
    void whatAKilledProcessLeftCanBeForcedByTheNext() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        file.write(ByteBuffer.wrap(sectors(2, 2)), 0);
        store.create(OTHER).close();
        SimulatedStore next = quiet(store.kill());

        next.openForWriting(FILE).force();
        assertThat(listing(next.kill().unplugged())).isEqualTo("file=22");
    }

    @Test
    void theDeadThrowAndTheirStoresAreNotSeen() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        Mapping mapping = file.map(SECTOR);
        ByteBuffer memory = mapping.bytes();

        SimulatedStore next = store.kill();
        memory.put(0, (byte) 2);

        assertThat(store.isDead()).isTrue();
        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(() -> write(file, 0, 1));
        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(() -> bytes(file));
        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(file::force);
        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(() -> mapping.force(0, 4096));
        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(() -> store.create(OTHER));
        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(() -> store.openForReading(FILE));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(mapping::bytes);
        mapping.close();
        file.close();
        assertThat(text(next.contents().get(FILE))).isEqualTo("1");
        assertThat(text(store.everything().contents().get(FILE))).isEqualTo("1");
    }

    @Test
    void imagesOfOneCrashDoNotShareWhatIsDoneToThem() throws IOException {
        createForced(FILE, sectors(1)).close();

        SimulatedStore one = store.everything();
        SimulatedStore two = store.everything();
        one.openForWriting(FILE).write(ByteBuffer.wrap(sectors(2)), 0);
        one.create(OTHER).close();

        assertThat(listing(two)).isEqualTo("file=1");
    }

    // --- crash points

    @Test
    void theProcessDiesAtTheFirstCallBehindTheCrashPoint() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        long before = store.changes();
        Mapping mapping = file.map(SECTOR);
        store.crashAfter(1);
        write(file, 0, 2);
        mapping.bytes().put(1, (byte) 3); // no call: still alive
        assertThat(store.isDead()).isFalse();

        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(file::size);

        assertThat(store.isDead()).isTrue();
        assertThat(store.changes()).isEqualTo(before + 2);
        assertThat(store.kill().contents().get(FILE)).startsWith(2, 3, 1);
    }

    @Test
    void everyChangingCallIsACrashPoint() throws IOException {
        long start = store.changes();
        store.createDirectories(DIRECTORY);
        SegmentFile file = store.create(FILE);
        write(file, 0, 1);
        file.resize(SECTOR);
        file.force();
        Mapping mapping = file.map(SECTOR);
        mapping.force(0, mapping.bytes().capacity());
        store.replace(FILE, OTHER);
        store.delete(OTHER);
        store.forceDirectory(ROOT);
        long end = store.changes();
        file.size();
        bytes(file);
        store.list(ROOT);
        store.usableBytes(ROOT);
        assertThat(store.changes()).isEqualTo(end);

        assertThat(end - start).isEqualTo(11);
        assertThat(store.calls()).anySatisfy(call -> assertThat(call).contains("#1 ", "MAKE_DIRECTORY", "directory"));
        assertThat(store.count(Call.FORCE)).isEqualTo(2);
    }

    @Test
    void aCallTheProcessDiesInHappensInPart() throws IOException {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            SimulatedStore one = quiet(new SimulatedStore(random.nextLong(), ROOT));
            SegmentFile file = createForced(one, FILE, sectors(1, 1));
            one.crashInside(1);
            assertThatExceptionOfType(ProcessDiedException.class)
                    .isThrownBy(() -> file.write(ByteBuffer.wrap(sectors(2, 2)), 0));
            found.add(text(one.kill().contents().get(FILE)));
        }
        assertThat(found).as("seed=%d", seed).containsExactly("11", "21", "22");
    }

    @Test
    void aForceTheProcessDiesInReachesTheDiskInPart() throws IOException {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            SimulatedStore one = quiet(new SimulatedStore(random.nextLong(), ROOT));
            SegmentFile file = createForced(one, FILE, sectors(1, 1));
            file.write(ByteBuffer.wrap(sectors(2, 2)), 0);
            one.crashInside(1);
            assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(file::force);
            found.add(text(one.unplugged().contents().get(FILE)));
        }
        assertThat(found).as("seed=%d", seed).containsExactly("11", "12", "21", "22");
    }

    @Test
    void anObserverMayEndTheProcessInsideAnotherCall() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        store.observer = (call, path) -> store.die();

        assertThatExceptionOfType(ProcessDiedException.class).isThrownBy(() -> write(file, 0, 2));
        assertThat(text(store.kill().contents().get(FILE))).isEqualTo("1");
    }

    @Test
    void aTornStoreKeepsSomeOfTheWordsStoredSinceTheLastCall() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        ByteBuffer memory = file.map(2 * SECTOR).bytes();
        memory.put(0, sectors(2)); // before the mark
        store.mark();
        memory.putLong(SECTOR, 3).putLong(SECTOR + 64, 3).putLong(SECTOR + 128, 3);

        Set<String> found = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            SimulatedStore image = store.torn(random).kill();
            byte[] content = image.contents().get(FILE);
            assertThat(text(Arrays.copyOf(content, SECTOR))).isEqualTo("2");
            found.add("" + content[SECTOR] + content[SECTOR + 64] + content[SECTOR + 128]);
            assertThat(content[SECTOR + 8]).isEqualTo((byte) 1);
        }

        assertThat(found).as("seed=%d", seed).containsExactly("111", "113", "131", "133", "311", "313", "331", "333");
        assertThat(text(store.torn(random).unplugged().contents().get(FILE))).isEqualTo("11");
        assertThat(store.kill().contents().get(FILE)[SECTOR]).isEqualTo((byte) 3);
    }

    @Test
    void aCallEndsWhatCanBeTorn() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        Mapping mapping = file.map(SECTOR);
        store.mark();
        mapping.bytes().putLong(0, 2);
        mapping.force(0, mapping.bytes().capacity());
        mapping.bytes().putLong(8, 3);

        for (int i = 0; i < CRASHES; i++) {
            assertThat(store.torn(random).kill().contents().get(FILE)[0]).isEqualTo((byte) 2);
        }
    }

    // --- faults

    @Test
    void aCallFailsOnceOrFromThenOn() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        store.failOnce(2, Call.READ);
        store.failFrom(2, Call.WRITE);

        assertThat(bytes(file)).startsWith(1);
        assertThatIOException().isThrownBy(() -> bytes(file)).withMessageContaining("Input/output error");
        assertThat(bytes(file)).startsWith(1);
        write(file, 0, 2);
        assertThatIOException().isThrownBy(() -> write(file, 0, 3));
        assertThatIOException().isThrownBy(() -> write(file, 0, 4));
        assertThat(store.failures()).isEqualTo(3);
        store.heal();
        assertThat(bytes(file)).startsWith(2, 1);
        write(file, 0, 5);
    }

    @Test
    void anyChangingCallCanFail() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        store.failFrom(1);

        assertThatIOException().isThrownBy(() -> write(file, 0, 2));
        assertThatIOException().isThrownBy(() -> file.resize(1));
        assertThatIOException().isThrownBy(file::force);
        assertThatIOException().isThrownBy(() -> file.map(1));
        assertThatIOException().isThrownBy(() -> store.create(OTHER));
        assertThatIOException().isThrownBy(() -> store.replace(FILE, OTHER));
        assertThatIOException().isThrownBy(() -> store.delete(FILE));
        assertThatIOException().isThrownBy(() -> store.createDirectories(DIRECTORY));
        assertThatIOException().isThrownBy(() -> store.forceDirectory(ROOT));
        assertThat(listing(store)).isEqualTo("file=1");
    }

    @Test
    void someBytesOfAFailingWriteMayArrive() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        store.shortWrites(2);
        store.failOnce(1, Call.WRITE);

        assertThatIOException().isThrownBy(() -> write(file, 0, 2, 2, 2));
        assertThat(bytes(file)).startsWith(2, 2, 1);
    }

    @Test
    void aDiskThatLiesForcesNothing() throws IOException {
        store.lie(Call.FORCE, Call.FORCE_DIRECTORY);
        SegmentFile file = createForced(FILE, sectors(1));
        file.map(SECTOR).force(0, SECTOR);

        assertThat(listing(store.kill())).isEqualTo("file=1");
        assertThat(listing(store.unplugged())).isEmpty();
    }

    @Test
    void aFailedForceThatKeepsLooksWellAndIsNotOnDisk() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        failForce(file, AfterFailedForce.KEEPS, sectors(2));

        assertThat(text(bytes(file))).isEqualTo("2");
        file.force(); // succeeds and writes nothing
        SimulatedStore next = quiet(store.kill());
        assertThat(listing(next)).isEqualTo("file=2");
        next.openForWriting(FILE).force();
        assertThat(listing(next.everything())).isEqualTo("file=1");
    }

    @Test
    void whatIsWrittenAnewAfterAFailedForceIsForcedAnew() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        failForce(file, AfterFailedForce.KEEPS, sectors(2));

        file.write(ByteBuffer.wrap(sectors(2)), 0);
        file.force();

        assertThat(listing(store.unplugged())).isEqualTo("file=2");
    }

    @Test
    void aFailedForceThatRevertsShowsWhatIsOnDisk() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        Mapping mapping = file.map(SECTOR);
        failForce(file, AfterFailedForce.REVERTS, sectors(2, 2));

        assertThat(text(bytes(file))).isEqualTo("1");
        assertThat(text(bytes(mapping))).isEqualTo("1");
        assertThat(listing(store.kill())).isEqualTo("file=1");
        assertThat(listing(store.everything())).isEqualTo("file=1");
    }

    @Test
    void aFailedForceThatLosesLaterShowsItOnlyToTheNextProcess() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        failForce(file, AfterFailedForce.LOSES_LATER, sectors(2));

        assertThat(text(bytes(file))).isEqualTo("2");
        file.force();
        assertThat(text(bytes(file))).isEqualTo("2");
        assertThat(listing(store.kill())).isEqualTo("file=1");
    }

    @Test
    void aKillDoesNotLoseWhatIsOnlyUnforced() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1, 1));
        failForce(file, AfterFailedForce.LOSES_LATER, sectors(2));
        file.write(ByteBuffer.wrap(sectors(3)), SECTOR);
        file.resize(2 * SECTOR);
        file.resize(3 * SECTOR);

        assertThat(listing(store.kill())).isEqualTo("file=130");
    }

    @ParameterizedTest
    @EnumSource(AfterFailedForce.class)
    void aFailedForceMayHaveWrittenSome(AfterFailedForce manners) throws IOException {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            SimulatedStore one = quiet(new SimulatedStore(random.nextLong(), ROOT));
            SegmentFile file = createForced(one, FILE, sectors(1, 1));
            one.afterFailedForce(manners, 0.5);
            one.failOnce(1, Call.FORCE);
            file.write(ByteBuffer.wrap(sectors(2, 2)), 0);
            assertThatIOException().isThrownBy(file::force);
            file.force();
            found.add(listing(one.everything()));
        }
        assertThat(found).as("seed=%d", seed).containsExactly("file=11", "file=12", "file=21", "file=22");
    }

    // --- space

    @Test
    void aWriteIntoNewSectorsFailsWhenTheDiskIsFull() throws IOException {
        store.quota(2 * SECTOR);
        SegmentFile file = store.create(FILE);
        assertThat(store.usableBytes(ROOT)).isEqualTo(2 * SECTOR);
        file.write(ByteBuffer.wrap(sectors(1)), 0);
        file.resize(10 * SECTOR); // takes no space
        assertThat(store.usableBytes(ROOT)).isEqualTo(SECTOR);

        assertThatIOException()
                .isThrownBy(() -> file.write(ByteBuffer.wrap(sectors(2, 2)), 4 * SECTOR))
                .withMessage("No space left on device");

        assertThat(text(bytes(file))).isEqualTo("1000200000");
        file.write(ByteBuffer.wrap(sectors(3)), 0); // an old sector
        assertThat(store.usableBytes(ROOT)).isZero();
        assertThat(store.failures()).isEqualTo(1);
    }

    @Test
    void cuttingAndDeletingGiveSpaceBack() throws IOException {
        store.quota(3 * SECTOR);
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(sectors(1, 1, 1)), 0);
        file.resize(SECTOR + 1);
        assertThat(store.usableBytes(ROOT)).isEqualTo(SECTOR);
        file.close();
        store.create(OTHER).close();
        store.replace(OTHER, FILE);

        assertThat(store.usableBytes(ROOT)).isEqualTo(3 * SECTOR);
    }

    @Test
    void anImageKnowsWhatIsUsedAndHasNoQuota() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1, 1));
        store.quota(0);
        file.resize(5 * SECTOR);

        assertThat(store.kill().usedBytes()).isEqualTo(2 * SECTOR);
        assertThat(store.unplugged().usedBytes()).isEqualTo(2 * SECTOR);
        store.kill().openForWriting(FILE).write(ByteBuffer.wrap(sectors(2)), 4 * SECTOR);
    }

    @Test
    void storingWhereTheFullDiskHasNoSectorIsAViolation() throws IOException {
        SegmentFile file = store.create(FILE);
        file.write(ByteBuffer.wrap(sectors(1)), 0);
        Mapping mapping = file.map(4 * SECTOR);
        mapping.bytes().put(SECTOR, (byte) 2); // finds a sector
        assertThat(store.violations()).isEmpty();
        assertThat(store.usedBytes()).isEqualTo(2 * SECTOR);

        store.quota(2 * SECTOR);
        mapping.bytes().put(0, (byte) 3).put(SECTOR, (byte) 3);
        assertThat(store.violations()).isEmpty();
        mapping.bytes().put(2 * SECTOR, (byte) 3);
        store.die();

        assertThat(store.violations()).singleElement().asString().contains("file=file", "offset=" + 2 * SECTOR);
    }

    @Test
    void storingBehindTheLastPageIsAViolation() throws IOException {
        SegmentFile file = createForced(FILE, sectors(1));
        Mapping mapping = file.map(4 * 4096);
        file.resize(SECTOR);
        mapping.bytes().put(SECTOR + 1, (byte) 2); // in the last page, not kept
        assertThat(store.violations()).isEmpty();

        mapping.bytes().put(4096, (byte) 2);

        assertThat(store.violations()).singleElement().asString().contains("file=file");
        assertThat(text(bytes(file))).isEqualTo("1");
    }

    // --- chance and threads

    @Test
    void theSameSeedFindsTheSameDisk() throws IOException {
        for (int i = 0; i < 20; i++) {
            long same = random.nextLong();
            assertThat(fingerprint(same)).as("seed=%d", same).isEqualTo(fingerprint(same));
        }
    }

    @Test
    void seedsDiffer() throws IOException {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            found.add(fingerprint(random.nextLong()));
        }
        assertThat(found).as("seed=%d", seed).hasSizeGreaterThan(10);
    }

    @Test
    void manyThreadsUseItUntilItDies() throws Exception {
        store.writeBack(0.2);
        store.crashAfter(2_000);
        List<CompletableFuture<Integer>> threads = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            Path path = ROOT.resolve("file" + thread);
            threads.add(CompletableFuture.supplyAsync(() -> forcedRounds(path)));
        }
        Map<Path, Integer> forced = new TreeMap<>();
        for (int thread = 0; thread < 4; thread++) {
            forced.put(ROOT.resolve("file" + thread), threads.get(thread).get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        }

        for (int i = 0; i < 20; i++) {
            Map<Path, byte[]> found = store.crash(random).contents();
            forced.forEach((path, rounds) -> {
                if (rounds > 0) {
                    assertThat(ByteBuffer.wrap(found.get(path))
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getInt(0))
                            .as("seed=%d path=%s", seed, path)
                            .isGreaterThanOrEqualTo(rounds);
                }
            });
        }
    }

    /** Stores rising numbers into a mapping and forces each; returns the last that was forced. */
    private int forcedRounds(Path path) {
        int rounds = 0;
        try {
            SegmentFile file = store.create(path);
            store.forceDirectory(ROOT);
            Mapping mapping = file.map(SECTOR);
            ByteBuffer memory = mapping.bytes();
            while (true) {
                memory.putInt(0, rounds + 1);
                mapping.force(0, SECTOR);
                rounds++;
            }
        } catch (ProcessDiedException e) {
            return rounds;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // --- helpers

    private static SimulatedStore quiet(SimulatedStore store) {
        store.writeBack(0);
        return store;
    }

    private SegmentFile createForced(Path path, byte[] content) throws IOException {
        return createForced(store, path, content);
    }

    private static SegmentFile createForced(SimulatedStore store, Path path, byte[] content) throws IOException {
        SegmentFile file = store.create(path);
        file.write(ByteBuffer.wrap(content), 0);
        file.force();
        store.forceDirectory(ROOT);
        return file;
    }

    private void failForce(SegmentFile file, AfterFailedForce manners, byte[] unwritten) throws IOException {
        store.afterFailedForce(manners, 0);
        store.failOnce(1, Call.FORCE);
        file.write(ByteBuffer.wrap(unwritten), 0);
        assertThatIOException().isThrownBy(file::force);
    }

    /** What many power cuts find. */
    private Set<String> outcomes(Function<SimulatedStore, String> look) {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < CRASHES; i++) {
            found.add(look.apply(store.crash(random)));
        }
        return found;
    }

    /** Some of everything, and then a power cut. */
    private static String fingerprint(long seed) throws IOException {
        SimulatedStore one = new SimulatedStore(seed, ROOT);
        Random chance = new Random(seed);
        SegmentFile file = createForced(one, FILE, sectors(1, 1, 1, 1));
        Mapping mapping = file.map(8 * SECTOR);
        for (int i = 2; i < 30; i++) {
            file.write(ByteBuffer.wrap(sectors(i)), (long) SECTOR * chance.nextInt(8));
            mapping.bytes().put(SECTOR * chance.nextInt(8), (byte) i);
        }
        one.create(OTHER).close();
        one.replace(FILE, ROOT.resolve("renamed"));
        return listing(one.crash(chance)) + listing(one.kill().crash(chance));
    }

    private static byte[] sectors(int... values) {
        byte[] bytes = new byte[values.length * SECTOR];
        for (int i = 0; i < values.length; i++) {
            Arrays.fill(bytes, i * SECTOR, (i + 1) * SECTOR, (byte) values[i]);
        }
        return bytes;
    }

    /** A number for each sector, which must be filled with it. */
    private static String text(byte[] content) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < content.length; at += SECTOR) {
            for (int i = 1; i < SECTOR; i++) {
                assertThat(content[at + i]).as("a sector is whole").isEqualTo(content[at]);
            }
            text.append(content[at]);
        }
        return text.toString();
    }

    private static String listing(SimulatedStore store) {
        return store.contents().entrySet().stream()
                .map(file -> ROOT.relativize(file.getKey()) + "=" + digits(file.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String digits(byte[] content) {
        StringBuilder digits = new StringBuilder();
        for (int at = 0; at < content.length; at += SECTOR) {
            digits.append(content[at]);
        }
        return digits.toString();
    }

    private static void write(SegmentFile file, long offset, int... values) throws IOException {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        file.write(ByteBuffer.wrap(bytes), offset);
    }

    private static byte[] bytes(SegmentFile file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        return bytes.array();
    }

    private static byte[] bytes(Mapping mapping) {
        byte[] bytes = new byte[mapping.bytes().capacity()];
        mapping.bytes().get(0, bytes);
        return bytes;
    }
}

package io.netbus.redex.index;

import static io.netbus.redex.index.LogIndexTests.content;
import static io.netbus.redex.index.LogIndexTests.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netbus.redex.LogClosedException;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link LogIndex#snapshot} returns, and from what an index is opened. */
class SnapshotTests {

    /** Text as UTF-8. */
    static final IndexCodec<String, String> TEXT = new IndexCodec<>() {
        @Override
        public byte[] encodeKey(String key) {
            return key.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decodeKey(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public byte[] encodeValue(String value) {
            return encodeKey(value);
        }

        @Override
        public String decodeValue(byte[] bytes) {
            return decodeKey(bytes);
        }
    };

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern DUMP_LINE = Pattern.compile("^([0-9a-f]{8})  ((?:[0-9a-f]{2} +){1,16})\\|.*");
    private static final Pattern TABLE_ROW = Pattern.compile("^\\| (\\d+) \\| (\\d+|\\*n\\*) \\| .*");

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final RedexLog log = redex.log("orders");

    @AfterEach
    void closeRedex() {
        redex.close();
    }

    @Test
    void anIndexGoesOnFromItsSnapshot() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1 +ada=2", "+bob=", "-ada=1");
        append("+ada=3");
        try (LogIndex<String, String> index = restore(log, snapshot)) {
            assertThat(index.stats().restoredSequence()).isEqualTo(3);
            assertThat(index.awaitSequence(3, TIMEOUT)).isTrue();
            assertThat(content(index.view())).isEqualTo(Map.of("ada", Set.of("2", "3"), "bob", Set.of("")));
        }
    }

    /** Only what lies behind the snapshot is read: here the records before it say something else by now. */
    @Test
    void whatASnapshotHoldsIsNotReadAgain() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1", "+ada=2");
        List<Long> read = new ArrayList<>();
        append("+ada=3");
        try (LogIndex<String, String> index =
                LogIndex.open(log, (sequence, stamp, payload, changes) -> read.add(sequence), TEXT, snapshot)) {
            index.awaitSequence(2, TIMEOUT);
            assertThat(content(index.view())).isEqualTo(Map.of("ada", Set.of("1", "2")));
        }
        assertThat(read).containsExactly(2L);
    }

    @Test
    void theSnapshotOfAnEmptyIndexIsOneToo() throws Exception {
        byte[] snapshot;
        try (LogIndex<String, String> index = open(log)) {
            snapshot = index.snapshot(TEXT);
        }
        append("+ada=1");
        try (LogIndex<String, String> index = restore(log, snapshot)) {
            assertThat(index.stats().restoredSequence()).isZero();
            index.awaitSequence(0, TIMEOUT);
            assertThat(index.get("ada")).containsExactly("1");
        }
    }

    @Test
    void aSnapshotWaitsForItsRecordsToBeForced() throws Exception {
        CompletableFuture<Void> forced = new CompletableFuture<>();
        RedexLog unforced = with(log, Map.of("whenForced", forced));
        append("+ada=1");
        try (LogIndex<String, String> index = open(unforced)) {
            index.awaitSequence(0, TIMEOUT);
            CompletableFuture<byte[]> snapshot = CompletableFuture.supplyAsync(() -> index.snapshot(TEXT));
            assertThat(snapshot).isNotDone();
            forced.completeExceptionally(new IllegalStateException("the force failed, on purpose"));
            assertThat(snapshot)
                    .failsWithin(TIMEOUT)
                    .withThrowableThat()
                    .withCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aClosedLogGivesNoSnapshot() throws Exception {
        append("+ada=1");
        try (LogIndex<String, String> index = open(log)) {
            index.awaitSequence(0, TIMEOUT);
            log.close();
            assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> index.snapshot(TEXT));
        }
    }

    // --- snapshots that do not fit

    @Test
    void anyDamageIsFoundAndTheIndexBuiltFromTheLog() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1 +ada=2", "+bob=1");
        for (int i = 0; i < snapshot.length; i++) {
            byte[] damaged = snapshot.clone();
            damaged[i] ^= (byte) (1 << i % 8);
            assertMisfit(log, damaged);
            byte[] cut = new byte[i];
            System.arraycopy(snapshot, 0, cut, 0, i);
            assertMisfit(log, cut);
        }
    }

    /** As damage that a checksum does not show, or as another release might write it. */
    @Test
    void whatContradictsItselfDoesNotFit() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1 +ada=2", "+bob=1");
        assertMisfit(log, edited(snapshot, in -> in.putInt(SnapshotLayout.VERSION_OFFSET, 2)));
        assertMisfit(log, edited(snapshot, in -> in.putInt(SnapshotLayout.KEYS_OFFSET, 1)));
        assertMisfit(log, edited(snapshot, in -> in.putInt(SnapshotLayout.KEYS_OFFSET, Integer.MAX_VALUE)));
        assertMisfit(log, edited(snapshot, in -> in.putLong(SnapshotLayout.VALUES_OFFSET, 4)));
        for (int length : new int[] {-1, 5, 7, Integer.MAX_VALUE}) {
            assertMisfit(log, edited(snapshot, in -> in.putInt(SnapshotLayout.NAME_LENGTH_OFFSET, length)));
            assertMisfit(log, edited(snapshot, in -> in.putInt(SnapshotLayout.HEAD_BYTES + "orders".length(), length)));
        }
        try (LogIndex<String, String> index = restore(log, edited(snapshot, in -> {}))) {
            assertThat(index.stats().restoredSequence()).isEqualTo(2);
        }
    }

    @Test
    void theSnapshotOfAnotherLogDoesNotFit() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1", "+ada=2");
        RedexLog other = redex.log("other");
        appendTo(other, "+ada=1", "+ada=2");
        assertMisfit(other, snapshot);
        try (Redex elsewhere = Redex.inMemory(RedexConfig.defaults())) {
            RedexLog namesake = elsewhere.log("orders");
            assertMisfit(namesake, snapshot);
            appendTo(namesake, "+ada=1", "+ada=9", "+ada=2");
            assertMisfit(namesake, snapshot);
        }
    }

    @Test
    void aSnapshotOfRecordsThatWereLostDoesNotFit() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1", "+ada=2", "+ada=3");

        assertMisfit(with(log, Map.of("epoch", 1, "epochStart", 2L)), snapshot);
        assertMisfit(with(log, Map.of("epoch", 2, "epochStart", 3L)), snapshot); // what epoch 1 kept is not known
        try (LogIndex<String, String> index = restore(with(log, Map.of("epoch", 1, "epochStart", 3L)), snapshot)) {
            assertThat(index.stats().restoredSequence()).isEqualTo(3);
        }
        assertMisfit(with(log, Map.of("nextSequence", 2L)), snapshot);
    }

    @Test
    void aSnapshotThatTheLogNoLongerReachesDoesNotFit() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1", "+ada=2");
        appendTo(log, "+ada=3", "+ada=4");

        assertMisfit(with(log, Map.of("firstSequence", 3L)), snapshot);
        try (LogIndex<String, String> index = restore(with(log, Map.of("firstSequence", 2L)), snapshot)) {
            assertThat(index.stats().restoredSequence()).isEqualTo(2);
            index.awaitSequence(3, TIMEOUT);
            assertThat(index.get("ada")).hasSize(4);
        }
    }

    /** Between the look at the log's first record and the cursor, retention may take some. */
    @Test
    void recordsThatGoWhileASnapshotIsOpenedAreNotSkipped() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1");
        appendTo(log, "+ada=2", "+ada=3");
        Iterator<Long> from = List.of(2L, 0L).iterator();
        Supplier<Object> cursor = () -> log.cursor(from.next());

        assertMisfit(with(log, Map.of("cursor", cursor)), snapshot);
    }

    @Test
    void aCodecThatCannotReadItLetsTheIndexBeBuiltFromTheLog() throws Exception {
        byte[] snapshot = snapshotOf("+ada=1");
        IndexCodec<String, String> changed = new IndexCodec<>() {
            @Override
            public byte[] encodeKey(String key) {
                return TEXT.encodeKey(key);
            }

            @Override
            public String decodeKey(byte[] bytes) {
                throw new IllegalArgumentException("from a codec, on purpose");
            }

            @Override
            public byte[] encodeValue(String value) {
                return TEXT.encodeValue(value);
            }

            @Override
            public String decodeValue(byte[] bytes) {
                return TEXT.decodeValue(bytes);
            }
        };
        try (LogIndex<String, String> index = LogIndex.open(log, LogIndexTests::project, changed, snapshot)) {
            index.awaitSequence(0, TIMEOUT);
            assertThat(index.stats().restoredSequence()).isEqualTo(-1);
            assertThat(index.get("ada")).containsExactly("1");
        }
    }

    // --- the format's page

    @Test
    void theDumpOfThePageIsASnapshot() throws Exception {
        ByteArrayOutputStream dump = new ByteArrayOutputStream();
        for (String line : page()) {
            Matcher matcher = DUMP_LINE.matcher(line);
            if (matcher.matches()) {
                assertThat(Integer.parseInt(matcher.group(1), 16)).isEqualTo(dump.size());
                dump.writeBytes(HexFormat.of().parseHex(matcher.group(2).replace(" ", "")));
            }
        }
        log.append(utf8("+ada=1"), 1_795_168_800_000_000_000L); // 2026-11-20 10:00:00 UTC
        log.append(utf8("+ada=2"), 1_795_168_801_000_000_000L);
        try (LogIndex<String, String> index = restore(log, dump.toByteArray())) {
            assertThat(index.stats().restoredSequence()).isEqualTo(2);
            assertThat(content(index.view())).isEqualTo(Map.of("ada", Set.of("1", "2")));
            assertThat(HexFormat.ofDelimiter(" ").formatHex(index.snapshot(TEXT)))
                    .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(dump.toByteArray()));
        }
    }

    @Test
    void theTableOfThePageHasTheOffsetsOfTheCode() throws IOException {
        List<Integer> offsets = new ArrayList<>();
        int end = 0;
        for (String line : page()) {
            Matcher row = TABLE_ROW.matcher(line);
            if (row.matches()) {
                assertThat(Integer.parseInt(row.group(1))).isEqualTo(end);
                offsets.add(end);
                end += row.group(2).equals("*n*") ? 0 : Integer.parseInt(row.group(2));
            }
        }
        assertThat(offsets)
                .containsExactly(
                        SnapshotLayout.MAGIC_OFFSET,
                        SnapshotLayout.VERSION_OFFSET,
                        SnapshotLayout.EPOCH_OFFSET,
                        SnapshotLayout.NEXT_SEQUENCE_OFFSET,
                        SnapshotLayout.LAST_TIMESTAMP_OFFSET,
                        SnapshotLayout.LAST_CRC_OFFSET,
                        SnapshotLayout.LAST_KNOWN_OFFSET,
                        SnapshotLayout.VALUES_OFFSET,
                        SnapshotLayout.KEYS_OFFSET,
                        SnapshotLayout.NAME_LENGTH_OFFSET,
                        SnapshotLayout.HEAD_BYTES);
    }

    private static List<String> page() throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "format", "index.md"));
    }

    // --- helpers

    /** The snapshot of an index that has these records, and no more. */
    private byte[] snapshotOf(String... records) throws InterruptedException {
        appendTo(log, records);
        try (LogIndex<String, String> index = open(log)) {
            assertThat(index.awaitSequence(records.length - 1, TIMEOUT)).isTrue();
            return index.snapshot(TEXT);
        }
    }

    private static void assertMisfit(RedexLog log, byte[] snapshot) throws InterruptedException {
        try (LogIndex<String, String> index = restore(log, snapshot)) {
            assertThat(index.stats().restoredSequence()).isEqualTo(-1);
            if (log.nextSequence() > 0) {
                assertThat(index.awaitSequence(log.nextSequence() - 1, TIMEOUT)).isTrue();
                assertThat(index.view().valueCount()).isPositive();
            }
        }
    }

    private static LogIndex<String, String> restore(RedexLog log, byte[] snapshot) {
        return LogIndex.open(log, LogIndexTests::project, TEXT, snapshot);
    }

    /** The snapshot changed, with a checksum that is good. */
    private static byte[] edited(byte[] snapshot, Consumer<ByteBuffer> edit) {
        byte[] copy = snapshot.clone();
        ByteBuffer bytes = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        edit.accept(bytes);
        CRC32C crc = new CRC32C();
        crc.update(copy, 0, copy.length - SnapshotLayout.CRC_BYTES);
        bytes.putInt(copy.length - SnapshotLayout.CRC_BYTES, (int) crc.getValue());
        return copy;
    }

    /** The log, but some of its methods return what the test says. */
    private static RedexLog with(RedexLog log, Map<String, Object> answers) {
        return (RedexLog) Proxy.newProxyInstance(
                SnapshotTests.class.getClassLoader(), new Class<?>[] {RedexLog.class}, (proxy, method, arguments) -> {
                    Object answer = answers.get(method.getName());
                    if (answer != null) {
                        return answer instanceof Supplier<?> each ? each.get() : answer;
                    }
                    try {
                        return method.invoke(log, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void append(String text) {
        appendTo(log, text);
    }

    private static void appendTo(RedexLog log, String... records) {
        for (String record : records) {
            log.append(utf8(record), 7);
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}

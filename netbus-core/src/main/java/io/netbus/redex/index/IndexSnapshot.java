package io.netbus.redex.index;

import io.netbus.redex.ReadResult;
import io.netbus.redex.RedexLog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A version of an index as bytes, and whether a log has gone on from it. */
final class IndexSnapshot {

    /*
     * Besides name and epoch, the stamp and checksum of the last record it holds tell its log from another of that name:
     * from one that was deleted and made anew, or put back from an older copy.
     */
    private static final int FIRST_BYTES = 4 * 1024;
    private static final int LARGEST_BYTES = Integer.MAX_VALUE - Long.BYTES;

    private IndexSnapshot() {}

    static <K, V> byte[] encode(RedexLog log, IndexView<K, V> view, IndexCodec<K, V> codec) {
        byte[] name = log.name().getBytes(StandardCharsets.US_ASCII);
        long next = view.sequence();
        ReadResult last = next == 0 ? new ReadResult.Absent(-1, 0, 0) : log.read(next - 1);
        Buffer out = new Buffer(log.name());
        out.putLong(SnapshotLayout.MAGIC);
        out.putInt(SnapshotLayout.VERSION);
        out.putInt(log.epoch());
        out.putLong(next);
        if (last instanceof ReadResult.Present present) {
            out.putLong(present.timestampNanos());
            out.putInt(crc(present.payload(), present.payload().length));
            out.putInt(1);
        } else {
            out.putLong(0);
            out.putInt(0);
            out.putInt(0);
        }
        out.putLong(view.valueCount());
        out.putInt(view.keys().size());
        out.putBytes(name);
        for (K key : view.keys()) {
            out.putBytes(codec.encodeKey(key));
            Set<V> values = view.get(key);
            out.putInt(values.size());
            for (V value : values) {
                out.putBytes(codec.encodeValue(value));
            }
        }
        return out.finish();
    }

    /** @throws MisfitException if the bytes are no snapshot, or none the log has gone on from */
    static <K, V> IndexView<K, V> decode(byte[] bytes, RedexLog log, IndexCodec<K, V> codec) throws MisfitException {
        int end = bytes.length - SnapshotLayout.CRC_BYTES;
        require(end >= SnapshotLayout.HEAD_BYTES, "it is too short: bytes=" + bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(in.getLong(SnapshotLayout.MAGIC_OFFSET) == SnapshotLayout.MAGIC, "it does not start as one");
        int version = in.getInt(SnapshotLayout.VERSION_OFFSET);
        require(
                version == SnapshotLayout.VERSION,
                "its format is another: version=" + version + ", known=" + SnapshotLayout.VERSION);
        require(in.getInt(end) == crc(bytes, end), "its checksum fails");
        try {
            in.limit(end);
            requireLog(in, log);
            return content(in, codec);
        } catch (MisfitException e) {
            throw e;
        } catch (RuntimeException e) { // a codec that changed, most likely
            throw new MisfitException("it cannot be decoded: cause=" + e);
        }
    }

    private static void requireLog(ByteBuffer in, RedexLog log) throws MisfitException {
        in.position(SnapshotLayout.NAME_LENGTH_OFFSET);
        String name = new String(bytes(in), StandardCharsets.US_ASCII);
        require(name.equals(log.name()), "it is of another log: name=" + name);
        int epoch = in.getInt(SnapshotLayout.EPOCH_OFFSET);
        long next = in.getLong(SnapshotLayout.NEXT_SEQUENCE_OFFSET);
        long first = log.firstSequence();
        boolean kept = epoch == log.epoch() || (epoch == log.epoch() - 1 && next <= log.epochStart());
        require(
                kept && next <= log.nextSequence(),
                "the log was rewritten since: epoch=" + epoch + ", nextSequence=" + next + ", logEpoch=" + log.epoch()
                        + ", logEpochStart=" + log.epochStart());
        if (next < first) {
            throw MisfitException.gone(next, first);
        }
        if (in.getInt(SnapshotLayout.LAST_KNOWN_OFFSET) != 0 && next > first) {
            boolean same = log.read(next - 1) instanceof ReadResult.Present last
                    && last.timestampNanos() == in.getLong(SnapshotLayout.LAST_TIMESTAMP_OFFSET)
                    && crc(last.payload(), last.payload().length) == in.getInt(SnapshotLayout.LAST_CRC_OFFSET);
            require(same, "its last record is another in the log: sequence=" + (next - 1));
        }
    }

    private static <K, V> IndexView<K, V> content(ByteBuffer in, IndexCodec<K, V> codec) throws MisfitException {
        IndexView<K, V> view = IndexView.empty(in.getLong(SnapshotLayout.NEXT_SEQUENCE_OFFSET));
        for (int keys = in.getInt(SnapshotLayout.KEYS_OFFSET); keys > 0; keys--) {
            K key = codec.decodeKey(bytes(in));
            for (int values = in.getInt(); values > 0; values--) {
                view = view.inserted(key, codec.decodeValue(bytes(in)));
            }
        }
        boolean whole = !in.hasRemaining()
                && view.keys().size() == in.getInt(SnapshotLayout.KEYS_OFFSET)
                && view.valueCount() == in.getLong(SnapshotLayout.VALUES_OFFSET);
        require(whole, "keys or values are not as many as it says");
        return view;
    }

    private static byte[] bytes(ByteBuffer in) throws MisfitException {
        int length = in.getInt();
        require(length >= 0 && length <= in.remaining(), "a length leads out of it: length=" + length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void require(boolean fits, String misfit) throws MisfitException {
        if (!fits) {
            throw new MisfitException(misfit);
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Why a snapshot is of no use. */
    static final class MisfitException extends Exception {

        private static final long serialVersionUID = 1L;

        private MisfitException(String message) {
            super(message);
        }

        static MisfitException gone(long next, long first) {
            return new MisfitException("records behind it are gone: nextSequence=" + next + ", firstSequence=" + first);
        }
    }

    /** Grows as it is filled. */
    private static final class Buffer {

        private final String log;
        private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES).order(ByteOrder.LITTLE_ENDIAN);

        private Buffer(String log) {
            this.log = log;
        }

        private void putLong(long value) {
            room(Long.BYTES).putLong(value);
        }

        private void putInt(int value) {
            room(Integer.BYTES).putInt(value);
        }

        private void putBytes(byte @Nullable [] value) {
            if (value == null) {
                throw new NullPointerException("a codec must not return null: log=" + log);
            }
            putInt(value.length);
            room(value.length).put(value);
        }

        private byte[] finish() {
            putInt(crc(bytes.array(), bytes.position()));
            return Arrays.copyOf(bytes.array(), bytes.position());
        }

        private ByteBuffer room(int more) {
            long needed = (long) bytes.position() + more;
            if (needed > LARGEST_BYTES) {
                throw new IllegalStateException("index does not fit into a snapshot: log=" + log + ", maxBytes="
                        + LARGEST_BYTES + " (it is built from the log instead)");
            }
            if (needed > bytes.capacity()) {
                int capacity = (int) Math.min(Math.max(needed, 2L * bytes.capacity()), LARGEST_BYTES);
                bytes = ByteBuffer.allocate(capacity)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(bytes.flip());
            }
            return bytes;
        }
    }
}

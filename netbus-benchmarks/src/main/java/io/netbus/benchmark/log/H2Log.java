package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.util.function.LongConsumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/**
 * H2's MVStore, an append per record under a growing key; written by its own thread when its buffer is full, or when it
 * is forced.
 */
final class H2Log implements TestedLog {

    private final MVStore store;
    private final MVMap<Long, byte[]> records;
    private long next;

    private H2Log(MVStore store) {
        this.store = store;
        records = store.openMap(
                "records",
                new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
        next = records.sizeAsLong();
    }

    static H2Log onDisk(LogSetup setup) {
        return new H2Log(new MVStore.Builder()
                .fileName(setup.directory().resolve("log").toString())
                .open());
    }

    static H2Log inMemory() {
        return new H2Log(new MVStore.Builder().open());
    }

    @Override
    public void append(byte[] payload) {
        records.append(next++, payload.clone());
    }

    /** It has no batches. */
    @Override
    public void append(byte[][] payloads) {
        for (byte[] payload : payloads) {
            append(payload);
        }
    }

    @Override
    public synchronized void appendForced(byte[] payload) {
        append(payload);
        force();
    }

    @Override
    public void force() {
        store.commit();
        store.sync();
    }

    @Override
    public void finish() {
        store.commit();
    }

    @Override
    public LogReader reader() {
        return new Reader(records.cursor(null));
    }

    @Override
    public long read(long sequence) {
        byte[] payload = records.get(sequence);
        if (payload == null) {
            throw new IllegalStateException("record is not there: sequence=" + sequence);
        }
        return Payloads.sum(payload);
    }

    @Override
    public void close() {
        store.close();
    }

    /** Sees what was there when it was opened. */
    private record Reader(Cursor<Long, byte[]> cursor) implements LogReader {

        @Override
        public int poll(LongConsumer sums) {
            int count = 0;
            while (count < MOST_RECORDS && cursor.hasNext()) {
                cursor.next();
                sums.accept(Payloads.sum(cursor.getValue()));
                count++;
            }
            return count;
        }

        @Override
        public void close() {}
    }
}

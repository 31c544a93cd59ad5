package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB, a put per record under a growing key, with its write-ahead log; threads that want theirs forced are grouped
 * by it.
 */
final class RocksLog implements TestedLog {

    private static final VarHandle KEY = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Options options = new Options().setCreateIfMissing(true);
    private final WriteOptions unforced = new WriteOptions().setSync(false);
    private final WriteOptions forced = new WriteOptions().setSync(true);
    private final RocksDB database;
    private final byte[] key = new byte[Long.BYTES];
    private final AtomicLong next = new AtomicLong();

    RocksLog(LogSetup setup) throws RocksDBException {
        database = RocksDB.open(options, setup.directory().toString());
        try (RocksIterator records = database.newIterator()) {
            records.seekToLast();
            next.set(records.isValid() ? (long) KEY.get(records.key(), 0) + 1 : 0);
        }
    }

    @Override
    public void append(byte[] payload) throws RocksDBException {
        KEY.set(key, 0, next.getAndIncrement());
        database.put(unforced, key, payload);
    }

    @Override
    public void append(byte[][] payloads) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (byte[] payload : payloads) {
                KEY.set(key, 0, next.getAndIncrement());
                batch.put(key, payload);
            }
            database.write(unforced, batch);
        }
    }

    @Override
    public void appendForced(byte[] payload) throws RocksDBException {
        byte[] own = new byte[Long.BYTES];
        KEY.set(own, 0, next.getAndIncrement());
        database.put(forced, own, payload);
    }

    @Override
    public void force() throws RocksDBException {
        database.flushWal(true);
    }

    @Override
    public LogReader reader() {
        return new Reader(database.newIterator());
    }

    @Override
    public long read(long sequence) throws RocksDBException {
        KEY.set(key, 0, sequence);
        byte @Nullable [] payload = database.get(key);
        if (payload == null) {
            throw new IllegalStateException("record is not there: sequence=" + sequence);
        }
        return Payloads.sum(payload);
    }

    @Override
    public void close() {
        database.close();
        unforced.close();
        forced.close();
        options.close();
    }

    /** Sees what was there when it was opened. */
    private static final class Reader implements LogReader {

        private final RocksIterator records;

        Reader(RocksIterator records) {
            this.records = records;
            records.seekToFirst();
        }

        @Override
        public int poll(LongConsumer sums) {
            int count = 0;
            for (; count < MOST_RECORDS && records.isValid(); records.next()) {
                sums.accept(Payloads.sum(records.value()));
                count++;
            }
            return count;
        }

        @Override
        public void close() {
            records.close();
        }
    }
}

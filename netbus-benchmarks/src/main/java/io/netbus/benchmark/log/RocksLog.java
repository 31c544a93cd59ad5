package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/** RocksDB, a put per record under a growing key, with its write-ahead log and without a force. */
final class RocksLog implements LogWriter {

    private static final VarHandle KEY = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Options options = new Options().setCreateIfMissing(true);
    private final WriteOptions unforced = new WriteOptions().setSync(false);
    private final RocksDB database;
    private final byte[] key = new byte[Long.BYTES];
    private long next;

    RocksLog(Path directory) throws RocksDBException {
        database = RocksDB.open(options, directory.toString());
    }

    @Override
    public void append(byte[] payload) throws RocksDBException {
        KEY.set(key, 0, next++);
        database.put(unforced, key, payload);
    }

    @Override
    public void readAll(Tally tally) {
        try (RocksIterator records = database.newIterator()) {
            for (records.seekToFirst(); records.isValid(); records.next()) {
                tally.add(Payloads.sum(records.value(), 0));
            }
        }
    }

    @Override
    public void close() {
        database.close();
        unforced.close();
        options.close();
    }
}

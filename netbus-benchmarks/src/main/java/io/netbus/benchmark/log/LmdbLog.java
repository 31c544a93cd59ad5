package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Tally;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/** LMDB, a transaction per record, appended under a growing key into its writable map, without a force. */
final class LmdbLog implements LogWriter {

    private static final long MAP_FACTOR = 4;
    private static final long MAP_EXTRA_BYTES = 64 * 1024 * 1024;

    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> records;
    private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
    private final ByteBuffer value = ByteBuffer.allocateDirect(64);
    private long next;

    LmdbLog(Path directory, long payloadBytes) {
        environment = Env.create()
                .setMapSize(MAP_FACTOR * payloadBytes + MAP_EXTRA_BYTES)
                .setMaxDbs(1)
                .open(directory.toFile(), EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NOSYNC);
        records = environment.openDbi("records", DbiFlags.MDB_CREATE);
    }

    @Override
    public void append(byte[] payload) {
        key.putLong(0, next++);
        value.put(0, payload);
        try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
            records.put(transaction, key, value, PutFlags.MDB_APPEND);
            transaction.commit();
        }
    }

    @Override
    public void readAll(Tally tally) {
        try (Txn<ByteBuffer> transaction = environment.txnRead();
                CursorIterable<ByteBuffer> all = records.iterate(transaction)) {
            for (CursorIterable.KeyVal<ByteBuffer> record : all) {
                tally.add(NetbusLog.sum(record.val()));
            }
        }
    }

    @Override
    public void close() {
        environment.close();
    }
}

package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * LMDB, a transaction per record or batch, appended under a growing key into its writable map. Where forces are wanted,
 * what is appended up to a force is one transaction, as each commit forces; elsewhere none does.
 */
final class LmdbLog implements TestedLog {

    private static final long MAP_FACTOR = 4;
    private static final long MAP_EXTRA_BYTES = 64 * 1024 * 1024;

    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> records;
    private final boolean forced;
    private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
    private final ByteBuffer value;
    private @Nullable Txn<ByteBuffer> unforced; // of the one thread that forces now and then
    private @Nullable Txn<ByteBuffer> reading;
    private long next;

    LmdbLog(LogSetup setup) {
        forced = setup.forced();
        value = ByteBuffer.allocateDirect(setup.payloadBytes());
        environment = Env.create()
                .setMapSize(MAP_FACTOR * setup.totalBytes() + MAP_EXTRA_BYTES)
                .setMaxDbs(1)
                .open(
                        setup.directory().toFile(),
                        forced
                                ? new EnvFlags[] {EnvFlags.MDB_WRITEMAP}
                                : new EnvFlags[] {EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NOSYNC});
        records = environment.openDbi("records", DbiFlags.MDB_CREATE);
        try (Txn<ByteBuffer> transaction = environment.txnRead()) {
            next = records.stat(transaction).entries;
        }
    }

    @Override
    public void append(byte[] payload) {
        if (!forced) {
            appendAndCommit(payload);
            return;
        }
        Txn<ByteBuffer> open = unforced;
        if (open == null) {
            open = environment.txnWrite();
            unforced = open;
        }
        put(open, payload);
    }

    @Override
    public void append(byte[][] payloads) {
        try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
            for (byte[] payload : payloads) {
                put(transaction, payload);
            }
            transaction.commit();
        }
    }

    @Override
    public synchronized void appendForced(byte[] payload) {
        appendAndCommit(payload);
    }

    @Override
    public void force() {
        Txn<ByteBuffer> open = unforced;
        if (open != null) {
            open.commit();
            open.close();
            unforced = null;
        }
    }

    private void appendAndCommit(byte[] payload) {
        try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
            put(transaction, payload);
            transaction.commit();
        }
    }

    private void put(Txn<ByteBuffer> transaction, byte[] payload) {
        key.putLong(0, next++);
        value.put(0, payload);
        records.put(transaction, key, value, PutFlags.MDB_APPEND);
    }

    @Override
    public void finish() {
        force();
    }

    @Override
    public LogReader reader() {
        return new Reader();
    }

    @Override
    public long read(long sequence) {
        Txn<ByteBuffer> transaction = reading;
        if (transaction == null) {
            transaction = environment.txnRead();
            reading = transaction;
        }
        ByteBuffer found = records.get(transaction, key.putLong(0, sequence));
        if (found == null) {
            throw new IllegalStateException("record is not there: sequence=" + sequence);
        }
        return Payloads.sum(found);
    }

    @Override
    public void close() {
        if (reading != null) {
            reading.close();
        }
        environment.close();
    }

    /** Sees what was there when it was opened. */
    private final class Reader implements LogReader {

        private final Txn<ByteBuffer> transaction = environment.txnRead();
        private final CursorIterable<ByteBuffer> all = records.iterate(transaction);
        private final Iterator<CursorIterable.KeyVal<ByteBuffer>> iterator = all.iterator();

        @Override
        public int poll(LongConsumer sums) {
            int count = 0;
            while (count < MOST_RECORDS && iterator.hasNext()) {
                sums.accept(Payloads.sum(iterator.next().val()));
                count++;
            }
            return count;
        }

        @Override
        public void close() {
            all.close();
            transaction.close();
        }
    }
}

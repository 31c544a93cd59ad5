package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.nio.file.Path;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/** H2's MVStore, an append per record under a growing key; written by its own thread when its buffer is full. */
final class H2Log implements LogWriter {

    private final MVStore store;
    private final MVMap<Long, byte[]> records;
    private long next;

    H2Log(Path directory) {
        store = new MVStore.Builder()
                .fileName(directory.resolve("log").toString())
                .open();
        records = store.openMap(
                "records",
                new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
    }

    @Override
    public void append(byte[] payload) {
        records.append(next++, payload.clone());
    }

    @Override
    public void finish() {
        store.commit();
    }

    @Override
    public void readAll(Tally tally) {
        var cursor = records.cursor(null);
        while (cursor.hasNext()) {
            cursor.next();
            tally.add(Payloads.sum(cursor.getValue(), 0));
        }
    }

    @Override
    public void close() {
        store.closeImmediately();
    }
}

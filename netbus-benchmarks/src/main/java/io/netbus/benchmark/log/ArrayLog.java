package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Floor in memory: payloads copied one behind the other, each behind its length, into arrays of 1 MiB made on the way. */
final class ArrayLog implements TestedLog {

    private static final int CHUNK_BYTES = 1024 * 1024;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final List<byte[]> chunks = new ArrayList<>();
    private byte[] active = new byte[0];
    private int at;

    @Override
    public void append(byte[] payload) {
        int end = at + Integer.BYTES + payload.length;
        if (end > active.length) {
            active = new byte[CHUNK_BYTES];
            chunks.add(active);
            at = 0;
            end = Integer.BYTES + payload.length;
        }
        INT.set(active, at, payload.length);
        System.arraycopy(payload, 0, active, at + Integer.BYTES, payload.length);
        at = end;
    }

    @Override
    public LogReader reader() {
        return new Reader();
    }

    @Override
    public void close() {}

    /** Sees what was there when it started on a chunk. */
    private final class Reader implements LogReader {

        private int chunk;

        @Override
        public int poll(LongConsumer sums) {
            if (chunk == chunks.size()) {
                return 0;
            }
            byte[] bytes = chunks.get(chunk++);
            int end = chunk == chunks.size() ? at : bytes.length;
            int count = 0;
            int from = 0;
            while (end - from > Integer.BYTES && (int) INT.get(bytes, from) > 0) { // zero is what no record took
                int to = from + Integer.BYTES + (int) INT.get(bytes, from);
                sums.accept(Payloads.sum(bytes, from + Integer.BYTES, to));
                from = to;
                count++;
            }
            return count;
        }

        @Override
        public void close() {}
    }
}

package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The floor: a ring of bytes per producer, filled in place and published by an ordered store per record; one consumer
 * goes round all of them and reads the bytes where they lie. After a small catch it leaves the producer's lines alone
 * for a moment. Counts nothing, refuses nothing, keeps no order between producers, cannot park.
 */
final class SlabLanes implements Pipe {

    private static final int LANES = 8;
    private static final int PAUSES = 128;
    private static final int SMALL_CATCH_BYTES = 64 * 1024;

    private final Lane[] lanes = new Lane[LANES];
    private final Poller consumer;

    SlabLanes(Tally tally) {
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new Lane();
        }
        consumer = new Poller(() -> drain(tally));
    }

    @Override
    public void send(byte[] payload) {
        Lane lane = lanes[(int) Thread.currentThread().getId() & (LANES - 1)];
        for (int idle = 0; !lane.offer(payload); ) {
            Poller.pause(++idle);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // on few cores, pausing alone would keep the producer from running
    private int drain(Tally tally) {
        int bytes = 0;
        for (Lane lane : lanes) {
            bytes += lane.drain(tally);
        }
        if (bytes == 0) {
            Thread.yield();
        } else if (bytes < SMALL_CATCH_BYTES) {
            for (int i = 0; i < PAUSES; i++) {
                Thread.onSpinWait();
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Positions only grow; their low bits are the place in the ring. */
    private static final class Lane {

        private static final int RING_BYTES = 4 * 1024 * 1024;
        private static final int HEAD_BYTES = Long.BYTES;
        private static final int ROOM = RING_BYTES + 128; // records may reach over the end, never over the beginning
        private static final VarHandle HEAD =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
        private static final VarHandle POSITION = MethodHandles.arrayElementVarHandle(long[].class);
        private static final int WRITTEN = 16; // apart, and away from the array's head
        private static final int READ = 48;

        private final byte[] ring = new byte[ROOM];
        private final long[] positions = new long[64];
        private long written; // producer
        private long readSeen; // producer: what the consumer had read when last looked at
        private long read; // consumer

        boolean offer(byte[] payload) {
            int bytes = HEAD_BYTES + payload.length;
            if (written + bytes - readSeen > RING_BYTES) {
                readSeen = (long) POSITION.getAcquire(positions, READ);
                if (written + bytes - readSeen > RING_BYTES) {
                    return false;
                }
            }
            int at = (int) written & (RING_BYTES - 1);
            HEAD.set(ring, at, (long) payload.length);
            System.arraycopy(payload, 0, ring, at + HEAD_BYTES, payload.length);
            written = next(written, at, bytes);
            POSITION.setRelease(positions, WRITTEN, written);
            return true;
        }

        int drain(Tally tally) {
            long end = (long) POSITION.getAcquire(positions, WRITTEN);
            long start = read;
            while (read < end) {
                int at = (int) read & (RING_BYTES - 1);
                int length = (int) (long) HEAD.get(ring, at);
                tally.add(Payloads.sum(ring, at + HEAD_BYTES));
                read = next(read, at, HEAD_BYTES + length);
            }
            if (read != start) {
                POSITION.setRelease(positions, READ, read);
            }
            return (int) (read - start);
        }

        /** A record that reached over the ring's end leaves the ring's beginning to the next. */
        private static long next(long position, int at, int bytes) {
            return at + bytes < RING_BYTES ? position + bytes : position - at + RING_BYTES;
        }
    }
}

package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Stores frames into a mapping of the file, without a system call. */
final class MappedWriter extends SegmentWriter {

    /*
     * Storing into a part of a file that has no block yet makes the file system find one, and when it finds none the
     * process is killed. So zeros are written ahead of the appender, by calls that can fail: what lies below `prepared`
     * has its blocks, and frames go nowhere else. Ideally this is done by another thread before the appender gets there;
     * that thread also touches each page, so that the appender meets no page faults, and forces the zeros, so that a
     * later force writes frames only; except where steps are large, since that appender is faster than a disk would be.
     * An appender that finds nothing prepared does a little of it itself.
     *
     * Each time the appender enters what was prepared last, it asks for twice as much as the time before, so a log that
     * sees ten records takes up little room, and one that sees millions finds megabytes ready.
     *
     * The system reports a failed force once, to whoever forces first. Frames may be among what that other thread forces,
     * so its failure is kept, and fails the next force too.
     *
     * The file is no longer than what is written, though all of it is mapped. The system keeps files in pieces larger than
     * a page, and storing into one byte of a piece takes blocks for all of it below the file's end; so a file that is longer
     * needs more room than was made, as soon as a write that found none, or somebody who reads there, leaves such a piece.
     * It also spares who opens it after a crash a search through what never was.
     *
     * A frame that is larger than a segment ends behind the mapping, and is written by a call.
     */
    private static final int PAGE_BYTES = 4096;
    private static final int FIRST_STEP_BYTES = 64 * 1024;
    private static final int LARGEST_STEP_BYTES = 16 * 1024 * 1024;
    private static final int FILL_BYTES = 512 * 1024;
    private static final int LARGEST_FORCED_STEP_BYTES = 1024 * 1024;
    private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(FILL_BYTES + PAGE_BYTES).asReadOnlyBuffer();

    private final Mapping mapping;
    private final ByteBuffer bytes;
    private final int limit;
    private final Runnable preparer;
    private final ReentrantLock preparing = new ReentrantLock();

    private volatile long prepared; // written under the lock
    private volatile long wanted; // written by the appender
    private long step = FIRST_STEP_BYTES; // of the appender
    private boolean released; // under the lock
    private @Nullable Throwable unforced; // under the lock: what kept room from being forced
    private volatile boolean overflown; // written by the appender

    /**
     * @param size how far the file is written
     * @param bytes size of the mapping
     * @param preparer wakes the thread that calls {@link #prepare()}
     */
    MappedWriter(SegmentFile file, long size, int bytes, Runnable preparer) throws IOException {
        super(file);
        this.mapping = file.map(bytes);
        if (!WINDOWS) { // which cuts no file that is mapped, and makes room for all of it
            cut(size);
        }
        this.bytes = mapping.bytes();
        this.limit = bytes;
        this.preparer = preparer;
        this.prepared = size;
        this.wanted = size;
    }

    private void cut(long size) throws IOException {
        try {
            file.resize(size);
        } catch (IOException | RuntimeException | Error e) {
            mapping.close();
            throw e;
        }
    }

    @Override
    long makeRoom(long upTo) throws IOException {
        if (upTo > limit) {
            return upTo;
        }
        if (upTo > prepared) {
            fill(Math.min(limit, Math.max(upTo, prepared + FIRST_STEP_BYTES)));
        }
        long ready = prepared;
        if (wanted <= ready && ready < limit) {
            step = Math.min(2 * step, LARGEST_STEP_BYTES);
            wanted = Math.min(limit, ready + step);
            preparer.run();
        }
        return ready;
    }

    @Override
    void write(byte[] frame, int length, long offset) throws IOException {
        if (offset + length > limit) {
            overflown = true;
            file.write(ByteBuffer.wrap(frame, 0, length), offset);
        } else {
            bytes.put((int) offset, frame, 0, length);
        }
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
        return offset + into.remaining() <= limit ? mapping.read(into, offset) : file.read(into, offset);
    }

    @Override
    void writeTip(SegmentTip tip) {
        bytes.put(SegmentLayout.tipOffset(tip.generation()), TipLayout.encode(tip), 0, TipLayout.BYTES);
    }

    @Override
    void force(long upTo) throws IOException {
        if (overflown) {
            file.force();
        } else {
            mapping.force(0, (int) upTo);
        }
        preparing.lock(); // waits for a force over there, which may take the report of a failure from this one
        try {
            if (unforced != null) {
                throw new IOException("an earlier force failed", unforced);
            }
        } finally {
            preparing.unlock();
        }
    }

    @Override
    boolean isPreparationDue() {
        return wanted > prepared;
    }

    @Override
    void prepare() throws IOException {
        long from = prepared;
        boolean filled = false;
        try {
            while (isPreparationDue()) {
                fill(Math.min(wanted, prepared + FILL_BYTES));
            }
            filled = true;
        } finally {
            if (!filled) {
                wanted = prepared; // the appender asks again, or hears of it itself
            }
        }
        preparing.lock();
        try {
            if (!released && prepared - from <= LARGEST_FORCED_STEP_BYTES) {
                mapping.force((int) from, (int) prepared);
            }
        } catch (IOException | RuntimeException | Error e) {
            unforced = e;
            throw e;
        } finally {
            preparing.unlock();
        }
    }

    @Override
    void release() {
        preparing.lock();
        try {
            if (!released) {
                released = true;
                wanted = prepared;
                mapping.close();
            }
        } finally {
            preparing.unlock();
        }
    }

    /** Writes zeros up to an offset, and touches the pages they are in. */
    private void fill(long upTo) throws IOException {
        preparing.lock();
        try {
            if (released) {
                return;
            }
            while (prepared < upTo) {
                long from = prepared;
                long to = Math.min(limit, (Math.min(upTo, from + FILL_BYTES) + PAGE_BYTES - 1) & -PAGE_BYTES);
                file.write(ZEROS.duplicate().limit((int) (to - from)), from);
                for (long page = (from + PAGE_BYTES - 1) & -PAGE_BYTES; page < to; page += PAGE_BYTES) {
                    bytes.put((int) page, (byte) 0);
                }
                prepared = to;
            }
        } finally {
            preparing.unlock();
        }
    }
}

package io.netbus.consume;

import io.netbus.adapter.EventReader;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.event.EventView;
import io.netbus.event.StoredEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads forward over a channel's shards, a page at a time. Holds open readers until closed. <b>Threads:</b> one at a
 * time.
 */
final class ChannelScan implements AutoCloseable {

    /*
     * A page goes over the shards in rounds. In a round each shard that has more may fill an equal part of what room the
     * page has left, so a shard that uses less leaves it to the others in the next round. When there is room for fewer
     * events than there are shards, the page ends within a round and the next page begins behind the shard it ended with.
     * A filtered visit is also bounded in events looked at, so that a shard without matches does not use up the others'
     * time.
     */
    private static final int VISIT_EVENTS = 1_024;
    private static final int VISIT_BYTES = 1 << 20;

    private final ShardStream[] streams; // by rank
    private final long[] next; // by rank: the sequence to read next
    private final BitSet moved = new BitSet(); // ranks whose next is no longer the start cursor's
    private final @Nullable EventReader[] readers;
    private final @Nullable FilterScan filter;
    private final LongSupplier nanoClock;
    private final EventReader.EventHandler handler = this::accept;
    private int turn; // the rank the next round begins with
    private @Nullable RuntimeException failure; // of the last page
    private long lost; // by the last page

    private List<StoredEvent> page = List.of();
    private long deadlineNanos; // looked at by filtered pages only

    /* The visit in hand: what it may still add, and still look at. */
    private int rank;
    private int roomEvents;
    private long roomBytes;
    private int lookEvents;
    private long lookBytes;

    /** @param next owned by the scan from now on */
    ChannelScan(ShardStream[] streams, long[] next, int turn, @Nullable Filter filter, LongSupplier nanoClock) {
        this.streams = streams;
        this.next = next;
        this.readers = new EventReader[streams.length];
        this.filter = filter == null ? null : filter.scan();
        this.turn = streams.length == 0 ? 0 : turn % streams.length;
        this.nanoClock = nanoClock;
    }

    /**
     * Reads a page: up to {@code limit} events, and none after {@code maxBytes} are reached. A shard that cannot be read
     * holds no other back, see {@link #failure()}.
     *
     * @param scanNanos how long a filtered page may look for matches; it looks at one event at least
     */
    List<StoredEvent> read(int limit, long maxBytes, long scanNanos) {
        page = new ArrayList<>(Math.min(limit, 64));
        failure = null;
        lost = 0;
        deadlineNanos = nanoClock.getAsLong() + scanNanos;
        long leftBytes = maxBytes;
        BitSet readable = new BitSet();
        for (int i = 0; i < streams.length; i++) {
            passOver(i, streams[i].firstSequence());
            readable.set(i, hasMore(i));
        }
        boolean inTime = true;
        while (!readable.isEmpty() && page.size() < limit && leftBytes > 0 && inTime) {
            int shards = readable.cardinality();
            int quotaEvents = Math.max(1, (limit - page.size()) / shards);
            long quotaBytes = Math.max(1, leftBytes / shards);
            int visits = shards;
            for (int i = nextReadable(readable, turn);
                    visits > 0 && page.size() < limit && leftBytes > 0 && inTime;
                    i = nextReadable(readable, turn)) {
                visits--;
                if (visit(i, quotaEvents, quotaBytes) == 0 || !hasMore(i)) {
                    readable.clear(i);
                }
                leftBytes -= quotaBytes - Math.min(quotaBytes, roomBytes);
                turn = (i + 1) % streams.length;
                inTime = filter == null || nanoClock.getAsLong() - deadlineNanos < 0;
                if (readable.isEmpty()) {
                    break;
                }
            }
        }
        List<StoredEvent> result = page;
        page = List.of();
        return result;
    }

    /** Why a shard was left out of the last page; null if none was. Its place is unchanged. */
    @Nullable
    RuntimeException failure() {
        return failure;
    }

    /** How many events the last page passed over because they are no longer kept. */
    long lost() {
        return lost;
    }

    /** Whether there is an event to read, matching or not. */
    boolean hasMore() {
        for (int i = 0; i < streams.length; i++) {
            if (hasMore(i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether anything was read, or passed over, since the start. */
    boolean hasMoved() {
        return !moved.isEmpty();
    }

    /** The place reached from {@code start}, which it is if nothing was read or passed over. */
    Cursor cursor(Cursor start) {
        if (moved.isEmpty()) {
            return start;
        }
        int[] shards = new int[streams.length];
        int[] epochs = new int[streams.length];
        for (int i = 0; i < streams.length; i++) {
            shards[i] = streams[i].shard();
            epochs[i] = streams[i].epoch(); // also where nothing was read: the place was found valid under it
        }
        return Cursor.of(start.channel(), turn, shards, epochs, next);
    }

    /** Whether readers are open. */
    boolean isOpen() {
        for (EventReader reader : readers) {
            if (reader != null) {
                return true;
            }
        }
        return false;
    }

    /** Closes the readers; reading on opens them again. */
    @Override
    public void close() {
        for (int i = 0; i < readers.length; i++) {
            closeReader(i);
        }
    }

    private boolean hasMore(int i) {
        long end = streams[i].nextSequence();
        return next[i] < end && streams[i].firstSequence() < end;
    }

    /** The first readable rank from {@code from} on, around the end. */
    private static int nextReadable(BitSet readable, int from) {
        int found = readable.nextSetBit(from);
        return found >= 0 ? found : readable.nextSetBit(0);
    }

    /** Reads of one shard; returns how many events it looked at. Leaves in {@link #roomBytes} what room is left. */
    private int visit(int i, int maxEvents, long maxBytes) {
        rank = i;
        roomEvents = maxEvents;
        roomBytes = maxBytes;
        lookEvents = filter == null ? maxEvents : VISIT_EVENTS;
        lookBytes = filter == null ? Long.MAX_VALUE : VISIT_BYTES;
        int looks = lookEvents;
        try {
            EventReader reader = readers[i];
            if (reader == null) {
                reader = streams[i].reader(next[i]);
                readers[i] = reader;
            } else if (reader.position() < streams[i].firstSequence()) {
                reader.seek(next[i]); // what it stood at is gone
            }
            reader.read(handler, looks);
        } catch (RuntimeException e) {
            failure = failure == null ? e : failure;
            closeReader(i);
            return 0;
        } catch (OutOfMemoryError e) { // of a reader's buffer; others give theirs back while they rest
            failure = failure == null
                    ? new RetryableAdapterException("no memory to read: shard=" + streams[i].shard(), e)
                    : failure;
            closeReader(i);
            return 0;
        }
        return looks - lookEvents;
    }

    /** Goes on at a sequence; what lies before it is lost. */
    private void passOver(int i, long sequence) {
        if (next[i] < sequence) {
            lost += sequence - next[i];
            next[i] = sequence;
            moved.set(i);
        }
    }

    private boolean accept(long sequence, long timestampNanos, EventView event) {
        passOver(rank, sequence);
        if (filter == null || filter.matches(event.payload())) {
            StoredEvent stored = new StoredEvent(streams[rank].shard(), sequence, timestampNanos, event.toEvent());
            page.add(stored);
            roomEvents--;
            roomBytes -= stored.event().encodedBytes();
        }
        next[rank] = sequence + 1;
        moved.set(rank);
        lookEvents--;
        lookBytes -= event.payloadBytes();
        return roomEvents > 0
                && roomBytes > 0
                && lookBytes > 0
                && (filter == null || nanoClock.getAsLong() - deadlineNanos < 0);
    }

    private void closeReader(int i) {
        EventReader reader = readers[i];
        readers[i] = null;
        if (reader != null) {
            reader.close();
        }
    }
}

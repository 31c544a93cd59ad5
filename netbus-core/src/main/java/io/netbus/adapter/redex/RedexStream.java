package io.netbus.adapter.redex;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.EventReader;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.StreamHold;
import io.netbus.event.EventBatch;
import io.netbus.event.EventView;
import io.netbus.event.MalformedEventException;
import io.netbus.redex.HistoryLostException;
import io.netbus.redex.LogCursor;
import io.netbus.redex.LogFullException;
import io.netbus.redex.LogHold;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.RedexException;
import io.netbus.redex.RedexLog;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** A shard's log. A batch's encoded form is a record batch's, so events go into the file as they lie in the batch. */
final class RedexStream implements ShardStream {

    private final int shard;
    private final RedexLog log;

    RedexStream(int shard, RedexLog log) {
        this.shard = shard;
        this.log = log;
    }

    @Override
    public int shard() {
        return shard;
    }

    @Override
    public long write(EventBatch batch) {
        ByteBuffer encoded = batch.encoded();
        ByteBuffer records = encoded.duplicate().slice();
        records.position(records.limit());
        try {
            return log.append(RecordBatch.wrap(records, batch.count()), batch.timestampNanos());
        } catch (RedexException e) {
            throw wrap(e);
        }
    }

    @Override
    public CompletionStage<Void> whenForced(long nextSequence) {
        return log.whenForced(nextSequence).exceptionally(cause -> {
            throw cause instanceof RedexException e ? wrap(e) : new AdapterException("force failed", cause);
        });
    }

    @Override
    public long firstSequence() {
        return log.firstSequence();
    }

    @Override
    public long nextSequence() {
        return log.nextSequence();
    }

    @Override
    public long forcedSequence() {
        return log.forcedSequence();
    }

    @Override
    public int epoch() {
        return log.epoch();
    }

    @Override
    public long validUpTo(int epoch) {
        return log.validUpTo(epoch);
    }

    @Override
    public EventReader reader(long fromSequence) {
        return new Reader(log.cursor(fromSequence));
    }

    @Override
    public StreamHold hold(String owner, long sequence) {
        try {
            return new Hold(log.hold(owner, sequence));
        } catch (RedexException e) {
            throw wrap(e);
        }
    }

    @Override
    public Runnable onWrite(Runnable hint) {
        return log.onAppend(hint)::close;
    }

    private static AdapterException wrap(RedexException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof LogFullException // nothing was written, and there may be room later
                ? new RetryableAdapterException(message, e)
                : new AdapterException(message, e);
    }

    private record Hold(LogHold hold) implements StreamHold {

        @Override
        public void moveTo(long sequence) {
            hold.moveTo(sequence);
        }

        @Override
        public void close() {
            hold.close();
        }
    }

    private static final class Reader implements EventReader {

        private final LogCursor cursor;
        private final EventView view = new EventView();

        Reader(LogCursor cursor) {
            this.cursor = cursor;
        }

        @Override
        public long position() {
            return cursor.position();
        }

        @Override
        public void seek(long sequence) {
            cursor.seek(sequence);
        }

        @Override
        public int read(EventHandler handler, int maxEvents) {
            try {
                return cursor.read(
                        (sequence, timestampNanos, payload) ->
                                handler.accept(sequence, timestampNanos, view.wrap(payload)),
                        maxEvents);
            } catch (HistoryLostException e) {
                return read(handler, maxEvents); // the cursor stands behind what is lost, as its position tells
            } catch (RedexException e) {
                throw wrap(e);
            } catch (MalformedEventException e) {
                throw new AdapterException("record is no event: cause=" + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}

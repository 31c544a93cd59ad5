package io.netbus.redex.index;

import io.netbus.redex.LogCursor;
import io.netbus.redex.RedexLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Which values belong to a key, as the records of a log say: in memory, kept up to date by a thread of its own.
 * <pre>{@code
 * LogIndex<String, Long> byCustomer = LogIndex.open(log, (sequence, stamp, payload, changes) ->
 *         changes.insert(customerOf(payload), sequence));
 *
 * long sequence = log.append(order, now);
 * byCustomer.awaitSequence(sequence, Duration.ofSeconds(1)); // to read one's own write
 * Set<Long> orders = byCustomer.get("ada");
 * }</pre>
 * It reads the log from the first record on, or from where a snapshot ends; however far it falls behind, it misses no
 * record that the log keeps. One that the projection cannot read is skipped and counted.
 * <p>
 * <b>Threads:</b> any. Reading takes no lock and never waits: while the index catches up, and after it has failed or was
 * closed, it shows what it has come to, which {@link IndexView#sequence()} tells. <b>Durability:</b> the log's; a record
 * may be in the index before it is forced.
 */
public final class LogIndex<K, V> implements AutoCloseable {

    private static final Logger LOG = System.getLogger(LogIndex.class.getName());
    private static final long NOT_RESTORED = -1;

    private final RedexLog log;
    private final IndexWorker<K, V> worker;
    private final long restoredSequence;

    private LogIndex(RedexLog log, IndexWorker<K, V> worker, long restoredSequence) {
        this.log = log;
        this.worker = worker;
        this.restoredSequence = restoredSequence;
    }

    /**
     * Opens an index and lets it read the log from its first record on. Returns at once; {@link #awaitSequence} waits for
     * what is there.
     *
     * @param log stays the caller's: it is not closed with the index, but its close ends the index
     * @throws io.netbus.redex.LogClosedException if the log is closed
     */
    public static <K, V> LogIndex<K, V> open(RedexLog log, IndexProjection<K, V> projection) {
        LogCursor cursor = log.cursor(log.firstSequence());
        IndexView<K, V> empty = IndexView.empty(cursor.position());
        return new LogIndex<>(log, IndexWorker.start(log, projection, empty, cursor), NOT_RESTORED);
    }

    /**
     * Opens an index from a snapshot, and lets it read the log from there on. If the snapshot is damaged, of another log,
     * of a newer format, or of records that the log has lost since, or no longer connects to those it keeps, a warning
     * says so, and the index reads the log from its first record on: look at {@link IndexStats#restoredSequence()}.
     *
     * @param projection the one the snapshot was made with; another's must not be given
     * @param codec reads what the snapshot's codec wrote
     * @param snapshot what {@link #snapshot} returned
     * @throws io.netbus.redex.LogClosedException if the log is closed
     * @throws java.io.UncheckedIOException if the disk fails
     */
    public static <K, V> LogIndex<K, V> open(
            RedexLog log, IndexProjection<K, V> projection, IndexCodec<K, V> codec, byte[] snapshot) {
        try {
            IndexView<K, V> view = IndexSnapshot.decode(snapshot, log, codec);
            LogCursor cursor = log.cursor(view.sequence());
            if (cursor.position() != view.sequence()) { // from here on the cursor tells of records that go
                cursor.close();
                throw IndexSnapshot.MisfitException.gone(view.sequence(), cursor.position());
            }
            return new LogIndex<>(log, IndexWorker.start(log, projection, view, cursor), view.sequence());
        } catch (IndexSnapshot.MisfitException e) {
            LOG.log(
                    Level.WARNING,
                    "snapshot is of no use, index is built from the log: log=" + log.name() + ", reason="
                            + e.getMessage());
            return open(log, projection);
        }
    }

    /** The newest version. Two looks at one view see the same; two views may differ. */
    public IndexView<K, V> view() {
        return worker.view();
    }

    /** The values of a key in the newest version: unmodifiable, unchanging, and empty if there are none. */
    public Set<V> get(K key) {
        return view().get(key);
    }

    /**
     * Waits until a record is in the index, or was skipped as a bad one, and with it all records before it.
     *
     * @param sequence the record's, as {@link RedexLog#append} returned it; may lie beyond the log's end
     * @param timeout how long; none or a negative one only looks
     * @return whether it is
     * @throws IndexStoppedException if it is not and never will be, because the index is closed or has failed
     * @throws InterruptedException if the thread is interrupted while this waits
     * @throws IllegalStateException if called by the projection, which it would wait for
     */
    public boolean awaitSequence(long sequence, Duration timeout) throws InterruptedException {
        return worker.awaitSequence(sequence, timeout);
    }

    /**
     * The newest version as bytes, to be opened with the log later, also after a restart. Waits until the records in it are
     * forced, since it must not outlive them.
     *
     * @throws io.netbus.redex.LogFailedException if that fails
     * @throws io.netbus.redex.LogClosedException if the log is closed
     * @throws java.io.UncheckedIOException if the disk fails
     * @throws IllegalStateException if there are 2 GiB or more of them
     */
    public byte[] snapshot(IndexCodec<K, V> codec) {
        IndexView<K, V> view = view();
        byte[] bytes = IndexSnapshot.encode(log, view, codec);
        try {
            log.whenForced(view.sequence()).toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
        return bytes;
    }

    /** Numbers of this moment. */
    public IndexStats stats() {
        return worker.stats(restoredSequence);
    }

    /** Ends the thread after the records in hand, and waits for that. What was read last can still be. Idempotent. */
    @Override
    public void close() {
        worker.close();
    }
}

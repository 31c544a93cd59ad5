package io.netbus.redex;

import java.io.IOException;
import java.nio.file.Path;

/** Takes back the end of a log, which no reader has seen. By who forces, under the log's lock. */
final class LogTruncation {

    /*
     * First the segment that the sequence lies in gets a tip that vouches for what stays; a crash then finds the rest
     * behind an open tip, and keeps it as it keeps anything that was written and not vouched for: nothing was truncated. Then
     * a fresh segment of the next epoch gets the sequence for its name, at one stroke, and supersedes whatever lies behind;
     * from there on a crash finds the log truncated. The rest is tidying up, which opening would do too.
     */
    private final LogState log;
    private final int place; // of the segment that the sequence lies in
    private final SegmentTip tip; // for what stays of it

    private LogTruncation(LogState log, int place, SegmentTip tip) {
        this.log = log;
        this.place = place;
        this.tip = tip;
    }

    /** @throws IllegalArgumentException if the sequence is none to cut at */
    static LogTruncation find(LogState log, long sequence) throws IOException {
        if (sequence < log.nextSequence() || sequence > log.writtenSequence()) {
            throw new IllegalArgumentException("sequence is visible, or not written: log=" + log.name + ", sequence="
                    + sequence + ", visible=" + log.nextSequence() + ", written=" + log.writtenSequence());
        }
        Segment[] all = log.segments();
        int place = all.length - 1;
        while (place > 0 && all[place].baseSequence() > sequence) {
            place--;
        }
        return new LogTruncation(log, place, tip(log, all, place, sequence));
    }

    /** The tip in front of a sequence. */
    private static SegmentTip tip(LogState log, Segment[] all, int place, long sequence) throws IOException {
        Segment segment = all[place];
        long stamp = place == 0 ? Long.MIN_VALUE : all[place - 1].timestampNanos();
        SegmentTip tip = SegmentTip.empty(segment.baseSequence(), stamp, SegmentTip.State.OPEN);
        long end = segment.end();
        FrameWindow window = new FrameWindow(FrameWindow.SCAN_BYTES);
        try (SegmentFile file = log.store.openForReading(segment.path)) {
            while (tip.nextSequence() < sequence) {
                String defect = window.head(file, tip.end(), end, segment.head.frameTag(), tip.nextSequence());
                if (defect == null) {
                    defect = window.body(file, tip.end(), end);
                }
                if (defect != null) {
                    throw CorruptLogException.of(segment.path, tip.end(), defect);
                }
                tip = window.behind(tip);
            }
        }
        if (tip.nextSequence() != sequence) {
            throw new IllegalArgumentException("sequence is not the first of an append: log=" + log.name + ", sequence="
                    + sequence + ", next=" + tip.nextSequence());
        }
        return tip;
    }

    /** Returns the tip that the log goes on from. */
    SegmentTip run(LogForcer.HeadConsumer checkpoint) throws IOException {
        Segment[] all = log.segments();
        Segment first = all[place];
        long sequence = tip.nextSequence();
        boolean staysInPart = first.baseSequence() < sequence;
        SegmentHead last = log.active().head;
        SegmentHead head = new SegmentHead(last.logId(), last.epoch() + 1, sequence, sequence);
        SegmentTip empty = SegmentTip.empty(sequence, tip.timestampNanos(), SegmentTip.State.END);
        Path path = log.directory.resolve(SegmentLayout.fileName(sequence));
        Path unfinished = path.resolveSibling(path.getFileName() + LogRecovery.UNFINISHED);
        IndexFile.delete(log.store, first.path, first.baseSequence()); // it tells of frames that go
        log.store.forceDirectory(log.directory);
        if (staysInPart) {
            if (!first.isWritable()) {
                first.attach(new ChannelWriter(log.store.openForWriting(first.path)));
            }
            first.cut(tip);
            first.writeTip(tip);
            first.writer().force(tip.end());
        }
        try (SegmentFile file = log.store.create(unfinished)) {
            file.write(SegmentLayout.encode(head, empty), 0);
            file.force();
        }
        if (!staysInPart) {
            first.close(log.readers);
        }
        log.store.replace(unfinished, path);
        log.store.forceDirectory(log.directory);
        Segment fresh = new Segment(log.store, path, head, empty);
        log.truncate(staysInPart ? place + 1 : place, fresh, sequence);
        checkpoint.accept(head);
        if (staysInPart) {
            first.seal(SegmentTip.State.FOLLOWED, log.readers);
            first.letGo(log.readers);
        }
        for (int i = place + 1; i < all.length; i++) {
            all[i].close(log.readers);
            if (all[i].baseSequence() != sequence) {
                log.store.delete(all[i].path);
                IndexFile.delete(log.store, all[i].path, all[i].baseSequence());
            }
        }
        log.store.forceDirectory(log.directory);
        return tip;
    }
}

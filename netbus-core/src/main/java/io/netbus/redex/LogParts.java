package io.netbus.redex;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of one log, and which of them count; as {@link LogRecovery} sees them, but without giving up on damage. */
final class LogParts {

    static final String QUARANTINE = "quarantine";
    static final String UNFINISHED = ".tmp";

    /** A living owner changes files while they are listed; after so many times what is seen is taken for what is there. */
    private static final int ATTEMPTS = 20;

    final Path directory;

    private final List<SegmentPart> chain = new ArrayList<>(); // those that hold the log, in order
    private final List<SegmentPart> dropped = new ArrayList<>();
    private final List<SegmentPart> superseded = new ArrayList<>();
    private final List<SegmentPart> headless = new ArrayList<>(); // that a crash explains
    private final List<Path> unfinished = new ArrayList<>();
    private final List<IndexPart> indexes = new ArrayList<>();
    private final List<Path> strays = new ArrayList<>();
    private final List<Path> quarantined = new ArrayList<>();

    private @Nullable CheckpointPart checkpointFile;
    private @Nullable Long logId;
    private int boundary;
    private boolean moved; // a file went away while it was looked at

    private LogParts(Path directory) {
        this.directory = directory;
    }

    /** @param findings asked for a living owner only */
    static LogParts read(SegmentStore store, Path directory, Findings findings) throws IOException {
        LogParts parts = readOnce(store, directory, findings);
        for (int i = 1; i < ATTEMPTS && !parts.isQuiet() && findings.isOwnerAlive(); i++) {
            parts = readOnce(store, directory, findings);
        }
        return parts;
    }

    private static LogParts readOnce(SegmentStore store, Path directory, Findings findings) throws IOException {
        LogParts parts = new LogParts(directory);
        List<SegmentPart> all = new ArrayList<>();
        boolean hasCheckpoint = false;
        for (Path path : store.list(directory)) {
            String name = path.getFileName().toString();
            if (SegmentLayout.baseSequence(name) >= 0) {
                try {
                    all.add(SegmentPart.read(store, path));
                } catch (NoSuchFileException e) {
                    parts.moved = true;
                }
            } else if (name.equals(CheckpointFile.FILE_NAME)) {
                hasCheckpoint = true;
            } else if (name.equals(QUARANTINE)) {
                parts.lookIntoQuarantine(store, path);
            } else if (name.endsWith(UNFINISHED)) {
                parts.unfinished.add(path);
            } else if (IndexFile.baseSequence(name) >= 0) {
                IndexPart index = IndexPart.read(store, path);
                if (index != null) {
                    index.forgetEntries();
                    parts.indexes.add(index);
                }
            } else {
                parts.strays.add(path);
            }
        }
        // after the segments: retention first says that they are dropped, then deletes them
        if (hasCheckpoint) {
            parts.checkpointFile = CheckpointPart.read(store, directory.resolve(CheckpointFile.FILE_NAME));
        }
        boolean ownerAlive = findings.isOwnerAlive();
        if (ownerAlive) {
            parts.moved |= !parts.isLast(store, all.isEmpty() ? -1 : all.get(all.size() - 1).base);
        }
        parts.arrange(all, ownerAlive);
        return parts;
    }

    /** Whether there is no segment behind one, now that all were looked at. */
    private boolean isLast(SegmentStore store, long sequence) throws IOException {
        for (Path path : store.list(directory)) {
            if (SegmentLayout.baseSequence(path.getFileName().toString()) > sequence) {
                return false;
            }
        }
        return true;
    }

    // --- what is there

    /** The segments that hold the log, in order. */
    List<SegmentPart> chain() {
        return chain;
    }

    /** The place in the chain of the first segment behind whose tip a crash may have left something; its size if none. */
    int boundary() {
        return boundary;
    }

    List<SegmentPart> headless() {
        return headless;
    }

    List<IndexPart> indexes() {
        return indexes;
    }

    /** The index of a segment; null if there is none that is whole and about it. */
    @Nullable
    IndexPart index(SegmentPart part) {
        SegmentHead head = part.head();
        SegmentTip tip = part.tip();
        if (head == null || tip == null) {
            return null;
        }
        for (IndexPart index : indexes) {
            if (index.isOf(head, part.isExact() ? tip.end() : part.size)) {
                return index;
            }
        }
        return null;
    }

    List<Path> quarantined() {
        return quarantined;
    }

    @Nullable
    CheckpointPart checkpointFile() {
        return checkpointFile;
    }

    @Nullable
    Checkpoint checkpoint() {
        return checkpointFile == null ? null : checkpointFile.newest();
    }

    /** The log's id; null if neither a head nor a checkpoint tells. */
    @Nullable
    Long logId() {
        return logId;
    }

    /** Whether a segment's head says that it is another log's. */
    boolean isForeign(SegmentPart part) {
        SegmentHead head = part.head();
        return head != null && logId != null && head.logId() != logId;
    }

    /** Of the oldest record that should be there. */
    long firstSequence() {
        Checkpoint checkpoint = checkpoint();
        if (checkpoint != null && (isStartKnown() || chain.isEmpty())) {
            return checkpoint.logStart();
        }
        return chain.isEmpty() ? 0 : chain.get(0).base;
    }

    /** Whether the checkpoint is the newest that was written. */
    private boolean isStartKnown() {
        return checkpointFile != null
                && checkpointFile.newest() != null
                && checkpointFile.flaws().isEmpty();
    }

    /** Whether some file has a name of netbus. */
    boolean isEmpty() {
        return chain.isEmpty() && headless.isEmpty() && checkpointFile == null;
    }

    private void lookIntoQuarantine(SegmentStore store, Path path) throws IOException {
        for (Path file : store.list(path)) {
            String name = file.getFileName().toString();
            if (name.endsWith(".torn")) {
                quarantined.add(file);
            } else if (name.endsWith(UNFINISHED)) {
                unfinished.add(file);
            } else {
                strays.add(file);
            }
        }
    }

    // --- which count

    private void arrange(List<SegmentPart> all, boolean ownerAlive) {
        logId = findLogId(all);
        Checkpoint checkpoint = checkpoint();
        while (checkpoint != null && all.size() > 1 && all.get(0).base < checkpoint.logStart()) {
            dropped.add(all.remove(0));
        }
        int epoch = 0;
        SegmentTip before = null;
        for (int i = 0; i < all.size(); i++) {
            SegmentPart part = all.get(i);
            if (!part.isNewer() && (part.head() == null || part.tip() == null)) {
                boolean beingMade = ownerAlive && i == all.size() - 1;
                boolean unfollowed = before != null
                        && (before.state() != SegmentTip.State.FOLLOWED || before.nextSequence() > part.base);
                if (unfollowed || beingMade) {
                    headless.add(part);
                    continue;
                }
            }
            if (part.head() == null || isForeign(part)) {
                part.assumeEpoch(epoch);
            } else if (part.epoch() < epoch) {
                superseded.add(part);
                continue;
            } else {
                epoch = part.epoch();
            }
            chain.add(part);
            before = part.tip();
        }
        boundary = findBoundary();
    }

    /** The checkpoint's, or that of most segments. */
    private @Nullable Long findLogId(List<SegmentPart> all) {
        Checkpoint checkpoint = checkpoint();
        if (checkpoint != null) {
            return checkpoint.logId();
        }
        Map<Long, Integer> counts = new HashMap<>();
        Long most = null;
        for (SegmentPart part : all) {
            SegmentHead head = part.head();
            if (head != null) {
                int count = counts.merge(head.logId(), 1, Integer::sum);
                if (most == null || count > counts.getOrDefault(most, 0)) {
                    most = head.logId();
                }
            }
        }
        return most;
    }

    /** See LogForcer for the rules that make this the end of what is forced. */
    private int findBoundary() {
        int lastForced = 0;
        for (int i = 0; i < chain.size(); i++) {
            SegmentTip tip = chain.get(i).tip();
            boolean restarted = i > 0 && chain.get(i - 1).epoch() < chain.get(i).epoch();
            if (restarted || tip == null || tip.isExact() || tip.frameBytes() > 0) {
                lastForced = i;
            }
        }
        for (int i = lastForced; i < chain.size(); i++) {
            SegmentTip tip = chain.get(i).tip();
            if (tip != null && !tip.isExact()) {
                return i;
            }
        }
        return chain.size();
    }

    /** Whether the last segment says that the log ends there, and not that another follows. */
    boolean isEnded() {
        SegmentTip last = chain.isEmpty() ? null : chain.get(chain.size() - 1).tip();
        return last == null || last.state() != SegmentTip.State.FOLLOWED;
    }

    /** Whether all looks as a living owner leaves it between two of its steps. */
    private boolean isQuiet() {
        boolean quiet = !moved
                && headless.isEmpty()
                && (checkpointFile == null || checkpointFile.flaws().isEmpty());
        quiet &= isEnded();
        for (int i = 0; i < chain.size(); i++) {
            SegmentPart part = chain.get(i);
            quiet &= part.isWhole();
            if (i > 0 && chain.get(i - 1).isExact()) {
                SegmentTip before = chain.get(i - 1).tip();
                quiet &= before != null && before.nextSequence() == part.base;
            }
        }
        Checkpoint checkpoint = checkpoint();
        return quiet && (checkpoint == null || (!chain.isEmpty() && chain.get(0).base == checkpoint.logStart()));
    }

    // --- what is wrong

    /** Says what can be said without reading frames. */
    void report(Findings findings) {
        for (Path path : strays) {
            findings.stray(path);
        }
        for (Path path : unfinished) {
            findings.explained(path, 0, 0, new Mismatch("file", "none that is unfinished", "one"), "");
        }
        for (SegmentPart part : dropped) {
            Mismatch mismatch = Mismatch.of("baseSequence", "at least the log's start, " + firstSequence(), part.base);
            findings.explained(part.path, 0, part.size, mismatch, "retention has dropped it");
        }
        for (SegmentPart part : superseded) {
            Mismatch mismatch = Mismatch.of("epoch", "at least that of an earlier segment", part.epoch());
            findings.explained(part.path, 0, part.size, mismatch, "a segment of a later epoch took its place");
        }
        for (SegmentPart part : headless) {
            String found = part.isUnwritten() ? "none" : "a damaged one";
            String what = part.head() == null ? "head" : "tip";
            findings.explained(part.path, 0, part.size, new Mismatch(what, "a whole one", found), "");
        }
        if (isEmpty()) {
            findings.explained(directory, 0, 0, new Mismatch("segment", "one", "none"), "the log was never made");
            return;
        }
        for (SegmentPart part : chain) {
            for (SegmentPart.Flaw flaw : part.flaws()) {
                if (part.isExplained(flaw)) {
                    findings.explained(
                            part.path, flaw.offset(), flaw.bytes(), flaw.mismatch(), "the other tip is whole");
                    continue;
                }
                findings.damage(part.path, flaw.offset(), flaw.bytes(), flaw.mismatch(), flaw.detail());
            }
            SegmentHead head = part.head();
            if (head != null && logId != null && isForeign(part)) {
                Mismatch mismatch = Mismatch.hex("logId", logId, head.logId());
                findings.damage(
                        part.path, SegmentLayout.LOG_ID_OFFSET, Long.BYTES, mismatch, "a segment of another log");
            }
        }
        reportIndexes(findings);
        reportEpochs(findings);
        reportCheckpoint(findings);
        reportStart(findings);
        reportEnd(findings);
    }

    /** A segment whose tip says that it is followed must be; a living owner may have gone on since the files were listed. */
    private void reportEnd(Findings findings) {
        SegmentTip tip = chain.isEmpty() ? null : chain.get(chain.size() - 1).tip();
        if (!findings.isOwnerAlive() && tip != null && tip.state() == SegmentTip.State.FOLLOWED) {
            String last = chain.get(chain.size() - 1).path.getFileName().toString();
            findings.damage(
                    directory.resolve(SegmentLayout.fileName(tip.nextSequence())),
                    0,
                    0,
                    new Mismatch("segment", "the one behind " + last, "none"),
                    "");
        }
    }

    private void reportIndexes(Findings findings) {
        List<IndexPart> used = new ArrayList<>();
        for (SegmentPart part : chain) {
            IndexPart index = index(part);
            if (index != null) {
                used.add(index);
            }
        }
        for (IndexPart index : indexes) {
            SegmentPart.Flaw flaw = index.flaw();
            if (flaw != null) {
                findings.damage(
                        index.path, flaw.offset(), flaw.bytes(), flaw.mismatch(), "it is made anew when it is needed");
            } else if (!used.contains(index)) {
                Mismatch mismatch = new Mismatch("segment", "one that the index is about", "none");
                findings.explained(index.path, 0, 0, mismatch, "it counts for nothing");
            }
        }
    }

    private void reportEpochs(Findings findings) {
        for (int i = 1; i < chain.size(); i++) {
            SegmentHead before = chain.get(i - 1).head();
            SegmentHead head = chain.get(i).head();
            if (before != null
                    && head != null
                    && !isForeign(chain.get(i - 1))
                    && !isForeign(chain.get(i))
                    && before.epoch() == head.epoch()
                    && before.epochStart() != head.epochStart()) {
                findings.damage(
                        chain.get(i).path,
                        SegmentLayout.EPOCH_START_OFFSET,
                        Long.BYTES,
                        Mismatch.of("epochStart", before.epochStart(), head.epochStart()),
                        "the segment before is of the same epoch");
            }
        }
    }

    private void reportCheckpoint(Findings findings) {
        CheckpointPart file = checkpointFile;
        Path path = directory.resolve(CheckpointFile.FILE_NAME);
        if (file == null) {
            Mismatch mismatch = new Mismatch("checkpoint", "a file", "none");
            if (isNew()) {
                findings.explained(path, 0, 0, mismatch, "the log was being made");
            } else {
                findings.damage(path, 0, 0, mismatch, "where the log starts, and its earlier epochs, are unknown");
            }
            return;
        }
        Checkpoint checkpoint = file.newest();
        boolean leftByCrash = boundary < chain.size() || !dropped.isEmpty() || !superseded.isEmpty();
        for (SegmentPart.Flaw flaw : file.flaws()) {
            String detail = "";
            if (file.isNewer()) {
                detail = "written by another release, which has to read it";
            } else if (checkpoint == null) {
                detail = "where the log starts, and its earlier epochs, are unknown";
            } else if (flaw.bytes() == CheckpointLayout.SLOT_BYTES) {
                detail = "the other slot is whole" + startUnknown(checkpoint);
                if (file.isTorn(flaw) && (leftByCrash || !file.isOneBitOff(flaw))) {
                    findings.explained(path, flaw.offset(), flaw.bytes(), flaw.mismatch(), detail);
                    continue;
                }
            }
            findings.damage(path, flaw.offset(), flaw.bytes(), flaw.mismatch(), detail);
        }
        if (checkpoint != null) {
            reportEpochs(findings, file, checkpoint);
        }
    }

    /** More on a slot that is damaged, if it may have been the newer one. */
    private String startUnknown(Checkpoint whole) {
        return chain.isEmpty() || chain.get(0).base == whole.logStart()
                ? ""
                : "; whether records from " + whole.logStart() + " to " + chain.get(0).base
                        + " were dropped or are lost is unknown";
    }

    /** A log of which a crash may have kept the checkpoint. */
    private boolean isNew() {
        if (chain.isEmpty()) {
            return true;
        }
        SegmentTip tip = chain.get(0).tip();
        return chain.size() == 1
                && chain.get(0).base == 0
                && chain.get(0).epoch() == 0
                && tip != null
                && tip.isExact()
                && tip.frameBytes() == 0;
    }

    private void reportEpochs(Findings findings, CheckpointPart file, Checkpoint checkpoint) {
        List<Checkpoint.Epoch> known = checkpoint.epochs();
        int newest = known.get(known.size() - 1).epoch();
        int last = -1;
        for (SegmentPart part : chain) {
            SegmentHead head = part.head();
            if (head == null || isForeign(part) || head.epoch() == last) {
                continue;
            }
            last = head.epoch();
            if (head.epoch() > newest) {
                Mismatch mismatch = Mismatch.of("epoch", "up to " + head.epoch(), newest);
                findings.explained(
                        file.path, file.newestOffset(), 0, mismatch, "the epoch had begun, and was not written down");
                newest = head.epoch();
                continue;
            }
            int at = 0;
            while (at < known.size() && known.get(at).epoch() < head.epoch()) {
                at++;
            }
            boolean there = at < known.size() && known.get(at).epoch() == head.epoch();
            boolean forgotten = !there && at == 0 && known.size() == CheckpointLayout.MAX_EPOCHS;
            if (!forgotten && (!there || known.get(at).start() != head.epochStart())) {
                findings.damage(
                        file.path,
                        file.newestOffset() + CheckpointLayout.EPOCHS_OFFSET + (long) at * CheckpointLayout.EPOCH_BYTES,
                        CheckpointLayout.EPOCH_BYTES,
                        new Mismatch(
                                "epochStart",
                                head.epochStart() + " for epoch " + head.epoch(),
                                there ? Long.toString(known.get(at).start()) : "none"),
                        "the segment says otherwise: file=" + part.path.getFileName());
            }
        }
    }

    private void reportStart(Findings findings) {
        Checkpoint checkpoint = checkpoint();
        if (checkpoint == null) {
            return;
        }
        long start = checkpoint.logStart();
        Path first = directory.resolve(SegmentLayout.fileName(start));
        Mismatch mismatch = new Mismatch("segment", "the log's first", "none");
        if (chain.isEmpty()) {
            findings.damage(first, 0, 0, mismatch, "all records are lost");
        } else if (chain.get(0).base > start && isStartKnown()) {
            findings.damage(first, 0, 0, mismatch, start, chain.get(0).base, "");
        } else if (chain.get(0).base < start) {
            findings.damage(first, 0, 0, mismatch, "there is only a segment that retention has dropped");
        }
    }
}

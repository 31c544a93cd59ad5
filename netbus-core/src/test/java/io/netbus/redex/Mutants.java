package io.netbus.redex;

import java.util.List;

/**
 * Faults that a log may have, each a mistake that is easily made. Who changes the log keeps them fitting: the fault stays,
 * its place in the source moves. To add one, name it here and in {@code docs/reliability.md}.
 */
final class Mutants {

    static final List<Mutant> ALL = List.of(
            // --- forcing
            Mutant.of(
                            "acknowledged-before-force",
                            "answers who waits for a force before it is done",
                            "ForceTests#aFailedForceEndsInAReadOnlyLogAndTellsAllWaiters")
                    .in(
                            "LogForcer",
                            "forceSegments(all, tip); lastForceNanos",
                            "forcedSequence = target; forceSegments(all, tip); lastForceNanos"),
            Mutant.of(
                            "level-ignored",
                            "returns from an append at level FSYNCED without a force",
                            "ForceTests#anAppendThatAsksForItReturnsForced")
                    .in("DiskLog", "forcer.await(nextSequence);", ""),
            Mutant.of(
                            "failed-force-forgotten",
                            "goes on after a failed force",
                            "ForceTests#aFailedForceEndsInAReadOnlyLogAndTellsAllWaiters")
                    .in("LogForcer", "fail(e); } } private void forceSegments(", "} } private void forceSegments("),
            Mutant.of(
                            "failed-force-retried",
                            "tries a failed force again, which then succeeds for pages that never reached the disk",
                            "ForceTests#aFailedForceEndsInAReadOnlyLogAndTellsAllWaiters")
                    .in(
                            "LogForcer",
                            "forceSegments(all, tip); lastForceNanos",
                            "try { forceSegments(all, tip); } catch (IOException e) { forceSegments(all, tip); }"
                                    + " lastForceNanos"),
            Mutant.of(
                            "failed-force-of-room-forgotten",
                            "keeps to itself that a force of zeros failed, with frames among them",
                            "MappedWriterTests#aFailedForceOfRoomFailsTheNextForce")
                    .in("MappedWriter", "unforced = e;", ""),
            Mutant.of(
                            "segment-name-unforced",
                            "does not force the directory when a segment is new",
                            "ForceTests#aNewSegmentIsForcedWithItsNameBeforeTheLastOneIsLetGo")
                    .in("LogForcer", "log.store.forceDirectory(log.directory);", ""),
            Mutant.of(
                            "sealed-before-the-next-is-forced",
                            "says that another segment follows before that one is forced",
                            "ForceTests#aNewSegmentIsForcedWithItsNameBeforeTheLastOneIsLetGo")
                    .in(
                            "LogForcer",
                            "forceSegments(all, tip); lastForceNanos",
                            "sealSegments(all); forceSegments(all, tip); lastForceNanos"),
            Mutant.of(
                            "checkpoint-unforced",
                            "writes the checkpoint without a force",
                            "ForceTests#recordsOfAProcessThatDiedAreForcedAnewBeforeTheOldOnesGo")
                    .in("CheckpointFile", "file.force(); } }", "} }"),
            // --- tips
            Mutant.of(
                            "tip-before-force",
                            "writes the tip early, so that it vouches for bytes that are not forced",
                            "ForceTests#aTipVouchesOnlyForWhatIsForced")
                    .in(
                            "LogForcer",
                            "forceSegments(all, tip); lastForceNanos",
                            "if (all[all.length - 1].isWritable()) { all[all.length - 1].writeTip(tip); }"
                                    + " forceSegments(all, tip); lastForceNanos"),
            Mutant.of(
                            "tip-left-out",
                            "writes no tip after a force, so that damage passes for a torn tail",
                            "RecoveryTests#aFlipAnywhereInTheFrameForcedLastIsDamage")
                    .in("LogForcer", "all[all.length - 1].writeTip(tip);", ""),
            Mutant.of(
                            "tip-over-the-last",
                            "writes each tip over the one before, instead of beside it",
                            "DamageTests#aSegmentWithoutItsNewerTipIsCompletedByScanningIt")
                    .in("Segment", "tipGeneration++;", ""),
            Mutant.of(
                            "end-taken-back-unforced",
                            "appends while the tip on disk may still say that the log ends before",
                            "ForceTests#theFirstAppendIsWrittenOnlyOnceItsForceHasSucceeded")
                    .in(
                            "LogAppender",
                            "active.mark(SegmentTip.State.OPEN);",
                            "active.writeTip(active.tip(SegmentTip.State.OPEN));"),
            // --- recovery
            Mutant.of(
                            "unforced-records-trusted",
                            "takes whole records behind the tip as they are, though their pages may be in the cache alone",
                            "RecoveryTests#whatIsBehindTheTipIsWrittenAnewToASegmentThatStartsThere")
                    .in("LogRecovery", "if (!tails.isEmpty()) { segments.addAll(mend(tails));", """
                            if (tails.size() == 1 && tails.get(0).stray == 0) {
                                Found last = tails.get(0).segment;
                                SegmentTip end = last.tip();
                                try (SegmentFile file = store.openForReading(last.path())) {
                                    window.clear();
                                    while (end.end() < tails.get(0).end) {
                                        window.head(file, end.end(), last.size(), last.head().frameTag());
                                        window.body(file, end.end(), last.size());
                                        end = window.behind(end);
                                    }
                                }
                                segments.add(new Segment(store, last.path(), last.head(), end));
                            } else if (!tails.isEmpty()) {
                                segments.addAll(mend(tails));"""),
            Mutant.of(
                            "copy-unforced",
                            "gives the copied records their name without a force",
                            "ForceTests#recordsOfAProcessThatDiedAreForcedAnewBeforeTheOldOnesGo")
                    .in(
                            "LogRecovery",
                            "to.force(); } store.replace(unfinished, path); report(",
                            "} store.replace(unfinished, path); report("),
            Mutant.of(
                            "copy-name-unforced",
                            "deletes what was copied before the copy's name is forced",
                            "RecoveryTests#nothingIsDeletedOrCutBeforeTheNameOfItsCopyIsForced")
                    .in(
                            "LogRecovery",
                            "Segment fresh = copy(tails); store.forceDirectory(directory);",
                            "Segment fresh = copy(tails);"),
            Mutant.of(
                            "epoch-not-raised",
                            "gives sequences anew under the old epoch",
                            "RecoveryTests#aProcessThatDiedInItsFirstAppendRaisesTheEpoch")
                    .in("LogRecovery", ".segment.head().epoch() + 1;", ".segment.head().epoch();"),
            Mutant.of(
                            "torn-tail-deleted",
                            "drops a torn tail instead of keeping it in quarantine",
                            "RecoveryTests#aTornTailIsReported")
                    .in("LogRecovery", "quarantine(tail);", ""),
            Mutant.of(
                            "bytes-behind-the-end-left",
                            "lets a segment go without cutting it at its end",
                            "ForceTests#closingForcesWhatIsUnforcedAndCutsTheFileBehindIt")
                    .in("SegmentWriter", "file.resize(end);", ""),
            // --- frames
            Mutant.of(
                            "checksum-of-records-only",
                            "leaves the head out of a frame's checksum",
                            "RecoveryTests#aFlipAnywhereInTheFrameForcedLastIsDamage")
                    .in(
                            "FrameBuffer",
                            "FrameLayout.LENGTH_OFFSET, length - FrameLayout.LENGTH_OFFSET",
                            "FrameLayout.HEAD_BYTES, length - FrameLayout.HEAD_BYTES")
                    .in(
                            "FrameWindow",
                            "frame + FrameLayout.LENGTH_OFFSET, frameBytes - FrameLayout.LENGTH_OFFSET",
                            "frame + FrameLayout.HEAD_BYTES, frameBytes - FrameLayout.HEAD_BYTES")
                    .in(
                            "FrameWindow",
                            "update(file, at + FrameLayout.LENGTH_OFFSET,",
                            "update(file, at + FrameLayout.HEAD_BYTES,"),
            Mutant.of(
                            "sequence-unchecked",
                            "takes a frame of any sequence for the next",
                            "DamageTests#aWholeFrameInAnothersPlaceIsReported")
                    .in("FrameWindow", "baseSequence() != sequence", "false"),
            Mutant.of(
                            "tag-unchecked",
                            "takes a frame of another log for its own",
                            "RecoveryTests#framesInsideATornPayloadAreNotTakenForRecords")
                    .in("FrameWindow", "if (tag() != tag) {", "if (false) {")
                    .in("FrameWindow", "frame < 0 || tag() != tag", "frame < 0"),
            // --- appending and reading
            Mutant.of(
                            "batch-torn-apart",
                            "writes a frame for each record of a batch, so that a crash keeps some of them",
                            "RecoveryTests#aTornBatchIsDroppedWhole")
                    .in(
                            "LogAppender",
                            "frame.putEncoded(body, frameBytes); return write(segment, count, storedAs, frameBytes, timestampNanos);",
                            """
                            ByteBuffer rest = body.duplicate().order(java.nio.ByteOrder.LITTLE_ENDIAN);
                            long first = log.writtenSequence();
                            for (int i = 0; i < count; i++) {
                                int bytes = FrameLayout.RECORD_HEAD_BYTES + rest.getInt(rest.position());
                                int each = (int) FrameLayout.frameBytes(bytes);
                                Segment target = segmentFor(each);
                                frame.putEncoded(rest.slice(rest.position(), bytes), each);
                                write(target, 1, storedAs, each, timestampNanos);
                                rest.position(rest.position() + bytes);
                            }
                            return first;"""),
            Mutant.of(
                            "shown-before-written",
                            "shows a record to readers before it is written",
                            "ForceTests#aFullDiskIsATypedErrorThatLosesNothingAndPasses")
                    .in(
                            "LogAppender",
                            "segment.writer().write(frame.bytes(), frameBytes, segment.end());",
                            "log.publish(sequence + count);"
                                    + " segment.writer().write(frame.bytes(), frameBytes, segment.end());"),
            Mutant.of(
                            "expected-sequence-checked-once",
                            "lets a conditional append follow what was appended while it waited for room",
                            "ForceTests#whoWaitsForTheDiskAppendsNothingIfAnotherWasFirst")
                    .in("LogAppender", "segment == null || !isExpected(expected)", "segment == null"),
            Mutant.of(
                            "zeros-left-out",
                            "stores frames where the disk may have no room",
                            "MappedWriterTests#framesGoOnlyWhereZerosWereWritten")
                    .in("MappedWriter", "file.write(ZEROS.duplicate().limit((int) (to - from)), from);", ""),
            Mutant.of(
                            "readers-not-awaited",
                            "unmaps a file while readers are in it",
                            "LogReadersTests#memoryIsTakenAwayBehindItsReaders")
                    .in("LogReaders", "slot.reading == segment", "slot == null"),
            Mutant.of(
                            "index-unchecked",
                            "trusts an index file whose checksum is wrong",
                            "SegmentIndexTests#anyBitThatFlipsMakesTheFileCountAsNone")
                    .in("IndexFile", "IndexLayout.flaw(all) != null ||", ""),
            Mutant.of(
                            "index-of-another-epoch",
                            "trusts the index of a segment that was replaced",
                            "SegmentIndexTests#anIndexOfAnotherEpochOrALongerSegmentCountsAsNone")
                    .in("IndexLayout", "&& file.getInt(EPOCH_OFFSET) == segment.epoch()", ""),
            // --- retention
            Mutant.of(
                            "hold-ignored",
                            "lets records go that somebody holds",
                            "LogInspectorTests#aMissingSegmentIsNamedWithItsRecords")
                    .in("LogRetention", "end > held &&", "false &&"),
            Mutant.of(
                            "deleted-before-the-checkpoint",
                            "deletes segments before the checkpoint says where the log starts",
                            "ForceTests#theNewStartIsForcedBeforeWhatLiesBelowItIsDeleted")
                    .in("LogRetention", "file.write(next); checkpoint = next; for (int i = 0; i < count && log", """
                            for (int i = 0; i < count; i++) {
                                log.store.delete(all[i].path);
                            }
                            file.write(next);
                            checkpoint = next;
                            for (int i = 0; i < count && log"""),
            Mutant.of(
                            "start-forgotten",
                            "does not write down where the log starts when records go",
                            "ForceTests#theNewStartIsForcedBeforeWhatLiesBelowItIsDeleted")
                    .in("LogRetention", "checkpoint.withLogStart(start).next()", "checkpoint.next()"),
            Mutant.of(
                            "deleted-unarchived",
                            "lets a segment go that could not be archived",
                            "ArchiveTests#whatCannotBeArchivedStays")
                    .in("LogRetention", "return i;", ""),
            // --- the process
            Mutant.of(
                            "lock-not-taken",
                            "opens a directory that another process holds",
                            "DirectoryTests#aSecondProcessIsRefusedAndTheFirstNamed")
                    .in("DirectoryLock", "return lock != null;", "return true;"),
            Mutant.of(
                            "interrupts-unshielded",
                            "makes file calls on the caller's thread, where an interrupt ends them",
                            "DirectoryTests#anInterruptedThreadOpensAFreeDirectory")
                    .in(
                            "Uninterrupted",
                            "CompletableFuture<T> result = new CompletableFuture<>();",
                            "if (task != null) { return task.run(); }"
                                    + " CompletableFuture<T> result = new CompletableFuture<>();"));

    private Mutants() {}
}

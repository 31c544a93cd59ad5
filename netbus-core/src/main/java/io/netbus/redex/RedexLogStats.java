package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/**
 * A log's numbers at one moment.
 *
 * @param bytes size of its records and their frames, on disk or in memory
 * @param segments number of files, or of memory chunks
 * @param quarantinedBytes bytes of torn tails that recovery moved aside since the log exists
 * @param failure why it only reads; null while it is healthy
 */
public record RedexLogStats(
        String name,
        int epoch,
        long firstSequence,
        long nextSequence,
        long forcedSequence,
        long bytes,
        int segments,
        long quarantinedBytes,
        @Nullable String failure) {}

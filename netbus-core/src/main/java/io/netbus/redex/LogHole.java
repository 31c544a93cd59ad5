package io.netbus.redex;

import java.nio.file.Path;

/**
 * Records of a log that are damaged, or whose file is missing.
 *
 * @param fromSequence of the first of them
 * @param toSequence behind the last of them
 * @param file where they were
 * @param offset where the damage starts in that file
 * @param defect what is wrong there
 */
public record LogHole(String log, long fromSequence, long toSequence, Path file, long offset, String defect) {

    /** How many records are in it. */
    public long records() {
        return toSequence - fromSequence;
    }
}

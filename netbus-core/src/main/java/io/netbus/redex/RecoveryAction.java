package io.netbus.redex;

import java.nio.file.Path;

/**
 * One thing that opening a log did to its files, because of a crash or of damage.
 *
 * @param offset where in the file; 0 if it is all of it
 * @param bytes how many it is about
 * @param detail why, and what else is known; may be empty
 */
public record RecoveryAction(String what, Path file, long offset, long bytes, String detail) {}

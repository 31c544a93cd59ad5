package io.netbus.redex;

/** What to do with damage that no crash explains: a bad sector, a flipped bit, a file that somebody deleted. */
public enum RecoveryMode {

    /**
     * A log whose damage shows when it is opened stays closed, with {@link CorruptLogException} saying where; reading ends
     * before damage that shows only then, with the same exception. Nothing is changed.
     */
    STRICT,

    /**
     * The log opens, and readers go on behind what is damaged: they are told of each {@link LogHole} and get every record
     * around it. To open it, files are mended as {@link LogRepair} does; what was in their place is kept in quarantine.
     */
    TOLERANT
}

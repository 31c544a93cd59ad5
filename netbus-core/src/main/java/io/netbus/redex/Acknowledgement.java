package io.netbus.redex;

/**
 * What a record has survived when its append returns. Each level includes those before it. Whatever is asked for, a log
 * on disk hands records to the operating system at once, and forces them as its {@link ForcePolicy} says.
 */
public enum Acknowledgement {

    /** Visible to readers in this process. <b>Can lose:</b> on a memory log, everything, when the process dies. */
    MEMORY,

    /**
     * In the operating system: survives the death of this process. <b>Can lose:</b> in a power cut, or a crash of the
     * system, what was not forced yet; how much that can be, {@link ForcePolicy} says.
     */
    WRITTEN,

    /** Forced to the disk: survives a power cut. <b>Can lose:</b> nothing, while the disk keeps its word. */
    FSYNCED
}

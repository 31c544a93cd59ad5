package io.netbus.redex;

/**
 * How the records of a frame, which are those of one append, are stored. Each frame says itself what it is, so a log may
 * hold frames of all kinds, and the setting may change from one opening to the next.
 */
public enum Compression {

    /** As they are. */
    NONE,

    /**
     * As a block of <a href="https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md">LZ4</a>, compressed by the
     * appending thread, before it takes the log's lock, and expanded by each reader. An append of less than 256 bytes, or
     * one that does not become shorter, is stored as it is.
     */
    LZ4
}

package io.netbus.redex;

/** How records get into files. What a call promises when it returns is the same in both. */
public enum WriteMode {

    /**
     * By storing into memory that the operating system maps to the file: no system call per record. The room is made
     * ahead, by up to 16 MiB per log, so that a full disk is an exception at a known point. A file that another program
     * shortens while it is written ends in a {@link LogFailedException}.
     */
    MAPPED,

    /** By a system call for each append. Takes up no room ahead, and meets every failure of the disk in that call. */
    CHANNEL
}

package io.netbus.event;

/** What an event has survived when a call reports it done. Each level includes those before it. */
public enum Durability {

    /** Visible in this process. <b>Can lose:</b> everything, when the process dies. */
    MEMORY,

    /** In the operating system. <b>Can lose:</b> what was not yet forced, in a power cut or a crash of the system. */
    WRITTEN,

    /** Forced to the disk. <b>Can lose:</b> nothing while the disk keeps its word. */
    FSYNCED
}

package io.netbus.redex;

import java.util.OptionalLong;

/**
 * Who has a directory of logs open.
 *
 * @param alive whether a process holds its lock now
 * @param pid the holder's process id; if not alive, that of one that died without letting go; empty if there is none
 */
public record LogOwner(boolean alive, OptionalLong pid) {

    static final LogOwner NONE = new LogOwner(false, OptionalLong.empty());
}

package io.netbus.redex;

import java.io.IOException;

/**
 * A read of mapped memory that failed: behind it is a bad sector, or a file that somebody has cut. <b>Threads:</b> any.
 */
final class MemoryFault {

    /*
     * The JVM notes the fault and goes on; it throws an InternalError when the thread next goes through the runtime, which
     * may be in the caller's caller. So whoever has read mapped memory goes there at once. A native method is such a way
     * from some release after 17 on; before, a native method does not throw it, but making an array of arrays, which
     * compiled code leaves to the runtime, does. Tried with each compiler alone, and with none, on 17 and 25.
     */
    private static final boolean NATIVE_THROWS = Runtime.version().feature() >= 25;

    private static int zero; // not final: arrays of a length that is known might be made without the runtime

    private MemoryFault() {}

    /**
     * Returns if what this thread has read from mapped memory so far could be read.
     *
     * @throws InternalError if not, to be given to {@link #exception}; the JVM may also throw it before this is called
     */
    static void check() {
        Object made = NATIVE_THROWS ? Runtime.getRuntime().totalMemory() : new byte[zero][zero];
        if (made == null) {
            throw new AssertionError();
        }
    }

    /** What to throw in place of an error; another error than that of a fault is thrown here. */
    static IOException exception(InternalError error) {
        String message = error.getMessage();
        if (message == null || !message.contains("unsafe memory access")) {
            throw error;
        }
        return new IOException("a mapped file has become shorter, or a sector of it bad", error);
    }
}

package io.netbus.cortex.tasks;

/** What may be a title. */
final class TaskTitles {

    /** Room for a thousand characters of any script; issue trackers allow some hundred. */
    static final int MAX_BYTES = 4096;

    private TaskTitles() {}

    /**
     * Rejects a title that is empty, takes more than {@link #MAX_BYTES} in UTF-8, or has half a surrogate pair, which
     * no UTF-8 can hold.
     */
    static void require(String title) {
        if (title.isEmpty()) {
            throw new IllegalArgumentException("title must not be empty");
        }
        int bytes = 0;
        for (int i = 0; i < title.length(); i++) {
            char c = title.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < title.length()
                    && Character.isLowSurrogate(title.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                throw new IllegalArgumentException("title has half a surrogate pair: index=" + i);
            }
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("title is too long: bytes=" + bytes + ", max=" + MAX_BYTES);
        }
    }
}

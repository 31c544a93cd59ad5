package io.netbus.redex;

/** A field of a file that is not what it should be. */
record Mismatch(String field, String expected, String found) {

    static Mismatch of(String field, long expected, long found) {
        return new Mismatch(field, Long.toString(expected), Long.toString(found));
    }

    static Mismatch of(String field, String expected, long found) {
        return new Mismatch(field, expected, Long.toString(found));
    }

    static Mismatch hex(String field, long expected, long found) {
        return new Mismatch(field, Long.toHexString(expected), Long.toHexString(found));
    }

    static Mismatch hex(String field, int expected, int found) {
        return new Mismatch(field, Integer.toHexString(expected), Integer.toHexString(found));
    }
}

package io.netbus.redex;

/** Words for bytes that are not what they should be. */
final class Defect {

    private Defect() {}

    static String of(String field, long expected, long found) {
        return "field=" + field + ", expected=" + expected + ", found=" + found;
    }

    static String of(String field, String expected, long found) {
        return "field=" + field + ", expected=" + expected + ", found=" + found;
    }
}

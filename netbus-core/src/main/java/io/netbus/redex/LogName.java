package io.netbus.redex;

import java.util.Optional;

/** A log's name, and the directory it gets: one for each log, all side by side, none inside another. */
final class LogName {

    /*
     * '/' becomes '+', which no name contains, so the directory's name can be turned back. The suffix keeps the names
     * apart from all else in the base directory and from what an operating system reserves.
     */
    private static final String SUFFIX = ".redex";
    private static final int MAX_LENGTH = 200;

    private LogName() {}

    /** The name itself, if it is one. */
    static String require(String name) {
        if (!isValid(name)) {
            String shown = name.length() <= MAX_LENGTH ? name : name.substring(0, MAX_LENGTH) + "...";
            throw new IllegalArgumentException("log name is not allowed: name=" + shown + ", length=" + name.length()
                    + " (1 to " + MAX_LENGTH + " characters of a-z 0-9 - _ . /, no empty segment, . or ..)");
        }
        return name;
    }

    static String directory(String name) {
        return name.replace('/', '+') + SUFFIX;
    }

    /** The name of the log in a directory; empty if it is no log's. */
    static Optional<String> fromDirectory(String directory) {
        if (!directory.endsWith(SUFFIX) || directory.indexOf('/') >= 0) {
            return Optional.empty();
        }
        String name =
                directory.substring(0, directory.length() - SUFFIX.length()).replace('+', '/');
        return Optional.of(name).filter(LogName::isValid);
    }

    private static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || name.charAt(i) == '/') {
                if (isReserved(name.substring(start, i))) {
                    return false;
                }
                start = i + 1;
            } else if (!isAllowed(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isReserved(String segment) {
        return segment.isEmpty() || segment.equals(".") || segment.equals("..");
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    }
}

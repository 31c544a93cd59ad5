package io.netbus.redex;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** A log's name, and the directory it gets: one for each log, all side by side, none inside another. */
final class LogName {

    /*
     * '/' becomes '+', which no name contains, so the directory's name can be turned back. The suffix keeps the names
     * apart from all else in the base directory. Names have no capitals, so a file system that takes two spellings for
     * one cannot join two logs.
     *
     * Two kinds of name cannot stand for themselves: those too long for a file system that allows 255 bytes, and those
     * that Windows keeps for a device, whatever suffix follows. They get a start, a hash of the whole, and a file that
     * holds the whole (NameFile). No name starts with '/', so a directory that starts with '+' is of this kind.
     */
    private static final String SUFFIX = ".redex";
    private static final int MAX_LENGTH = 255;
    private static final int MAX_PLAIN_LENGTH = 200;
    private static final int START_LENGTH = 80;
    private static final int HASH_BYTES = 16;
    private static final Pattern DEVICE = Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

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
        String plain = name.replace('/', '+');
        if (isPlain(name)) {
            return plain + SUFFIX;
        }
        return "+" + plain.substring(0, Math.min(START_LENGTH, plain.length())) + "+" + hash(name) + SUFFIX;
    }

    /** Whether the directory's name tells the log's. */
    static boolean isPlain(String name) {
        return name.length() <= MAX_PLAIN_LENGTH && !DEVICE.matcher(name).matches();
    }

    /** The name that a directory tells; empty if it is no log's, or does not tell it. */
    static Optional<String> fromDirectory(String directory) {
        if (!directory.endsWith(SUFFIX) || directory.indexOf('/') >= 0) {
            return Optional.empty();
        }
        String name =
                directory.substring(0, directory.length() - SUFFIX.length()).replace('+', '/');
        return Optional.of(name).filter(LogName::isValid).filter(LogName::isPlain);
    }

    /** Whether a directory is that of a log whose name it does not tell. */
    static boolean isShortened(String directory) {
        return directory.startsWith("+") && directory.endsWith(SUFFIX);
    }

    static boolean isValid(String name) {
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

    /** So long that nobody finds two names of one hash, also not on purpose. */
    private static String hash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, HASH_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

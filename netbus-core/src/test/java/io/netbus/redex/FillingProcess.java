package io.netbus.redex;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** A process that appends until there is no room, and says what came of it; also that process's main class. */
final class FillingProcess {

    static final String FILL = "fill";
    static final String GO_ON = "go-on";
    static final String APPEND = "append";

    static final int SEGMENT_BYTES = 512 * 1024;

    private static final int PAYLOAD_BYTES = 5_000;
    private static final int BALLAST_BYTES = 3 * 1024 * 1024;
    private static final int RESERVE_BYTES = 2 * 1024 * 1024;
    private static final int MORE = 300;

    private final Path disk;
    private final RedexConfig config;

    private FillingProcess(Path disk, WriteMode mode) {
        this.disk = disk;
        this.config = config(mode);
    }

    static RedexConfig config(WriteMode mode) {
        return LogFiles.RARELY.withWriteMode(mode).withSegmentBytes(SEGMENT_BYTES);
    }

    static Path logs(Path disk) {
        return disk.resolve("logs");
    }

    static byte[] payload(long sequence) {
        byte[] payload = new byte[PAYLOAD_BYTES];
        new Random(sequence).nextBytes(payload);
        return payload;
    }

    /** How many records there are; each is what was appended. */
    static long readAll(RedexLog log) {
        long[] next = {0};
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, stamp, payload) -> {
                        if (sequence != next[0]++ || !Arrays.equals(LogFiles.copy(payload), payload(sequence))) {
                            throw new AssertionError("sequence=" + sequence);
                        }
                        return true;
                    },
                    Integer.MAX_VALUE);
        }
        return next[0];
    }

    public static void main(String[] args) throws IOException {
        FillingProcess process = new FillingProcess(Path.of(args[0]), WriteMode.valueOf(args[1]));
        switch (args[2]) {
            case FILL -> process.fill();
            case GO_ON -> process.goOn();
            default -> process.append();
        }
    }

    /** Appends until there is no room, goes on when there is some, until there is none again, and dies. */
    private void fill() throws IOException {
        Path ballast = Files.write(disk.resolve("ballast"), new byte[BALLAST_BYTES]);
        Files.write(disk.resolve("reserve"), new byte[RESERVE_BYTES]);
        RedexLog log = append();
        Files.delete(ballast);
        long before = log.nextSequence();
        for (int i = 0; i < MORE; i++) {
            log.append(ByteBuffer.wrap(payload(log.nextSequence())), 1, Acknowledgement.FSYNCED);
        }
        say("went on by", log.nextSequence() - before);
        say("full", appendUntilRefused(log));
        say("acknowledged", log.nextSequence());
        Runtime.getRuntime().halt(0);
    }

    /** Appends until there is no room. */
    private RedexLog append() {
        RedexLog log = Redex.onDisk(logs(disk), config).log(LogFiles.NAME);
        say("full", appendUntilRefused(log));
        say("still", appendUntilRefused(log));
        say("acknowledged", log.nextSequence());
        say("failure", String.valueOf(log.stats().failure()));
        if (log.stats().failure() == null) {
            log.sync();
            say("forced", log.forcedSequence());
        }
        say("read", readAll(log));
        return log;
    }

    /** Opens what a dead process left on the full disk, and goes on once there is room. */
    private void goOn() throws IOException {
        plug(disk.resolve("plug"));
        say("opened full", openAndRead());
        Files.delete(disk.resolve("plug"));
        Files.delete(disk.resolve("reserve"));
        say("opened", openAndRead());
        say("opened again", openAndRead());
    }

    /** Takes up the last of the room. */
    private static void plug(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[1_024]);
            }
        } catch (IOException e) {
            // there is none
        }
    }

    /** Returns how many records were there, or why it stays closed. */
    private Object openAndRead() {
        try (Redex redex = Redex.onDisk(logs(disk), config)) {
            RedexLog log = redex.log(LogFiles.NAME);
            long there = readAll(log);
            log.append(ByteBuffer.wrap(payload(there)), 1, Acknowledgement.FSYNCED);
            return there;
        } catch (RedexException | UncheckedIOException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static String appendUntilRefused(RedexLog log) {
        while (true) {
            try {
                log.append(ByteBuffer.wrap(payload(log.nextSequence())), 1);
            } catch (RedexException e) {
                return e.getClass().getSimpleName();
            }
        }
    }

    private static void say(String what, Object result) {
        System.out.print(what + " " + result + "\n");
        System.out.flush();
    }
}

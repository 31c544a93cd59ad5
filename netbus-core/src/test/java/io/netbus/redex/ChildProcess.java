package io.netbus.redex;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A second process that uses a directory of logs; also that process's main class. */
final class ChildProcess implements AutoCloseable {

    private static final int MAX_PAYLOAD_BYTES = 2_000;
    private static final int BATCH_RECORDS = 3;

    /** No frame that it appends is larger. */
    static final long MAX_FRAME_BYTES =
            FrameLayout.frameBytes(BATCH_RECORDS * (FrameLayout.RECORD_HEAD_BYTES + MAX_PAYLOAD_BYTES));

    private final Process process;
    private final BufferedReader output;

    private ChildProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Opens the directory, says so, and holds it until killed. */
    static ChildProcess holding(Path base) throws IOException {
        return start("hold", base, WriteMode.MAPPED);
    }

    /** Opens the directory if that needs no waiting, and says so, or why not. */
    static ChildProcess trying(Path base) throws IOException {
        return start("try", base, WriteMode.MAPPED);
    }

    /** Appends, telling the sequence of each append that returned, until killed. */
    static ChildProcess appending(Path base, WriteMode mode) throws IOException {
        return start("append", base, mode);
    }

    private static ChildProcess start(String what, Path base, WriteMode mode) throws IOException {
        return new ChildProcess(
                process(java("-Xmx64m", "-XX:TieredStopAtLevel=1"), ChildProcess.class, what, base, mode));
    }

    /**
     * Any other program.
     *
     * @param java how to start a JVM, see {@link #java}; what runs it may stand before it
     * @param main the program's main class
     */
    static ChildProcess start(List<String> java, Class<?> main, Object... arguments) throws IOException {
        return new ChildProcess(process(java, main, arguments));
    }

    /** The command of this JVM with those options, without what to run. */
    static List<String> java(String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        return command;
    }

    private static Process process(List<String> java, Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    long pid() {
        return process.pid();
    }

    /** The next line it printed; null after its end. A line that its death cut short is left out. */
    @Nullable
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = output.read(); c >= 0; c = output.read()) {
            if (c == '\n') {
                return line.toString();
            }
            line.append((char) c);
        }
        return null;
    }

    /** All lines that are left, after its end. */
    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); line != null; line = line()) {
            lines.add(line);
        }
        return lines;
    }

    /** Says something to it: a line. */
    void say(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        input.flush();
    }

    /** Waits for its end; returns what it ended with. */
    int exit() throws InterruptedException {
        return process.waitFor();
    }

    /** Kills it as {@code kill -9} does and waits for its end. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly(); // the process's own would also close what it has printed
        process.waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        output.close();
    }

    /** What the appending process writes as a record. */
    static byte[] payload(long sequence) {
        Random random = new Random(sequence);
        byte[] payload = new byte[random.nextInt(MAX_PAYLOAD_BYTES)];
        random.nextBytes(payload);
        return payload;
    }

    public static void main(String[] args) {
        Redex redex;
        try {
            Duration wait = args[0].equals("try") ? Duration.ZERO : Duration.ofSeconds(10);
            redex = Redex.onDisk(
                    Path.of(args[1]), LogFiles.CONFIG.withLockWait(wait).withWriteMode(WriteMode.valueOf(args[2])));
        } catch (DirectoryLockedException e) {
            System.out.print(e.getMessage() + "\n");
            System.out.flush();
            return;
        }
        System.out.print("open\n");
        System.out.flush();
        if (args[0].equals("append")) {
            append(redex.log(LogFiles.NAME));
        }
        while (true) {
            LockSupport.park();
        }
    }

    private static void append(RedexLog log) {
        RecordBatch batch = new RecordBatch(10_000);
        while (true) {
            long sequence = log.nextSequence();
            if (sequence % 5 == 0) {
                batch.clear();
                for (int i = 0; i < BATCH_RECORDS; i++) {
                    batch.add(payload(sequence + i));
                }
                log.append(batch, sequence);
            } else {
                log.append(ByteBuffer.wrap(payload(sequence)), sequence);
            }
            System.out.print(log.nextSequence() + "\n");
            System.out.flush();
        }
    }
}

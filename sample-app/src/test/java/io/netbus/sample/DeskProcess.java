package io.netbus.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sample in a process of its own, from this test's class path. */
final class DeskProcess implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final int LAST_LINES = 60;

    private final Process process;
    private final List<String> output = new ArrayList<>(); // guarded by itself
    private final int port;

    private DeskProcess(Process process) {
        this.process = process;
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.port = awaitPort(lines);
        Thread drain = new Thread(() -> lines.lines().forEach(this::keep), "desk-output");
        drain.setDaemon(true);
        drain.start();
    }

    /**
     * Starts it and waits until it serves.
     *
     * @throws AssertionError with its last output, if it ends instead
     */
    static DeskProcess start(Path directory, String heap, String... properties) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1", // most of these processes live for seconds
                "-cp",
                System.getProperty("java.class.path"),
                SampleApplication.class.getName(),
                "--server.port=0"));
        for (String property : properties) {
            command.add("--" + property);
        }
        try {
            return new DeskProcess(new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    DeskClient client() {
        return new DeskClient(port);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Its last lines, for the message of a test that fails. */
    String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    /** As kill −9 does. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** As kill does: the application stops in order. */
    void stop() {
        process.destroy();
        awaitEnd();
    }

    @Override
    public void close() {
        kill();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the desk did not end:\n" + output());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError(e);
        }
    }

    private int awaitPort(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
                Matcher matcher = PORT.matcher(line);
                if (matcher.find()) {
                    return Integer.parseInt(matcher.group(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("the desk did not start:\n" + output());
    }

    private void keep(String line) {
        synchronized (output) {
            output.add(line);
            if (output.size() > LAST_LINES) {
                output.remove(0);
            }
        }
    }
}

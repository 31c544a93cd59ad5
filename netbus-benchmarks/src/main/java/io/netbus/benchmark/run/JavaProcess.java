package io.netbus.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Another JVM with the class path of this one.
 *
 * @param java its executable
 * @param flags of the JVM
 * @param mainClass what runs in it
 */
public record JavaProcess(Path java, List<String> flags, String mainClass) {

    private static final long TIMEOUT_MINUTES = 10;

    /** One like this process. */
    public JavaProcess(List<String> flags, Class<?> mainClass) {
        this(Path.of(System.getProperty("java.home"), "bin", "java"), flags, mainClass.getName());
    }

    /**
     * Runs it to its end.
     *
     * @param output a file for what it prints
     * @return its exit code
     * @throws TimeoutException if it had to be ended
     */
    public int run(List<String> arguments, Path output) throws IOException, InterruptedException, TimeoutException {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(flags);
        command.add("-cp");
        command.add(classPath());
        command.add(mainClass);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
                throw new TimeoutException("took longer than " + TIMEOUT_MINUTES + " minutes");
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** As {@link #run}, failing with what it printed unless it ends with that exit code; returns what it printed. */
    public String run(List<String> arguments, int exitCode) throws IOException, InterruptedException, TimeoutException {
        Path output = Files.createTempFile("netbus-benchmark-", ".output");
        try {
            int code = run(arguments, output);
            String printed = Files.readString(output);
            if (code != exitCode) {
                throw new IOException("another JVM failed: mainClass=" + mainClass + ", exitCode=" + code
                        + ", expected=" + exitCode + ", output=" + printed);
            }
            return printed;
        } finally {
            Files.delete(output);
        }
    }

    /** The class path of this process; Surefire hides the real one behind a jar with a manifest. */
    private static String classPath() {
        String tests = System.getProperty("surefire.test.class.path");
        return tests == null ? System.getProperty("java.class.path") : tests;
    }
}

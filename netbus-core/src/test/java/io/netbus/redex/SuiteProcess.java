package io.netbus.redex;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A second process that runs tests up to the first that fails, on classes that may be others than here; also that process's
 * main class.
 */
final class SuiteProcess {

    static final String CLASS_PATH = System.getProperty("java.class.path");

    private static final long TIMEOUT_SECONDS = 300; // a test that hangs ends before, and fails
    private static final String PASSED = "passed";
    private static final String REFUTED = "refuted "; // by an assertion, or by an error that the log reports
    private static final String BROKEN = "broken "; // by anything else

    /** What came of each test, and all that the process said. */
    record Outcome(List<String> results, String output) {

        long passed() {
            return results.stream().filter(PASSED::equals).count();
        }

        /** Tests that found something wrong. */
        List<String> refuted() {
            return results.stream().filter(result -> result.startsWith(REFUTED)).toList();
        }

        /** Tests that ended in another way. */
        List<String> broken() {
            return results.stream().filter(result -> result.startsWith(BROKEN)).toList();
        }
    }

    private SuiteProcess() {}

    /**
     * Runs tests.
     *
     * @param classes a directory of classes that come before those of this process
     * @param scratch an existing directory for this call alone
     * @param tests each {@code Class#method}, of this package
     */
    static Outcome run(Path classes, Path scratch, Collection<String> tests) throws IOException, InterruptedException {
        Path results = Files.createFile(scratch.resolve("results"));
        Path output = Files.createFile(scratch.resolve("output"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + scratch,
                "-Dnetbus.seed=1", // whoever dies by chance dies each time
                "-cp",
                classes + System.getProperty("path.separator") + CLASS_PATH,
                SuiteProcess.class.getName(),
                results.toString()));
        command.addAll(tests);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("tests do not end: tests=" + tests + "\n" + Files.readString(output));
            }
            if (process.exitValue() != 0) {
                throw new AssertionError("tests ended early: tests=" + tests + ", exitValue=" + process.exitValue()
                        + "\n" + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(Files.readAllLines(results), Files.readString(output));
    }

    public static void main(String[] args) throws IOException {
        LauncherDiscoveryRequest tests = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(args)
                        .skip(1)
                        .map(test -> SuiteProcess.class.getPackageName() + "." + test)
                        .map(DiscoverySelectors::selectMethod)
                        .toList())
                .configurationParameter("junit.jupiter.execution.timeout.default", "60 s")
                .build();
        try (PrintWriter results =
                new PrintWriter(Files.newBufferedWriter(Path.of(args[0]), StandardOpenOption.WRITE))) {
            Listener listener = new Listener(results);
            LauncherFactory.create()
                    .execute(LauncherExecutionRequestBuilder.request(tests)
                            .cancellationToken(listener.rest)
                            .listeners(listener)
                            .build());
        }
        System.exit(0); // a log that is wrong may have left threads
    }

    /** Writes a line for each test that ended. */
    private static final class Listener implements TestExecutionListener {

        private final PrintWriter results;
        private final CancellationToken rest = CancellationToken.create();

        private Listener(PrintWriter results) {
            this.results = results;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case FAILED -> {
                    Throwable cause = result.getThrowable().orElseThrow();
                    results.println((isExpected(cause) ? REFUTED : BROKEN) + test.getUniqueId());
                    cause.printStackTrace();
                    rest.cancel();
                }
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        results.println(PASSED);
                    }
                }
                case ABORTED -> {}
            }
        }

        private static boolean isExpected(Throwable cause) {
            return cause instanceof AssertionError
                    || cause instanceof RedexException
                    || cause instanceof UncheckedIOException;
        }
    }
}

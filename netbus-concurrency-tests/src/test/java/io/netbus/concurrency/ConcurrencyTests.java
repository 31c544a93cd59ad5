package io.netbus.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs every stress test of this module under jcstress, in JVMs of its own: briefly, or, with {@code
 * -Dnetbus.torture=true}, in all the tool's compilation modes. What it prints, and its report, are in {@code
 * target/jcstress}.
 */
class ConcurrencyTests {

    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");

    private static final List<String> OPTIONS = TORTURE
            ? List.of("-m", "default")
            : List.of("-f", "1", "-iters", "2", "-time", "200", "-sc", "false", "-hs", "256", "-jvmArgs", "-Xmx256m");
    private static final long LIMIT_MINUTES = TORTURE ? 180 : 10; // other processes may want the processors, too

    @Test
    @Timeout(value = 200, unit = TimeUnit.MINUTES) // has its own limit
    void noForbiddenOutcomeIsSeen() throws IOException, InterruptedException {
        assertThat(run()).contains("All remaining tests: " + countTests() + " matching test results");
    }

    /** How many the tool knows: one it left out, for want of processors, say, has shown nothing. */
    private static long countTests() throws IOException {
        try (InputStream list = ConcurrencyTests.class.getResourceAsStream("/META-INF/TestList")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .count();
        }
    }

    private static String run() throws IOException, InterruptedException {
        Path directory = Files.createDirectories(Path.of("target", "jcstress"));
        Path output = directory.resolve("output.txt").toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-r",
                directory.toAbsolutePath().toString()));
        command.addAll(OPTIONS);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile()) // where it leaves its binary results
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
            String printed = Files.readString(output);
            assertThat(ended).as(printed).isTrue();
            assertThat(process.exitValue()).as(printed).isZero();
            return printed;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}

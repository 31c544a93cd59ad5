package io.netbus.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** An application of one class and one YAML file, compiled and run with nothing but the starter on its class path. */
final class MiniApplication {

    private static final Path CLASS_PATH_FILE = Path.of("target", "runtime-class-path.txt");
    private static final long TIMEOUT_SECONDS = 90;

    private final Path directory;
    private final String mainClass;
    private final String classPath;

    private MiniApplication(Path directory, String mainClass, String classPath) {
        this.directory = directory;
        this.mainClass = mainClass;
        this.classPath = classPath;
    }

    /** Compiles it into that directory, which becomes its working directory too. */
    static MiniApplication compile(Path directory, String mainClass, String source, String yaml) throws IOException {
        String starter = Files.readString(CLASS_PATH_FILE).strip();
        assertThat(starter).doesNotContain("junit").doesNotContain("assertj");
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Files.writeString(classes.resolve("application.yml"), yaml);
        Path file = directory.resolve(mainClass.replace('.', File.separatorChar) + ".java");
        Files.createDirectories(file.getParent());
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-d", classes.toString(), "-classpath", starter, "-parameters", "-proc:none"),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        return new MiniApplication(directory, mainClass, classes + File.pathSeparator + starter);
    }

    /** Runs it as a process of its own until it ends by itself; returns what it printed. */
    String run() throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        mainClass)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            String printed = Files.readString(output);
            assertThat(ended).as("ended by itself; it printed:\n" + printed).isTrue();
            assertThat(process.exitValue()).as("it printed:\n" + printed).isZero();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }
}

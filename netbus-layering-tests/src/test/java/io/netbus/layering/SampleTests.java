package io.netbus.layering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sample is the proof that the offered packages are enough; read as text, so that no jar of it is needed. */
class SampleTests {

    /** The packages users are offered. */
    static final Set<String> OFFERED = Set.of(
            "event",
            "bus",
            "consume",
            "adapter",
            "adapter.redex",
            "redex",
            "redex.index",
            "cortex",
            "cortex.bridge",
            "cortex.fold",
            "cortex.query",
            "cortex.tasks",
            "spring",
            "autoconfigure",
            "test");

    private static final Path SAMPLE = Path.of("..", "sample-app", "src", "main", "java");

    private static final Pattern TYPE = Pattern.compile("\\bio\\.netbus\\.([a-z][a-z0-9.]*)\\.(?=[A-Z*])");

    @Test
    void theSampleUsesOfferedPackagesOnly() throws IOException {
        Set<String> used = packagesUsed(sources());
        used.remove("sample");

        assertThat(used).isNotEmpty().isSubsetOf(OFFERED);
    }

    @Test
    void theSampleNeitherSleepsNorReadsTheClock() throws IOException {
        assertThat(sources())
                .allSatisfy(source ->
                        assertThat(source).doesNotContain("Thread.sleep(").doesNotContain("System.currentTimeMillis("));
    }

    @Test
    void aPackageThatIsNotOfferedIsFound() {
        assertThat(packagesUsed(List.of("import io.netbus.bus.EventBus;\nimport io.netbus.shard.Shard;")))
                .containsExactly("bus", "shard");
    }

    private static Set<String> packagesUsed(List<String> sources) {
        Set<String> packages = new TreeSet<>();
        for (String source : sources) {
            Matcher type = TYPE.matcher(source);
            while (type.find()) {
                packages.add(type.group(1));
            }
        }
        return packages;
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            List<Path> java =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(java).isNotEmpty();
            return java.stream().map(SampleTests::read).toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.netbus.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs netbus and the floors of every row, tiny, each in a JVM of its own; peers would take minutes. */
class MainTests {

    private static final String NETBUS_AND_FLOORS = "netbus,floor-slab-lanes,floor-mmap-prealloc,floor-fc-64k";

    @TempDir
    private Path directory;

    @Test
    void everyRowIsMeasuredVerifiedAndWritten() throws Exception {
        Path json = directory.resolve("out/rows.json");
        Path markdown = directory.resolve("out/rows.md");
        Path work = Files.createDirectory(directory.resolve("work"));

        assertThat(run("run all --quick --forks 1 --seed 1 --only " + NETBUS_AND_FLOORS + " --dir " + work + " --json "
                        + json + " --markdown " + markdown))
                .isZero();

        JsonNode all = JsonMapper.shared().readTree(json);
        assertThat(all.path("run").path("seed").asInt()).isEqualTo(1);
        assertThat(all.path("run").path("failures")).isEmpty();
        assertThat(names(all, "ingest-1")).containsExactly("netbus", "floor-slab-lanes");
        assertThat(names(all, "log-append-64"))
                .containsExactly("netbus", "floor-mmap-prealloc", "floor-mmap-prealloc", "floor-fc-64k");
        for (JsonNode result : all.path("results")) {
            assertThat(result.path("samples")).isNotEmpty();
            assertThat(result.path("median").asDouble())
                    .isBetween(result.path("min").asDouble(), result.path("max").asDouble())
                    .isPositive();
            assertThat(result.path("unit").asString()).startsWith("ns/");
        }
        assertThat(Files.readString(markdown)).contains("| **netbus** |", "floor-slab-lanes", "](rows.svg)", "Commit");
        assertThat(elements(Files.readString(directory.resolve("out/rows.svg")), "rect"))
                .isEqualTo(6);
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void misuseIsToldApart() throws Exception {
        assertThat(run("")).isEqualTo(2);
        assertThat(run("run")).isEqualTo(2);
        assertThat(run("run no-such-row")).isEqualTo(2);
        assertThat(run("run ingest-1 --forks none")).isEqualTo(2);
        assertThat(run("run ingest-1 --forks")).isEqualTo(2);
        assertThat(run("run ingest-1 --only nobody")).isEqualTo(2);
        assertThat(run("run log-append-64 --log-mib 1000000")).isEqualTo(2);
        assertThat(run("list")).isZero();
    }

    private static int run(String line) throws Exception {
        return Main.run(line.isEmpty() ? new String[0] : line.split(" "));
    }

    private static List<String> names(JsonNode all, String row) {
        List<String> names = new ArrayList<>();
        for (JsonNode result : all.path("results")) {
            if (result.path("row").asString().equals(row)) {
                names.add(result.path("name").asString());
            }
        }
        return names;
    }

    private static int elements(String svg, String name) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getElementsByTagName(name)
                .getLength();
    }
}

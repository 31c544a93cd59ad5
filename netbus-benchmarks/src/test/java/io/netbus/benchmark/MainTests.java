package io.netbus.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Row;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs netbus and the floors of every row, tiny; peers would take minutes. */
class MainTests {

    private static final String SOME = "netbus,floor-fc-64k"; // a JVM each takes its time
    private static final String QUICK_LOG_BYTES = "1048576";

    @TempDir
    private Path directory;

    @Test
    void rowIsMeasuredVerifiedAndWritten() throws Exception {
        Path json = directory.resolve("out/rows.json");
        Path markdown = directory.resolve("out/rows.md");
        Path work = Files.createDirectory(directory.resolve("work"));

        assertThat(run("run log-append-64 --quick --forks 1 --seed 1 --only " + SOME + " --dir " + work + " --json "
                        + json + " --markdown " + markdown))
                .isZero();

        JsonNode all = JsonMapper.shared().readTree(json);
        assertThat(all.path("run").path("seed").asInt()).isEqualTo(1);
        assertThat(all.path("run").path("failures")).isEmpty();
        assertThat(names(all)).containsExactly("netbus", "netbus", "floor-fc-64k");
        for (JsonNode result : all.path("results")) {
            assertThat(result.path("samples")).isNotEmpty();
            assertThat(result.path("median").asDouble())
                    .isBetween(result.path("min").asDouble(), result.path("max").asDouble())
                    .isPositive();
            assertThat(result.path("unit").asString()).startsWith("ns/");
        }
        assertThat(Files.readString(markdown))
                .contains("| **netbus** |", "| **netbus mode=channel** |", "floor-fc-64k", "](rows.svg)", "Commit");
        assertThat(elements(Files.readString(directory.resolve("out/rows.svg")), "rect"))
                .isEqualTo(3);
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void rowWithSeveralFiguresHasOneResultForEach() throws Exception {
        Path json = directory.resolve("rows.json");

        assertThat(run("run log-random --quick --forks 1 --only floor-fc-64k --dir " + directory + " --json " + json))
                .isZero();

        JsonNode results = JsonMapper.shared().readTree(json).path("results");
        List<String> figures = new ArrayList<>();
        results.forEach(result -> figures.add(
                result.path("name").asString() + " " + result.path("figure").asString()));
        assertThat(figures).containsExactly("floor-fc-64k first read", "floor-fc-64k ");
    }

    @TestFactory
    Stream<DynamicTest> everyRowOfNetbusAndFloors() {
        return Rows.all().stream()
                .flatMap(row -> row.contestants().stream()
                        .filter(contestant -> !contestant.isPeer())
                        .map(contestant -> DynamicTest.dynamicTest(
                                row.id() + " " + contestant.key(), () -> runHere(row, contestant))));
    }

    /** Without a JVM of its own, which would take longer than what it measures. */
    private void runHere(Row row, Contestant contestant) throws Exception {
        Path own = Files.createTempDirectory(directory, "fork-");
        Path report = own.resolve("report");
        Path work = Files.createDirectory(own.resolve("work"));

        Fork.main(row, new String[] {contestant.key(), report.toString(), "true", work.toString(), QUICK_LOG_BYTES});

        assertThat(Files.readAllLines(report)).anyMatch(line -> line.matches("samples\\..*=.*[0-9].*"));
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

    private static List<String> names(JsonNode all) {
        List<String> names = new ArrayList<>();
        all.path("results").forEach(result -> names.add(result.path("name").asString()));
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

package io.netbus.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every Java block of the guide is an application that runs and prints what it should. */
class GuideTests {

    private static final Path GUIDE = Path.of("..", "docs", "guide");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS_NAME = Pattern.compile("^class (\\w+)", Pattern.MULTILINE);

    private static final String IMPORTS = """
            package guide;

            import io.netbus.bus.*;
            import io.netbus.consume.*;
            import io.netbus.cortex.fold.*;
            import io.netbus.cortex.query.*;
            import io.netbus.cortex.tasks.*;
            import io.netbus.event.*;
            import io.netbus.redex.*;
            import io.netbus.redex.index.*;
            import io.netbus.spring.*;
            import java.io.IOException;
            import java.nio.ByteBuffer;
            import java.nio.charset.StandardCharsets;
            import java.nio.file.*;
            import java.time.*;
            import java.time.temporal.ChronoUnit;
            import java.util.*;
            import java.util.concurrent.*;
            import org.springframework.boot.*;
            import org.springframework.boot.autoconfigure.*;
            import org.springframework.context.annotation.*;
            import tools.jackson.databind.json.JsonMapper;

            """;

    private static final String YAML = "netbus:\n  log:\n    directory: ./data\n";

    private static final Map<String, List<String>> PRINTED = Map.ofEntries(
            Map.entry("Publishing", List.of("ACCEPTED at Position[shard=")),
            Map.entry("Repeating", List.of("ACCEPTED then DUPLICATE, same place: true")),
            Map.entry("Reading", List.of("came bread", "came jam", "found 1, then 0")),
            Map.entry("Watching", List.of("APPLIED, now COMPLETED")),
            Map.entry("Bridging", List.of("5 tasks, the last: Deliver to Elm Street 5")),
            Map.entry(
                    "Opening",
                    List.of("the same: true", "log is open with other settings: log=audit", "logs: [audit]")),
            Map.entry(
                    "Appending", List.of("tea 0, milk 1, next 3", "first OptionalLong[3], second OptionalLong.empty")),
            Map.entry("Acknowledging", List.of("forced: true", "unforced bytes: true", "all forced: true")),
            Map.entry("ReadingOne", List.of("0 is tea", "1 is not there yet, next is 1")),
            Map.entry("Following", List.of("there: false", "records: 10, more than 3 calls: true")),
            Map.entry("Tailing", List.of("came tea", "came milk", "completed: true")),
            Map.entry("Timing", List.of("at 13:30: 2", "tomorrow: 5")),
            Map.entry("Indexing", List.of("ada: [0, 2]", "read again from: 3", "bob: [1]")),
            Map.entry("Retaining", List.of("full: true, first 0", "went: true, 0 is Evicted")),
            Map.entry("Archiving", List.of("archived: true, first 0, 0 is Present")),
            Map.entry("Compressing", List.of("a third or less: true")),
            Map.entry(
                    "Tolerating",
                    List.of("strict: the rest is not read", "lost from 1 to 2", "Corrupt, damaged records: 1")),
            Map.entry("Remembering", List.of("kept: true, forced below 1")));

    @TempDir
    static Path directory;

    @TestFactory
    Stream<DynamicTest> everyApplicationRuns() throws IOException {
        return blocks().entrySet().stream()
                .map(block -> DynamicTest.dynamicTest(block.getKey(), () -> {
                    Path home = Files.createDirectory(directory.resolve(block.getKey()));
                    MiniApplication application =
                            MiniApplication.compile(home, "guide." + block.getKey(), IMPORTS + block.getValue(), YAML);
                    assertThat(application.run()).contains(PRINTED.getOrDefault(block.getKey(), List.of()));
                    application.run(); // over what the first run left: it must end by itself as well
                }));
    }

    @Test
    void everyApplicationIsExpectedToPrintSomething() throws IOException {
        assertThat(blocks().keySet()).containsExactlyInAnyOrderElementsOf(PRINTED.keySet());
    }

    private static Map<String, String> blocks() throws IOException {
        Map<String, String> blocks = new LinkedHashMap<>();
        try (Stream<Path> pages = Files.list(GUIDE)) {
            for (Path page : pages.sorted().toList()) {
                Matcher block = JAVA_BLOCK.matcher(Files.readString(page));
                while (block.find()) {
                    Matcher name = CLASS_NAME.matcher(block.group(1));
                    assertThat(name.find()).as(block.group(1)).isTrue();
                    String twin = blocks.put(name.group(1), block.group(1));
                    assertThat(twin).as("another of that name").isNull();
                }
            }
        }
        return blocks;
    }
}

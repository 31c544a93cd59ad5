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

    private static final Path GUIDE = Path.of("..", "docs", "guide", "first-five-minutes.md");
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
            import io.netbus.spring.*;
            import java.nio.charset.StandardCharsets;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import org.springframework.boot.*;
            import org.springframework.boot.autoconfigure.*;
            import org.springframework.context.annotation.*;
            import tools.jackson.databind.json.JsonMapper;

            """;

    private static final String YAML = "netbus:\n  log:\n    directory: ./data\n";

    private static final Map<String, List<String>> PRINTED = Map.of(
            "Publishing", List.of("ACCEPTED at Position[shard="),
            "Repeating", List.of("ACCEPTED then DUPLICATE, same place: true"),
            "Reading", List.of("came bread", "came jam", "found 1, then 0"),
            "Watching", List.of("APPLIED, now COMPLETED"),
            "Bridging", List.of("5 tasks, the last: Deliver to Elm Street 5"));

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
        Matcher block = JAVA_BLOCK.matcher(Files.readString(GUIDE));
        while (block.find()) {
            Matcher name = CLASS_NAME.matcher(block.group(1));
            assertThat(name.find()).as(block.group(1)).isTrue();
            blocks.put(name.group(1), block.group(1));
        }
        return blocks;
    }
}

package io.netbus.redex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code docs/reference/redex-cli.md} tells the truth. */
class ReferencePageTests {

    private static final Pattern CONSOLE = Pattern.compile("(?s)```console\n\\$ redex ([^\n]*)\n(.*?)```");
    private static final Pattern JSON = Pattern.compile("(?s)`([a-z]+ data[^`]*--json)`((?!```).)*?```json\n(.*?)```");
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\| `([a-z]+) DIR");
    private static final String ANY = "…";

    @TempDir
    private Path temp;

    private String page = "";
    private Path data = Path.of("");

    @BeforeEach
    void setUp() throws IOException {
        page = Files.readString(Path.of("..", "docs", "reference", "redex-cli.md"));
        data = temp.resolve("data");
    }

    @Test
    void theCommandsTellWhatThePageSays() throws IOException {
        List<MatchResult> blocks = CONSOLE.matcher(page).results().toList();
        assertThat(blocks).hasSizeGreaterThanOrEqualTo(5);
        prepare();
        for (MatchResult block : blocks) {
            Ran ran = run(block.group(1));
            String expected = Arrays.stream(block.group(2).split(ANY, -1))
                    .map(Pattern::quote)
                    .collect(Collectors.joining(".*"));
            assertThat(ran.out()).as(block.group(1)).matches(expected);
        }
    }

    @Test
    void theShapesAreThoseOfThePage() throws IOException {
        Matcher blocks = JSON.matcher(page);
        prepare();
        int count = 0;
        while (blocks.find()) {
            JsonNode shown = new ObjectMapper().readTree(blocks.group(3));
            assertSame(shown, run(blocks.group(1)).json(), blocks.group(1));
            count++;
        }
        assertThat(count).isEqualTo(4);
    }

    @Test
    void allCommandsAreThere() {
        List<String> commands =
                COMMAND.matcher(page).results().map(match -> match.group(1)).toList();
        String help = Ran.here("--help").out();

        assertThat(commands).hasSize(5).allSatisfy(command -> assertThat(help).contains("\n  " + command + " "));
    }

    private void prepare() throws IOException {
        Orders orders = new Orders(data).with("first", "second", "{\"item\":\"tea\"}");
        orders.damage(56 + 44);
    }

    private Ran run(String line) {
        List<String> args = new ArrayList<>();
        for (String arg : line.split(" ", -1)) {
            args.add(arg.equals("data") ? data.toString() : arg);
        }
        return Ran.here(args.toArray(String[]::new));
    }

    /** The same fields in the same order, and the same values, unless the page leaves them out. */
    private static void assertSame(JsonNode shown, JsonNode told, String where) {
        if (shown.isString() && shown.asString().equals(ANY)) {
            assertThat(told.isString()).as(where).isTrue();
        } else if (shown.isObject()) {
            assertThat(told.propertyNames()).as(where).containsExactlyElementsOf(shown.propertyNames());
            shown.propertyNames().forEach(name -> assertSame(shown.get(name), told.get(name), where + " " + name));
        } else if (shown.isArray()) {
            assertThat(told.size()).as(where).isEqualTo(shown.size());
            for (int i = 0; i < shown.size(); i++) {
                assertSame(shown.get(i), told.get(i), where + " " + i);
            }
        } else {
            assertThat(told).as(where).isEqualTo(shown);
        }
    }
}

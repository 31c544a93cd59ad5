package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests of the log can fail: each fault of a list, put into the log's source, is found by the test that is said to find
 * it. {@code -Dnetbus.mutant=name} runs one alone.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES) // the process that runs the tests has a shorter one
class MutantTests {

    private static final Pattern TABLE_ROW = Pattern.compile("\\| `([a-z-]+)` \\| (.+) \\| `(\\w+)\\.(\\w+)` \\|");

    @TempDir
    private Path temp;

    private Path classes;
    private Path scratch;

    @BeforeEach
    void makeDirectories() throws IOException {
        classes = Files.createDirectory(temp.resolve("classes"));
        scratch = Files.createDirectory(temp.resolve("scratch"));
    }

    static List<Mutant> mutants() {
        String wanted = System.getProperty("netbus.mutant");
        return Mutants.ALL.stream()
                .filter(mutant -> wanted == null || wanted.equals(mutant.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void aMutantIsKilled(Mutant mutant) throws Exception {
        mutant.compile(classes);

        SuiteProcess.Outcome outcome = SuiteProcess.run(classes, scratch, List.of(mutant.killer()));

        assertThat(outcome.broken()).as(outcome.output()).isEmpty();
        assertThat(outcome.refuted())
                .as("%s survives: %s%n%s%n%s", mutant, mutant.fault(), outcome.results(), outcome.output())
                .isNotEmpty();
    }

    /** Who kills a mutant does not fail anyway. */
    @Test
    void theKillersPassOnTheLogAsItIs() throws Exception {
        Set<String> killers = new LinkedHashSet<>();
        mutants().forEach(mutant -> killers.add(mutant.killer()));

        SuiteProcess.Outcome outcome = SuiteProcess.run(classes, scratch, killers);

        assertThat(outcome.refuted()).as(outcome.output()).isEmpty();
        assertThat(outcome.broken()).as(outcome.output()).isEmpty();
        assertThat(outcome.passed()).as(outcome.output()).isGreaterThanOrEqualTo(killers.size());
    }

    @Test
    void theDocumentListsThem() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("..", "docs", "reliability.md")).stream()
                .map(TABLE_ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1) + ": " + row.group(2) + ": " + row.group(3) + "#" + row.group(4))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Mutants.ALL.stream()
                        .map(mutant -> mutant.name() + ": " + mutant.fault() + ": " + mutant.killer())
                        .toList());
    }
}

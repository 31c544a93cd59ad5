package io.netbus.layering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages say of the tree, and what the tree must keep to for the build to see it. */
class RepositoryTests {

    private static final Path ROOT = Path.of("..");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern PAGE = Pattern.compile("\\b(docs/[a-z0-9/-]+\\.md)\\b");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern TEST = Pattern.compile("([A-Z]\\w*(?:Tests|IT|Contract|Stress))?\\.?([a-z]\\w*)?");
    private static final Pattern TEST_METHOD =
            Pattern.compile("(?m)^ +@(Test|ParameterizedTest|TestFactory|RepeatedTest)\\b");

    @Test
    void everyLinkOfEveryPageLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : files(".md")) {
            for (String link : matches(LINK, Files.readString(page))) {
                links++;
                if (!link.matches("[a-z]+:.*") && !leadsSomewhere(page, link)) {
                    broken.add(ROOT.relativize(page) + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isPositive();
    }

    @Test
    void everyPageThatIsNamedIsThere() throws IOException {
        Set<String> named = new TreeSet<>();
        for (Path file : files(".java", ".md", ".xml")) {
            named.addAll(matches(PAGE, Files.readString(file)));
        }
        assertThat(named)
                .isNotEmpty()
                .allSatisfy(page -> assertThat(ROOT.resolve(page)).isRegularFile());
    }

    @Test
    void theMapOfTheArchitectureListsEveryModuleAndPackage() throws IOException {
        Map<String, Set<String>> tree = new TreeMap<>();
        for (String module : matches(MODULE, Files.readString(ROOT.resolve("pom.xml")))) {
            tree.put(module, packages(ROOT.resolve(module)));
        }
        assertThat(map()).isEqualTo(tree);
    }

    @Test
    void theArchitectureNamesThePackagesUsersAreOffered() throws IOException {
        String boundaries = section("## Boundaries");
        String offered = boundaries.substring(0, boundaries.indexOf(", and beside"));

        assertThat(matches(QUOTED, offered)).containsExactlyInAnyOrderElementsOf(SampleTests.OFFERED);
    }

    @Test
    void everyTestClassHasANameTheBuildRuns() throws IOException {
        List<String> unseen = new ArrayList<>();
        for (Path file : files(".java")) {
            String name = file.getFileName().toString();
            if (!name.matches(".*(Tests|IT|Contract)\\.java")
                    && TEST_METHOD.matcher(Files.readString(file)).find()) {
                unseen.add(ROOT.relativize(file).toString());
            }
        }
        assertThat(unseen).isEmpty();
    }

    /** A method that stands alone is one of the class that was named last. */
    @Test
    void everyTestThatTheReliabilityPageNamesIsThere() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path file : files(".java")) {
            sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
        }
        List<String> named = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String row : Files.readAllLines(ROOT.resolve("docs").resolve("reliability.md"))) {
            String type = "";
            for (String quoted : matches(QUOTED, row)) {
                Matcher test = TEST.matcher(quoted);
                if (!test.matches() || (test.group(1) == null && type.isEmpty())) {
                    continue; // something else
                }
                type = test.group(1) == null ? type : test.group(1);
                named.add(quoted);
                String source = sources.getOrDefault(type, "");
                if (source.isEmpty() || (test.group(2) != null && !source.contains("void " + test.group(2) + "("))) {
                    missing.add(quoted);
                }
            }
            if (row.matches("\\| \\d+ \\|.*")) {
                assertThat(type).as(row).isNotEmpty();
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isNotEmpty();
    }

    /** By module, the packages of the map's table; a row without a module goes on with the one above. */
    private static Map<String, Set<String>> map() throws IOException {
        Map<String, Set<String>> map = new TreeMap<>();
        String module = "";
        for (String line : section("## The map").lines().toList()) {
            List<String> cells =
                    Arrays.stream(line.split("\\|")).map(String::strip).toList();
            if (cells.size() != 4
                    || cells.get(1).equals("module")
                    || cells.get(1).startsWith("-")) {
                continue;
            }
            module = matches(QUOTED, cells.get(1)).stream().findFirst().orElse(module);
            map.computeIfAbsent(module, key -> new TreeSet<>()).addAll(matches(QUOTED, cells.get(2)));
        }
        return map;
    }

    private static Set<String> packages(Path module) throws IOException {
        Path sources = module.resolve(Path.of("src", "main", "java", "io", "netbus"));
        Set<String> packages = new TreeSet<>();
        if (Files.isDirectory(sources)) {
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(file -> sources.relativize(file.getParent()).toString())
                        .forEach(folder -> packages.add(folder.replace('/', '.')));
            }
        }
        return packages;
    }

    private static boolean leadsSomewhere(Path page, String link) throws IOException {
        int hash = link.indexOf('#');
        String target = hash < 0 ? link : link.substring(0, hash);
        Path file = target.isEmpty() ? page : page.resolveSibling(target);
        if (!Files.exists(file)) {
            return false;
        }
        return hash < 0
                || matches(HEADING, Files.readString(file)).stream()
                        .map(RepositoryTests::anchor)
                        .anyMatch(link.substring(hash + 1)::equals);
    }

    /** As GitHub makes it of a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    private static String section(String heading) throws IOException {
        String page = Files.readString(ROOT.resolve("ARCHITECTURE.md"));
        int start = page.indexOf(heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        int end = page.indexOf("\n## ", start + 1);
        return page.substring(start, end < 0 ? page.length() : end);
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static List<Path> files(String... endings) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(Files::isRegularFile)
                    .filter(file ->
                            Arrays.stream(endings).anyMatch(file.getFileName().toString()::endsWith))
                    .filter(file -> ROOT.relativize(file).toString().matches("(?!.*\\btarget/|\\.git/|data/).*"))
                    .sorted()
                    .toList();
        }
    }
}

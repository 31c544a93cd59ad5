package io.netbus.redex;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The log made wrong in one way, by changes to its source, and the test that must find it out.
 *
 * @param name of the fault
 * @param fault what it does wrong
 * @param killer the test: {@code Class#method}
 * @param edits what is changed
 */
record Mutant(String name, String fault, String killer, List<Edit> edits) {

    private static final Path SOURCES = Path.of("src", "main", "java", "io", "netbus", "redex");

    /** A change to a class: what is there, spaces and line ends aside, exactly once, and what stands there instead. */
    private record Edit(String type, String original, String replacement) {}

    /** One without changes yet. */
    static Mutant of(String name, String fault, String killer) {
        return new Mutant(name, fault, killer, List.of());
    }

    /** The same with one more change. */
    Mutant in(String type, String original, String replacement) {
        List<Edit> more = new ArrayList<>(edits);
        more.add(new Edit(type, original, replacement));
        return new Mutant(name, fault, killer, List.copyOf(more));
    }

    /** Writes the classes it changes, and only these, below a directory. */
    void compile(Path directory) throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Edit edit : edits) {
            String before = sources.get(edit.type);
            sources.put(
                    edit.type,
                    apply(edit, before != null ? before : Files.readString(SOURCES.resolve(edit.type + ".java"))));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter report = new StringWriter();
        List<String> options = List.of(
                "--release", "17", "-proc:none", "-nowarn", "-d", directory.toString(), "-cp", SuiteProcess.CLASS_PATH);
        List<Source> units = sources.entrySet().stream()
                .map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        if (!compiler.getTask(report, null, null, options, null, units).call()) {
            throw new AssertionError("mutant does not compile: mutant=" + name + "\n" + report);
        }
    }

    private String apply(Edit edit, String source) {
        Matcher matcher = pattern(edit.original).matcher(source);
        long found = matcher.results().count();
        if (found != 1) {
            throw new AssertionError("mutant does not fit its source any more, adapt it in Mutants: mutant=" + name
                    + ", class=" + edit.type + ", expected=1, found=" + found + "\n" + edit.original);
        }
        return matcher.replaceFirst(Matcher.quoteReplacement(edit.replacement));
    }

    private static Pattern pattern(String snippet) {
        return Pattern.compile(
                Arrays.stream(snippet.strip().split("\\s+")).map(Pattern::quote).collect(Collectors.joining("\\s+")));
    }

    @Override
    public String toString() {
        return name;
    }

    /** A source in memory. */
    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        private Source(String type, String text) {
            super(URI.create("mutant:///io/netbus/redex/" + type + Kind.SOURCE.extension), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

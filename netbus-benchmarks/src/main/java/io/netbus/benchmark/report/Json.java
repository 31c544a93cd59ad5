package io.netbus.benchmark.report;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.ForkResult;
import io.netbus.benchmark.run.Result;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run as JSON: {@code run} says what was run where, {@code results} has an object per contestant and JDK. */
public final class Json {

    private static final String INDENT = "  ";
    private static final int DEPTH_ON_ONE_LINE = 4;
    private static final double DECIMALS = 1000;

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    /** The text, ending in a line break. */
    public static String of(RunInfo info, List<Result> results) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("run", run(info));
        all.put("results", results.stream().map(Json::result).toList());
        Json json = new Json();
        json.value(all, 0);
        return json.text.append('\n').toString();
    }

    private static Map<String, Object> run(RunInfo info) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("started", info.started());
        run.put("ended", info.ended());
        run.put("command", info.command());
        run.put("commit", info.commit());
        run.put("cpu", info.cpu());
        run.put("cores", info.cores());
        run.put("memoryBytes", info.memoryBytes());
        run.put("system", info.system());
        run.put("fileSystem", info.fileSystem());
        run.put("forks", info.forks());
        run.put("quick", info.quick());
        run.put("seed", info.seed());
        run.put("waitQuietSeconds", info.quietSeconds());
        run.put("failures", info.failures());
        return run;
    }

    private static Map<String, Object> result(Result result) {
        Contestant contestant = result.contestant();
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("row", result.row().id());
        entry.put("name", contestant.name());
        entry.put("parameters", contestant.parameters());
        entry.put("figure", result.figure());
        entry.put("note", contestant.note());
        entry.put("jdk", result.jdk());
        entry.put("flags", contestant.flags());
        entry.put("unit", result.row().unit());
        entry.put("median", result.median());
        entry.put("min", result.min());
        entry.put("max", result.max());
        entry.put("samples", result.samples());
        entry.put("roundTripNanos", result.roundTrip());
        entry.put("allocatedBytesPerOperation", result.allocated());
        entry.put("otherCpuShare", result.otherCpu());
        entry.put(
                "forks",
                result.forks().stream().map(fork -> fork(fork, result.figure())).toList());
        return entry;
    }

    private static Map<String, Object> fork(ForkResult fork, String figure) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("round", fork.round());
        entry.put("samples", fork.samples(figure));
        entry.put("roundTripNanos", fork.roundTrips());
        entry.put("allocatedBytesPerOperation", fork.allocated());
        entry.put("otherCpuShare", fork.otherCpu());
        return entry;
    }

    private void value(Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            open('{');
            String separator = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                text.append(separator);
                breakLine(depth + 1);
                string(String.valueOf(entry.getKey()));
                text.append(": ");
                value(entry.getValue(), depth + 1);
                separator = ",";
            }
            close('}', depth);
        } else if (value instanceof Collection<?> list) {
            open('[');
            String separator = "";
            for (Object element : list) {
                text.append(separator);
                if (!(element instanceof Number)) {
                    breakLine(depth + 1);
                } else if (!separator.isEmpty()) {
                    text.append(' ');
                }
                value(element, depth + 1);
                separator = ",";
            }
            if (list.isEmpty() || list.iterator().next() instanceof Number) {
                text.append(']');
            } else {
                close(']', depth);
            }
        } else if (value instanceof Double number) {
            text.append(number.isNaN() ? "null" : String.valueOf(Math.round(number * DECIMALS) / DECIMALS));
        } else if (value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            string(value.toString());
        }
    }

    private void open(char bracket) {
        text.append(bracket);
    }

    private void close(char bracket, int depth) {
        breakLine(depth);
        text.append(bracket);
    }

    private void breakLine(int depth) {
        if (depth >= DEPTH_ON_ONE_LINE + 1) {
            text.append(' ');
        } else {
            text.append('\n').append(INDENT.repeat(depth));
        }
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                default -> {
                    if (c < ' ') {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}

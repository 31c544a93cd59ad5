package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Filters against their definition, evaluated on trees that never were text. */
class FilterModelTests {

    /** Stands for a path that leads nowhere, which is not the same as to null. */
    private static final Object MISSING = new Object();

    private static final String[] KEYS = {"a", "b", "0", "1", "a.b", "", "é"};

    @Test
    void matchesWhatTheDefinitionMatches() {
        int matched = 0;
        int rounds = 60_000;
        for (long seed = 0; seed < rounds; seed++) {
            Random random = new Random(seed);
            Sample payload = payload(random, 3);
            Wanted wanted = wanted(random, 3, payload.value);
            boolean expected = wanted.test(payload.value);
            boolean actual = Filter.parse(wanted.json(random))
                    .matches(ByteBuffer.wrap(payload.json.getBytes(StandardCharsets.UTF_8)));
            assertThat(actual)
                    .as(() -> "filter=" + wanted.json(random) + " payload=" + payload.json)
                    .withFailMessage("seed=%d: expected %s", seed, expected)
                    .isEqualTo(expected);
            matched += actual ? 1 : 0;
        }
        assertThat(matched).as("a fair share of either answer").isBetween(rounds / 5, rounds * 4 / 5);
    }

    /** A value, and one of its many texts. */
    private record Sample(@Nullable Object value, String json) {}

    private sealed interface Wanted {
        boolean test(@Nullable Object payload);

        String json(Random random);
    }

    private record Equal(List<String> path, @Nullable Object value) implements Wanted {
        @Override
        public boolean test(@Nullable Object payload) {
            Object found = payload;
            for (String part : path) {
                found = step(found, part);
            }
            return found != MISSING && same(found, value);
        }

        @Override
        public String json(Random random) {
            boolean dotted = path.stream().noneMatch(part -> part.contains("."))
                    && !(path.size() == 1 && path.get(0).isEmpty());
            String text = dotted && random.nextBoolean()
                    ? quoted(String.join(".", path))
                    : path.stream().map(FilterModelTests::quoted).collect(Collectors.joining(",", "[", "]"));
            String both = random.nextBoolean()
                    ? "{\"path\":" + text + ",\"value\":" + write(value, random) + "}"
                    : "{\"value\":" + write(value, random) + ",\"path\":" + text + "}";
            return random.nextBoolean() ? both : "{\"$eq\":" + both + "}";
        }
    }

    private record Every(List<Wanted> parts) implements Wanted {
        @Override
        public boolean test(@Nullable Object payload) {
            return parts.stream().allMatch(part -> part.test(payload));
        }

        @Override
        public String json(Random random) {
            return parts.stream().map(part -> part.json(random)).collect(Collectors.joining(",", "{\"$and\":[", "]}"));
        }
    }

    private record Any(List<Wanted> parts) implements Wanted {
        @Override
        public boolean test(@Nullable Object payload) {
            return parts.stream().anyMatch(part -> part.test(payload));
        }

        @Override
        public String json(Random random) {
            return parts.stream().map(part -> part.json(random)).collect(Collectors.joining(",", "{\"$or\":[", "]}"));
        }
    }

    private record No(Wanted part) implements Wanted {
        @Override
        public boolean test(@Nullable Object payload) {
            return !part.test(payload);
        }

        @Override
        public String json(Random random) {
            return "{\"$not\":" + part.json(random) + "}";
        }
    }

    private static @Nullable Object step(@Nullable Object value, String part) {
        if (value instanceof Map<?, ?> map && map.containsKey(part)) {
            return map.get(part);
        }
        if (value instanceof List<?> list && part.matches("0|[1-9][0-9]*") && Integer.parseInt(part) < list.size()) {
            return list.get(Integer.parseInt(part));
        }
        return MISSING;
    }

    private static boolean same(@Nullable Object one, @Nullable Object two) {
        if (one instanceof BigDecimal first && two instanceof BigDecimal second) {
            return first.compareTo(second) == 0;
        }
        if (one instanceof List<?> first && two instanceof List<?> second) {
            boolean equal = first.size() == second.size();
            for (int i = 0; equal && i < first.size(); i++) {
                equal = same(first.get(i), second.get(i));
            }
            return equal;
        }
        if (one instanceof Map<?, ?> first && two instanceof Map<?, ?> second) {
            return first.keySet().equals(second.keySet())
                    && first.keySet().stream().allMatch(key -> same(first.get(key), second.get(key)));
        }
        return one == null ? two == null : one.equals(two);
    }

    private static Wanted wanted(Random random, int depth, @Nullable Object payload) {
        int shape = depth == 0 ? 0 : random.nextInt(6);
        return switch (shape) {
            case 1 -> new Every(several(random, depth, payload));
            case 2 -> new Any(several(random, depth, payload));
            case 3 -> new No(wanted(random, depth - 1, payload));
            default -> equal(random, payload);
        };
    }

    private static List<Wanted> several(Random random, int depth, @Nullable Object payload) {
        List<Wanted> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(wanted(random, depth - 1, payload));
        }
        return parts;
    }

    /** Walks into the payload, and mostly asks for what is there. */
    private static Equal equal(Random random, @Nullable Object payload) {
        List<String> path = new ArrayList<>();
        Object found = payload;
        while (random.nextInt(4) > 0) {
            String part = KEYS[random.nextInt(KEYS.length)];
            if (found instanceof Map<?, ?> map && !map.isEmpty() && random.nextInt(8) > 0) {
                part = (String) new ArrayList<>(map.keySet()).get(random.nextInt(map.size()));
            } else if (found instanceof List<?> list && !list.isEmpty() && random.nextInt(8) > 0) {
                part = Integer.toString(random.nextInt(list.size()));
            } else if (random.nextInt(4) > 0) {
                break;
            }
            path.add(part);
            found = step(found, part);
        }
        return new Equal(path, found == MISSING || random.nextInt(4) == 0 ? payload(random, 2).value : found);
    }

    private static Sample payload(Random random, int depth) {
        Object value = value(random, depth);
        return new Sample(value, write(value, random));
    }

    private static @Nullable Object value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 9)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2, 3 -> new BigDecimal(random.nextInt(5) - 2).scaleByPowerOfTen(random.nextInt(4) - 2);
            case 4 -> List.of("", "x", "é😀", "\"\\\n", "1").get(random.nextInt(5));
            case 5, 6 -> list(random, depth - 1);
            default -> map(random, depth - 1);
        };
    }

    private static List<@Nullable Object> list(Random random, int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(random, depth));
        }
        return list;
    }

    private static Map<String, @Nullable Object> map(Random random, int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(KEYS[random.nextInt(KEYS.length)], value(random, depth));
        }
        return map;
    }

    private static String write(@Nullable Object value, Random random) {
        String space = random.nextInt(4) == 0 ? " \n\t" : "";
        if (value instanceof BigDecimal number) {
            return space + number(number, random) + space;
        }
        if (value instanceof String text) {
            return space + quoted(text);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(element -> write(element, random)).collect(Collectors.joining(",", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            List<Map.Entry<?, ?>> members = new ArrayList<>(map.entrySet());
            Collections.shuffle(members, random);
            return members.stream()
                    .map(member -> quoted((String) member.getKey()) + ":" + write(member.getValue(), random))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        return value + space;
    }

    private static String number(BigDecimal number, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> number.toPlainString();
            case 1 -> number.setScale(5).toPlainString();
            case 2 -> number.unscaledValue() + "e" + -number.scale();
            default -> number.unscaledValue() + ".00E" + (number.scale() > 0 ? "" : "+") + -number.scale();
        };
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < 0x20 || c == '"' || c == '\\' || (c % 3 == 0 && !Character.isSurrogate((char) c))) {
                json.append(String.format("\\u%04x", c));
            } else {
                json.append((char) c);
            }
        });
        return json.append('"').toString();
    }
}

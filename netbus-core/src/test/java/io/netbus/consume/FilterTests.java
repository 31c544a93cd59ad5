package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.event.Event;
import io.netbus.event.EventView;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTests {

    private static final int HOSTILE_DEPTH = 100_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        {"path":"a","value":1}                       | {"a":1}                    | true
        {"value":1,"path":"a"}                       | {"a":1}                    | true
        {"path":"a","value":1}                       | {"a":2}                    | false
        {"path":"a","value":1}                       | {"b":1}                    | false
        {"path":"a","value":1}                       | 1                          | false
        {"path":"a.b","value":"x"}                   | {"a":{"b":"x"}}            | true
        {"path":"a.b","value":"x"}                   | {"a.b":"x"}                | false
        {"path":["a.b"],"value":"x"}                 | {"a.b":"x"}                | true
        {"path":["a.b","c"],"value":"x"}             | {"a.b":{"c":"x"}}          | true
        {"path":"","value":7}                        | 7                          | true
        {"path":[],"value":[]}                       | []                         | true
        {"path":[""],"value":1}                      | {"":1}                     | true
        {"path":"a..b","value":1}                    | {"a":{"":{"b":1}}}         | true
        {"path":".a","value":1}                      | {"":{"a":1}}               | true
        {"path":"a.","value":1}                      | {"a":{"":1}}               | true
        {"path":"a.1","value":"y"}                   | {"a":["x","y"]}            | true
        {"path":"a.1","value":"y"}                   | {"a":{"1":"y"}}            | true
        {"path":"a.01","value":"y"}                  | {"a":["x","y"]}            | false
        {"path":"a.01","value":"y"}                  | {"a":{"01":"y"}}           | true
        {"path":"a.-1","value":"y"}                  | {"a":["x","y"]}            | false
        {"path":"a.2","value":null}                  | {"a":["x","y"]}            | false
        {"path":"a.99999999999","value":1}           | {"a":[1]}                  | false
        {"path":"a.0.0","value":1}                   | {"a":[[1]]}                | true
        {"path":"a","value":null}                    | {"a":null}                 | true
        {"path":"a","value":null}                    | {}                         | false
        {"path":"a","value":true}                    | {"a":true}                 | true
        {"path":"a","value":true}                    | {"a":false}                | false
        {"path":"a","value":false}                   | {"a":null}                 | false
        {"path":"a","value":"1"}                     | {"a":1}                    | false
        {"path":"a","value":1}                       | {"a":"1"}                  | false
        {"path":"a","value":"true"}                  | {"a":true}                 | false
        {"path":"a","value":{}}                      | {"a":{}}                   | true
        {"path":"a","value":{}}                      | {"a":[]}                   | false
        {"path":"a","value":{}}                      | {"a":{"b":1}}              | false
        {"path":"a","value":[]}                      | {"a":[1]}                  | false
        {"path":"","value":{"x":1,"y":[2,3]}}        | {"y":[2,3],"x":1.0}        | true
        {"path":"","value":{"x":1,"y":[2,3]}}        | {"y":[3,2],"x":1}          | false
        {"path":"","value":{"x":1,"y":[2,3]}}        | {"y":[2,3],"x":1,"z":0}    | false
        {"path":"","value":{"x":1,"y":[2,3]}}        | {"y":[2,3]}                | false
        {"path":"","value":{"0":1}}                  | [1]                        | false
        {"path":"","value":[1]}                      | {"0":1}                    | false
        {"path":"a","value":"\\u00e9\\ud83d\\ude00"} | {"a":"é😀"}                | true
        {"path":"é","value":"\\n"}                   | {"\\u00e9":"\\u000a"}      | true
        {"path":"a","value":"é"}                     | {"a":"e\\u0301"}           | false
        {"$eq":{"path":"a","value":1}}               | {"a":1}                    | true
        {"$not":{"path":"a","value":1}}              | {"a":1}                    | false
        {"$not":{"path":"a","value":1}}              | {}                         | true
        {"$and":[{"path":"a","value":1},{"path":"b","value":2}]} | {"b":2,"a":1}  | true
        {"$and":[{"path":"a","value":1},{"path":"b","value":2}]} | {"b":3,"a":1}  | false
        {"$or":[{"path":"a","value":1},{"path":"b","value":2}]}  | {"b":2}        | true
        {"$or":[{"path":"a","value":1},{"path":"b","value":2}]}  | {"c":2}        | false
        {"$or":[{"path":"a","value":{"x":1}},{"path":"a","value":{"y":1}}]} | {"a":{"y":1}} | true
        {"$or":[{"path":"a","value":{"x":1}},{"path":"a","value":{"y":1}}]} | {"a":{"x":1,"y":1}} | false
        {"$and":[{"path":"a","value":{"x":1}},{"path":"a.x","value":1}]}    | {"a":{"x":1}} | true
        """)
    void matchesAsItsGrammarSays(String filter, String payload, boolean expected) {
        assertThat(matches(filter, payload)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1,1.0,true",
        "1,1e0,true",
        "1,10e-1,true",
        "100,1E+2,true",
        "0,-0.0,true",
        "0,0e999999999,true",
        "-1,1,false",
        "1.5,1.50,true",
        "1.5,15e-1,true",
        "1,1.0000000000000000000000000000001,false",
        "9007199254740993,9007199254740992,false",
        "1e999999999,1e999999999,true",
        "1e999999999,10e999999998,true",
        "1e999999999,1e999999998,false",
        "1e99999999999999999999999,10e99999999999999999999998,true",
        "1e-99999999999999999999999,0.1e-99999999999999999999998,true",
        "1e99999999999999999999999,1e99999999999999999999998,false",
        "1e9999999999999999999999,2,false"
    })
    void numbersAreEqualByTheirExactValue(String wanted, String found, boolean expected) {
        assertThat(matches("{\"path\":\"n\",\"value\":" + wanted + "}", "{\"n\":" + found + "}"))
                .isEqualTo(expected);
        assertThat(matches("{\"path\":\"n\",\"value\":" + found + "}", "{\"n\":" + wanted + "}"))
                .isEqualTo(expected);
        assertThat(matches("{\"path\":\"\",\"value\":[" + wanted + "]}", "[" + found + "]"))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "{",
                "{\"a\":1",
                "{\"a\":1}}",
                "{\"a\":1} {\"a\":1}",
                "{\"a\":1}x",
                "{\"a\":1,}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "{\"a\":1}//",
                "[\"\u0001\"]",
                "[1 2]",
                "\ufeff{\"a\":1}"
            })
    void aPayloadThatIsNotJsonMatchesNoFilter(String payload) {
        assertThat(matches("{\"path\":\"a\",\"value\":1}", payload)).isFalse();
        assertThat(matches("{\"$not\":{\"path\":\"a\",\"value\":1}}", payload)).isFalse();
    }

    @Test
    void payloadsInOtherCharsetsMatchNoFilter() {
        Filter filter = Filter.parse("{\"path\":\"a\",\"value\":1}");
        for (Charset charset : new Charset[] {
            StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16, Charset.forName("UTF-32")
        }) {
            assertThat(filter.matches(ByteBuffer.wrap("{\"a\":1}".getBytes(charset))))
                    .as(charset.name())
                    .isFalse();
        }
        assertThat(matches("{\"$not\":{\"path\":\"a\",\"value\":1}}", new byte[] {'"', (byte) 0xC3, '"'}))
                .isFalse();
        assertThat(matches("{\"$not\":{\"path\":\"a\",\"value\":1}}", new byte[] {'"', (byte) 0xFF, '"'}))
                .isFalse();
    }

    @Test
    void theLastOfEqualKeysCounts() {
        assertThat(matches("{\"path\":\"a\",\"value\":2}", "{\"a\":1,\"a\":2}")).isTrue();
        assertThat(matches("{\"path\":\"a\",\"value\":1}", "{\"a\":1,\"a\":2}")).isFalse();
        assertThat(matches("{\"path\":\"a.b\",\"value\":1}", "{\"a\":{\"b\":1},\"a\":{}}"))
                .isFalse();
        assertThat(matches("{\"path\":\"a.b.c\",\"value\":1}", "{\"a\":{\"b\":{\"c\":1}},\"a\":{\"b\":[]}}"))
                .isFalse();
        assertThat(matches("{\"path\":\"a.b\",\"value\":1}", "{\"a\":[],\"a\":{\"b\":1}}"))
                .isTrue();
        assertThat(matches("{\"path\":\"\",\"value\":{\"a\":2}}", "{\"a\":1,\"a\":2}"))
                .isTrue();
        assertThat(matches("{\"path\":\"a\",\"value\":{\"b\":1}}", "{\"a\":{\"x\":0},\"a\":{\"b\":1}}"))
                .isTrue();
    }

    @Test
    void nothingIsCarriedOverFromOnePayloadToTheNext() {
        FilterScan scan = Filter.parse("{\"path\":\"a.b\",\"value\":1}").scan();
        assertThat(scan.matches(utf8("{\"a\":{\"b\":1}}"))).isTrue();
        assertThat(scan.matches(utf8("{}"))).isFalse();
        assertThat(scan.matches(utf8("{\"a\":{}}"))).isFalse();
        assertThat(scan.matches(utf8("{\"a\":{\"b\":1"))).isFalse();
        assertThat(scan.matches(utf8("{\"a\":[]}"))).isFalse();
        assertThat(scan.matches(utf8("{\"a\":{\"b\":1}}"))).isTrue();
    }

    @Test
    void anyKindOfBufferIsReadFromPositionToLimitAndLeftAsItWas() {
        Filter filter = Filter.parse("{\"path\":\"a\",\"value\":1}");
        byte[] json = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        ByteBuffer heap = ByteBuffer.allocate(json.length + 10);
        ByteBuffer direct = ByteBuffer.allocateDirect(json.length + 10);
        for (ByteBuffer whole : new ByteBuffer[] {heap, direct}) {
            whole.put(0, "xxx".getBytes(StandardCharsets.UTF_8));
            whole.put(3, json);
            whole.put(3 + json.length, "zzzzzzz".getBytes(StandardCharsets.UTF_8));
            ByteBuffer part = whole.position(2).slice().position(1).limit(1 + json.length);
            for (ByteBuffer payload : new ByteBuffer[] {part, part.asReadOnlyBuffer()}) {
                assertThat(filter.matches(payload)).isTrue();
                assertThat(payload.position()).isEqualTo(1);
                assertThat(payload.limit()).isEqualTo(1 + json.length);
            }
        }
        Event event = Event.builder(json).key("k").header("h", "v").build();
        byte[] encoded = new byte[event.encodedBytes()];
        event.copyTo(encoded, 0);
        assertThat(filter.matches(new EventView().wrap(ByteBuffer.wrap(encoded))))
                .isTrue();
        assertThat(filter.matches(event.payload())).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        nonsense                                     | 1 | 1  | not JSON
        {"path":"a","value":                         | 1 | 21 | not JSON
        {"path":"a","value":1                        | 1 | 22 | not JSON
        {"path":"a" "value":1}                       | 1 | 13 | not JSON
        {"path":"a","value":1}}                      | 1 | 23 | not JSON
        {"path":"a","value":1} 2                     | 1 | 24 | goes on behind its end
        []                                           | 1 | 1  | not a filter
        "a"                                          | 1 | 1  | not a filter
        {}                                           | 1 | 1  | has no keys
        {"path":"a"}                                 | 1 | 1  | no "value"
        {"value":1}                                  | 1 | 1  | no "path"
        {"path":1,"value":1}                         | 1 | 9  | a string or an array
        {"path":null,"value":1}                      | 1 | 9  | a string or an array
        {"path":["a",1],"value":1}                   | 1 | 14 | parts are strings
        {"path":"a","value":1,"op":"x"}              | 1 | 23 | unexpected key: key="op"
        {"Path":"a","value":1}                       | 1 | 2  | unexpected key: key="Path"
        {"$gt":{"path":"a","value":1}}               | 1 | 2  | unexpected key: key="$gt"
        {"$and":[]}                                  | 1 | 9  | $and is empty
        {"$or":[]}                                   | 1 | 8  | $or is empty
        {"$and":{}}                                  | 1 | 9  | $and takes an array
        {"$or":1}                                    | 1 | 8  | $or takes an array
        {"$not":[]}                                  | 1 | 9  | not a filter
        {"$not":{}}                                  | 1 | 9  | has no keys
        {"$eq":[]}                                   | 1 | 8  | $eq takes
        {"$eq":{"path":"a"}}                         | 1 | 8  | no "value"
        {"$eq":{"$eq":{"path":"a","value":1}}}       | 1 | 9  | unexpected key: key="$eq"
        {"$and":[{"path":"a","value":1}],"$or":[]}   | 1 | 34 | unexpected key: key="$or"
        {"path":"a","value":1,"$not":{}}             | 1 | 23 | unexpected key: key="$not"
        {"path":"a","path":"b","value":1}            | 1 | 13 | a key twice: key="path"
        {"path":"a","value":{"x":1,"x":1}}           | 1 | 28 | a key twice: key="x"
        {"$and":[{"path":"a","value":1},7]}          | 1 | 33 | not a filter
        """)
    void aTextThatIsNoFilterIsRefusedWithItsPlace(String json, int line, int column, String message) {
        assertRefused(json, line, column, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        {"a":1                  | 1 | 7  | filter is not JSON, it ends too early: line=1, column=7
        {"a"                    | 1 | 5  | filter is not JSON, it ends too early: line=1, column=5
        {"a":1,                 | 1 | 8  | filter is not JSON, it ends too early: line=1, column=8
        [1                      | 1 | 3  | filter is not JSON, it ends too early: line=1, column=3
        "ab                     | 1 | 4  | filter is not JSON, it ends too early: line=1, column=4
        "a\\u12                  | 1 | 7  | filter is not JSON, it ends too early: line=1, column=7
        [1}                     | 1 | 3  | filter is not JSON, near "}": line=1, column=3
        }                       | 1 | 1  | filter is not JSON, near "}": line=1, column=1
        {'a':1}                 | 1 | 2  | filter is not JSON, which takes double quotes, near "'a':1}": line=1, column=2
        {a:1}                   | 1 | 2  | filter is not JSON, near "a:1}": line=1, column=2
        {"a" "b":1}             | 1 | 6  | filter is not JSON, near ""b":1}": line=1, column=6
        {"a":1,}                | 1 | 8  | filter is not JSON, near "}": line=1, column=8
        [1,]                    | 1 | 4  | filter is not JSON, near "]": line=1, column=4
        [1 2]                   | 1 | 4  | filter is not JSON, near "2]": line=1, column=4
        [01]                    | 1 | 3  | filter is not JSON, near "1]": line=1, column=3
        [-]                     | 1 | 3  | filter is not JSON, near "]": line=1, column=3
        [1.]                    | 1 | 3  | filter is not JSON, near ".]": line=1, column=3
        [1e]                    | 1 | 3  | filter is not JSON, near "e]": line=1, column=3
        [+1]                    | 1 | 3  | filter is not JSON, near "1]": line=1, column=3
        [.5]                    | 1 | 2  | filter is not JSON, near ".5]": line=1, column=2
        [NaN]                   | 1 | 5  | filter is not JSON, near "]": line=1, column=5
        [Infinity]              | 1 | 10 | filter is not JSON, near "]": line=1, column=10
        [-Infinity]             | 1 | 11 | filter is not JSON, near "]": line=1, column=11
        [tru]                   | 1 | 2  | filter is not JSON, near "tru]": line=1, column=2
        //comment               | 1 | 1  | filter is not JSON, near "//comment": line=1, column=1
        # 0123456789abcdef      | 1 | 1  | filter is not JSON, near "# 0123456789": line=1, column=1
        "a\\x"                   | 1 | 4  | filter is not JSON, near "x"": line=1, column=4
        """)
    void whatIsNotJsonIsSaidInWordsOfOurOwn(String json, int line, int column, String message) {
        assertRefused(json, line, column, message);
    }

    @Test
    void noCutAndNoReplacedCharacterBringsTheParsersWordsOut() {
        String filter = "{\"$and\":[{\"path\":[\"a\"],\"value\":-1.5e3},{\"path\":\"b\",\"value\":{\"c\":[true]}}]}";
        for (int i = 0; i < filter.length(); i++) {
            assertOwnWords(filter.substring(0, i));
            for (String other : List.of("'", "}", "]", "+", ".", "\0", "\n", "N", "/", "\\", "\uD83D")) {
                assertOwnWords(filter.substring(0, i) + other + filter.substring(i + 1));
            }
        }
    }

    private static void assertOwnWords(String json) {
        try {
            Filter.parse(json);
        } catch (InvalidFilterException e) {
            assertThat(e.getMessage())
                    .as(json)
                    .endsWith(": line=" + e.line() + ", column=" + e.column())
                    .doesNotContain("Source", "Feature", "Jackson", "`", "start marker", "end-of-input")
                    .hasSizeLessThan(200);
        }
    }

    @Test
    void thePlaceOfAnErrorNamesItsLine() {
        assertRefused("{\n  \"$and\": [\n    {\"path\": \"a\"}\n  ]\n}", 3, 5, "no \"value\"");
        assertRefused("", 1, 1, "empty");
        assertRefused("\n\n", 1, 1, "empty");
    }

    @Test
    void hostileFiltersAreRefusedWithAShortMessage() {
        assertRefused("x".repeat(1 << 20), 1, 1, "chars=1048576, max=65536");
        assertRefused("x".repeat(60_000), 1, 1, "not JSON");
        assertRefused("{\"" + "k".repeat(60_000) + "\":1}", 1, 2, "unexpected key: key=\"kkkk");
        assertRefused("{\"\\u0000\\n" + "k".repeat(50) + "\":1}", 1, 2, "unexpected key: key=\"??kkkk");
        assertThatThrownBy(() -> Filter.parse("{\"$not\":".repeat(5_000) + "1" + "}".repeat(5_000)))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessageContaining("nests too deep");
        assertThatThrownBy(() -> Filter.parse("{\"path\":\"a\",\"value\":" + "[".repeat(50_000)))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessageContaining("nests too deep");
        assertThatThrownBy(() -> Filter.parse("{\"path\":\"a\",\"value\":" + "9".repeat(1_001) + "}"))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessageContaining("number too long");
        assertRefused("{\"path\":\"" + ".".repeat(Filter.MAX_DEPTH) + "\",\"value\":1}", 1, 9, "parts=129, max=128");
    }

    @Test
    void theDeepestFilterIsEvaluated() {
        int nots = Filter.MAX_DEPTH - 1;
        String json = "{\"$not\":".repeat(nots) + "{\"path\":\"a\",\"value\":1}" + "}".repeat(nots);
        assertThat(matches(json, "{\"a\":1}")).isEqualTo(nots % 2 == 0);
        assertThat(matches(json, "{\"a\":2}")).isEqualTo(nots % 2 != 0);

        String path = "a.".repeat(Filter.MAX_DEPTH - 1) + "a";
        int arrays = Filter.MAX_DEPTH - 1;
        String value = "[".repeat(arrays) + "]".repeat(arrays);
        String payload = "{\"a\":".repeat(Filter.MAX_DEPTH) + value + "}".repeat(Filter.MAX_DEPTH);
        assertThat(matches("{\"path\":\"" + path + "\",\"value\":" + value + "}", payload))
                .isTrue();
    }

    @Test
    void hostilePayloadsNeitherMatchNorHarm() {
        String filter = "{\"$not\":{\"path\":\"a\",\"value\":[[1]]}}";
        assertThat(matches(filter, "[".repeat(HOSTILE_DEPTH))).isFalse();
        assertThat(matches(filter, "[".repeat(HOSTILE_DEPTH) + "]".repeat(HOSTILE_DEPTH)))
                .isFalse();
        assertThat(matches(filter, "{\"a\":".repeat(HOSTILE_DEPTH) + "1" + "}".repeat(HOSTILE_DEPTH)))
                .isFalse();
        assertThat(matches(filter, "[" + "9".repeat(1_000_000) + "]")).isFalse();
        assertThat(matches(filter, "[1e" + "9".repeat(1_000_000) + "]")).isFalse();
        assertThat(matches(filter, "{\"" + "k".repeat(1_000_000) + "\":1}")).isTrue();
        assertThat(matches(filter, "{\"b\":\"" + "v".repeat(1_000_000) + "\"}")).isTrue();
        assertThat(matches(filter, "{\"a\":[[1],[1]]}")).isTrue();
        assertThat(matches(filter, "{" + "\"a\":[[1]],".repeat(100_000) + "\"a\":[[1]]}"))
                .isFalse();
        StringBuilder names = new StringBuilder("{");
        for (int i = 0; i < 200_000; i++) {
            names.append("\"name").append(i).append("\":0,");
        }
        assertThat(matches(filter, names.append("\"z\":0}").toString())).isTrue();
        assertThat(matches(filter, "[" + "0,".repeat(500_000) + "0]")).isTrue();
    }

    @Test
    void randomBytesNeverThrow() {
        FilterScan scan = Filter.parse("{\"$not\":{\"path\":\"a.0\",\"value\":{\"b\":[1,null,\"é\"]}}}")
                .scan();
        byte[] json = "{\"a\":[{\"b\":[1.5e3,null,\"\\u00e9\",true]}],\"é\":-0}".getBytes(StandardCharsets.UTF_8);
        assertThat(scan.matches(ByteBuffer.wrap(json))).isTrue();
        for (long seed = 0; seed < 100_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = json.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                scan.matches(ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1)));
            } catch (Throwable e) {
                throw new AssertionError("seed=" + seed, e);
            }
        }
    }

    @Test
    void textIsItsSource() {
        String json = "{ \"path\" : \"a\", \"value\" : 1.0 }";
        assertThat(Filter.parse(json)).hasToString(json).isEqualTo(Filter.parse(json));
        assertThat(Filter.parse(json)).hasSameHashCodeAs(Filter.parse(json));
    }

    private static void assertRefused(String json, int line, int column, String message) {
        assertThatThrownBy(() -> Filter.parse(json))
                .isInstanceOfSatisfying(InvalidFilterException.class, thrown -> {
                    assertThat(thrown.getMessage())
                            .contains(message, "line=" + line + ", column=" + column)
                            .hasSizeLessThan(300);
                    assertThat(thrown.line()).isEqualTo(line);
                    assertThat(thrown.column()).isEqualTo(column);
                })
                .hasNoCause();
    }

    private static boolean matches(String filter, String payload) {
        return matches(filter, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean matches(String filter, byte[] payload) {
        return Filter.parse(filter).matches(ByteBuffer.wrap(payload));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}

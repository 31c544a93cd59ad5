package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventCheckTests {

    @Test
    void aBoundThatIsPassedIsNamed() {
        assertThat(faultOf("[".repeat(201) + "]".repeat(201)))
                .isEqualTo("not well-formed JSON: Document nesting depth (201) exceeds the maximum allowed (200)");
        assertThat(faultOf("1".repeat(1001))).contains("Number", "1001", "1000").doesNotContain("`");
    }

    @Test
    void aFaultDoesNotTellOfTheParser() {
        for (String payload : List.of(
                "[1",
                "[1}",
                "{'a':1",
                "{'a'",
                "[+1]",
                "[NaN]",
                "[-Infinity]",
                "//c",
                "[/*c*/1]",
                "#",
                "[tru]",
                "[1,]")) {
            assertThat(String.valueOf(new EventCheck().payload(bytes(payload)).fault()))
                    .startsWith("not well-formed JSON: ")
                    .doesNotContain("Source", "Feature", "`", "enable");
        }
    }

    @Test
    void theRepositoryIsTheKeyAndWithoutOneTheIssue() {
        assertThat(keyOf("{'issue':{'id':7},'repository':{'full_name':'octo/one'}}"))
                .isEqualTo("octo/one");
        assertThat(keyOf("{'repository':{'full_name':'octo/one'},'issue':{'id':7}}"))
                .isEqualTo("octo/one");
        assertThat(keyOf("{'issue':{'id':7}}")).isEqualTo("issue/7");
        assertThat(keyOf("{'issue':{'title':'a','id':-9223372036854775808,'user':{'id':1}}}"))
                .isEqualTo("issue/-9223372036854775808");
        for (String repository : List.of("null", "{}", "'octo/one'", "{'full_name':''}", "{'full_name':1}")) {
            assertThat(keyOf("{'repository':" + repository + ",'issue':{'id':7}}"))
                    .as(repository)
                    .isEqualTo("issue/7");
        }
        assertThat(keyOf("{'issue':{'id':1,'id':2},'issue':{'id':3,'id':4}}")).isEqualTo("issue/4");
    }

    @Test
    void anEventWithoutRepositoryAndIssueHasNoKey() {
        for (String payload : List.of(
                "{}",
                "{'issue':7}",
                "{'issue':{}}",
                "{'issue':{'id':'7'}}",
                "{'issue':{'id':7.0}}",
                "{'issue':{'id':9223372036854775808}}",
                "{'issue':{'id':7},'issue':null}",
                "{'issue':{'user':{'id':7}}}")) {
            assertThat(keyOf(payload)).as(payload).isNull();
        }
    }

    @Test
    void whatIsMissingIsNotCalledWrong() {
        assertThat(eventFaultOf("{'payload':{}}")).isEqualTo("\"event\" is missing");
        assertThat(eventFaultOf("{'event':7,'payload':{}}")).isEqualTo("\"event\" is not a string");
        assertThat(eventFaultOf("{'event':null,'payload':{}}")).isEqualTo("\"event\" is not a string");
        assertThat(eventFaultOf("{'event':'ping'}")).isEqualTo("\"payload\" is missing");
        assertThat(eventFaultOf("{'event':'ping','payload':[]}")).isEqualTo("\"payload\" is not an object");
        assertThat(eventFaultOf("{'event':'ping','payload':{},'payload':1}")).isEqualTo("\"payload\" is not an object");
        assertThat(eventFaultOf("{'event':1,'event':'ping','payload':{}}")).isEqualTo("null");
    }

    private static @Nullable String keyOf(String payload) {
        String asPayload = check("{'event':'issues','payload':" + payload + "}").key();
        assertThat(new EventCheck().payload(bytes(payload)).key()).isEqualTo(asPayload);
        return asPayload;
    }

    private static String eventFaultOf(String event) {
        return String.valueOf(check(event).fault());
    }

    private static EventCheck.Result check(String event) {
        byte[] bytes = bytes(event);
        return new EventCheck().event(bytes, 0, bytes.length);
    }

    /** JSON in which quotes are easier to write. */
    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String faultOf(String payload) {
        return String.valueOf(new EventCheck()
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .fault());
    }
}

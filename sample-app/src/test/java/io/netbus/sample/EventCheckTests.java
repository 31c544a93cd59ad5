package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventCheckTests {

    @Test
    void aBoundThatIsPassedIsNamed() {
        assertThat(faultOf("[".repeat(201) + "]".repeat(201)))
                .isEqualTo("not well-formed JSON: Document nesting depth (201) exceeds the maximum allowed (200)");
        assertThat(faultOf("1".repeat(1001))).contains("Number", "1001", "1000").doesNotContain("`");
    }

    private static String faultOf(String payload) {
        return String.valueOf(new EventCheck()
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .fault());
    }
}

package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.bus.EventBus;
import io.netbus.event.IngestResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class NdjsonUploadTests {

    private static final String BODY = """
            {"event":"a","payload":{}}
            {"event":"b","payload":{"repository":{"full_name":"o/r"}}}
            """.repeat(2);

    @Test
    void aFullShardIsTriedAgainUntilItHasRoom() throws IOException {
        NdjsonUpload upload = upload(
                Duration.ofSeconds(60),
                IngestResult.FULL,
                IngestResult.TIMED_OUT,
                IngestResult.ACCEPTED,
                IngestResult.ACCEPTED,
                IngestResult.FULL,
                IngestResult.ACCEPTED,
                IngestResult.ACCEPTED);
        upload.run();
        assertThat(upload.report()).isEqualTo(new NdjsonUpload.Report(4, 4, 0, List.of()));
    }

    @Test
    void aBusThatTakesNothingStopsTheUpload() {
        NdjsonUpload upload = upload(Duration.ofMillis(20), IngestResult.ACCEPTED, IngestResult.FULL);
        assertThatThrownBy(upload::run).isInstanceOfSatisfying(DeskProblem.class, problem -> {
            assertThat(problem.getStatusCode().value()).isEqualTo(503);
            assertThat(problem.getHeaders().getFirst("Retry-After")).isEqualTo("5");
            assertThat(problem.getBody().getDetail()).contains("stopped at line 2");
        });
        assertThat(upload.report()).isEqualTo(new NdjsonUpload.Report(2, 1, 1, List.of()));
    }

    @Test
    void aShardThatFailedCostsItsOwnLinesOnly() throws IOException {
        NdjsonUpload upload = upload(
                Duration.ofSeconds(60),
                IngestResult.ACCEPTED,
                IngestResult.UNAVAILABLE,
                IngestResult.ACCEPTED,
                IngestResult.TOO_LARGE);
        upload.run();
        assertThat(upload.report())
                .isEqualTo(new NdjsonUpload.Report(
                        4, 2, 1, List.of(new NdjsonUpload.MalformedLine(4, "too large: more than 1000 bytes"))));
    }

    /** An upload into a bus that answers like this, the last answer for ever. */
    private static NdjsonUpload upload(Duration stallLimit, IngestResult... answers) {
        Deque<IngestResult> left = new ArrayDeque<>(Arrays.asList(answers));
        EventBus bus = (EventBus) Proxy.newProxyInstance(
                EventBus.class.getClassLoader(), new Class<?>[] {EventBus.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("ingest")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return left.size() > 1 ? left.removeFirst() : left.getFirst();
                });
        return new NdjsonUpload(bus, new ByteArrayInputStream(DeskClient.utf8(BODY)), 1000, stallLimit);
    }
}

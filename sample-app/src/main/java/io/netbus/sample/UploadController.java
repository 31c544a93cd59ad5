package io.netbus.sample;

import io.netbus.bus.EventBus;
import io.netbus.bus.FlushResult;
import io.netbus.consume.Cursor;
import io.netbus.cortex.Cortex;
import io.netbus.event.Durability;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Takes events in bulk: newline-delimited JSON, streamed, of any size. */
@RestController
final class UploadController {

    private static final Logger LOG = LoggerFactory.getLogger(UploadController.class);

    static final String NDJSON = "application/x-ndjson";

    private static final String TIMED_OUT = "timed out"; // as a flush's pending lines end

    private final EventBus bus;
    private final DeskProperties desk;
    private final Cortex cortex;
    private final RequestMemory memory;
    private final Semaphore places;

    UploadController(EventBus bus, DeskProperties desk, Cortex cortex, RequestMemory memory) {
        this.bus = bus;
        this.desk = desk;
        this.cortex = cortex;
        this.memory = memory;
        this.places = new Semaphore(desk.maxUploads());
    }

    @PostMapping(path = "/events", consumes = NDJSON)
    NdjsonUpload.Report upload(
            HttpServletRequest request,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type,
            @RequestHeader(name = HttpHeaders.CONTENT_ENCODING, required = false) @Nullable String encoding,
            @RequestParam(required = false) @Nullable String ack)
            throws IOException {
        requirePlainUtf8(type, encoding);
        Parameters.requireOnly(request, "ack");
        if (ack != null && !ack.equals("fsynced")) {
            throw DeskProblem.badParameter("ack", ack, "fsynced, or left out");
        }
        if (!places.tryAcquire()) {
            UnreadBodyValve.leaveUnread(request);
            throw DeskProblem.unavailable("Too many uploads at once: desk.max-uploads=" + desk.maxUploads()
                    + ". Nothing of this one was taken; send it again later.");
        }
        try {
            return take(request, ack != null);
        } finally {
            places.release();
        }
    }

    private NdjsonUpload.Report take(HttpServletRequest request, boolean acknowledged) throws IOException {
        NdjsonUpload upload = new NdjsonUpload(
                bus, request.getInputStream(), desk.maxEventBytes(), desk.uploadStallLimit(), memory.incoming());
        try (upload) {
            upload.run();
            if (acknowledged) {
                awaitOnDiskAndInTasks();
            }
        } catch (DeskProblem problem) {
            throw withReport(problem, upload.report());
        } catch (IOException e) {
            // Tomcat has refused the request already, with the status that fits; this is what it does not know.
            request.setAttribute(ErrorsController.PROBLEM, withReport(brokenOff(e, upload), upload.report()));
            throw e;
        }
        return upload.report();
    }

    /** Returns when everything accepted so far is forced to the disk, and seen by whoever asks for events or tasks. */
    private void awaitOnDiskAndInTasks() {
        long deadline = System.nanoTime() + desk.ackTimeout().toNanos();
        FlushResult flushed = bus.flush(Durability.FSYNCED, desk.ackTimeout());
        if (!flushed.complete()) {
            LOG.warn("not everything is on the disk: {}", flushed.pending());
            throw DeskProblem.unavailable(whyNotOnDisk(flushed.pending()));
        }
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        if (!isInTasks(flushed.reached(), left)) {
            throw DeskProblem.unavailable("Everything accepted is on the disk, but not yet in the tasks.");
        }
    }

    /** Names the shards; the reasons themselves may name classes and files, which are the log's alone. */
    private String whyNotOnDisk(List<String> pending) {
        if (pending.stream().allMatch(shard -> shard.endsWith(": " + TIMED_OUT))) {
            return "Not everything accepted is on the disk within "
                    + desk.ackTimeout().toMillis() / 1000.0 + " s.";
        }
        String shards = pending.stream()
                .map(shard -> shard.split(":", 2)[0] + (shard.endsWith(": " + TIMED_OUT) ? " timed out" : " failed"))
                .collect(Collectors.joining(", "));
        return "The disk does not take everything accepted: " + shards + ". The desk's log says why.";
    }

    private boolean isInTasks(Cursor reached, Duration timeout) {
        try {
            return cortex.bridge(IssuesBridge.NAME).orElseThrow().await(reached, timeout);
        } catch (RuntimeException e) {
            LOG.error("tasks do not follow", e);
            return false;
        }
    }

    private static void requirePlainUtf8(MediaType type, @Nullable String encoding) {
        boolean isUtf8 = type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8);
        boolean isPlain = encoding == null || encoding.equalsIgnoreCase("identity");
        if (!isUtf8 || !isPlain) {
            throw DeskProblem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be UTF-8 and not compressed.");
        }
    }

    private static DeskProblem brokenOff(IOException e, NdjsonUpload upload) {
        String what = e.getCause() instanceof SocketTimeoutException
                ? "The body did not go on for too long"
                : "The body breaks off, or its chunks are not well-formed";
        return DeskProblem.of(
                HttpStatus.BAD_REQUEST,
                what + ", behind line " + upload.linesRead() + ". The lines accepted before stay accepted.");
    }

    private static DeskProblem withReport(DeskProblem problem, NdjsonUpload.Report report) {
        return problem.with("offered", report.offered())
                .with("accepted", report.accepted())
                .with("refused", report.refused())
                .with("malformed", report.malformed());
    }
}

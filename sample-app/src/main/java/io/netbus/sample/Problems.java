package io.netbus.sample;

import io.netbus.adapter.AdapterException;
import io.netbus.consume.InvalidCursorException;
import io.netbus.consume.InvalidFilterException;
import io.netbus.cortex.fold.FoldException;
import io.netbus.redex.RedexException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Answers what goes wrong with problem details (RFC 9457): what, and what to do; never where in the code. */
@RestControllerAdvice
final class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler({InvalidCursorException.class, InvalidFilterException.class})
    @Nullable
    ResponseEntity<Object> badInput(IllegalArgumentException e, WebRequest request) {
        return answer(DeskProblem.of(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())), request);
    }

    @ExceptionHandler(InvalidParameterException.class)
    @Nullable
    ResponseEntity<Object> badQuery(WebRequest request) {
        return answer(DeskProblem.of(HttpStatus.BAD_REQUEST, "The query string is not well-formed."), request);
    }

    /** A body that cannot be read on, for which Tomcat has set the status already, or a client that is gone. */
    @ExceptionHandler(IOException.class)
    void brokenConnection(IOException e) {
        LOG.debug("connection broke: {}", e.toString());
    }

    /** The disk, a log or a model fails; the application's own log says how. */
    @ExceptionHandler({AdapterException.class, RedexException.class, FoldException.class, TimeoutException.class})
    @Nullable
    ResponseEntity<Object> unavailable(Exception e, WebRequest request) {
        LOG.error("storage does not answer", e);
        return answer(
                DeskProblem.unavailable(
                        "The desk cannot read or write its log now; whether this was stored is unknown."),
                request);
    }

    @ExceptionHandler(Exception.class)
    @Nullable
    ResponseEntity<Object> unexpected(Exception e, WebRequest request) {
        LOG.error("request failed", e);
        return answer(DeskProblem.of(HttpStatus.INTERNAL_SERVER_ERROR, "The desk failed; its log says why."), request);
    }

    /** Whatever the client accepts: an answer that cannot be given in its format is still to be understood. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }

    private @Nullable ResponseEntity<Object> answer(DeskProblem problem, WebRequest request) {
        return handleErrorResponseException(problem, problem.getHeaders(), problem.getStatusCode(), request);
    }
}

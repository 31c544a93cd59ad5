package io.netbus.sample;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A request the desk does not serve, as the problem detail it is answered with. */
final class DeskProblem extends ErrorResponseException {

    private static final long serialVersionUID = 1L;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int MAX_ECHO = 40;

    private DeskProblem(HttpStatus status, String detail, @Nullable Throwable cause) {
        super(status, ProblemDetail.forStatusAndDetail(status, detail), cause);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(RETRY_AFTER.toSeconds()));
        }
    }

    static DeskProblem of(HttpStatus status, String detail) {
        return new DeskProblem(status, detail, null);
    }

    /** Names the parameter, what was given, and what would do. */
    static DeskProblem badParameter(String name, String value, String allowed) {
        return of(HttpStatus.BAD_REQUEST, name + " must be " + allowed + ": " + name + "=" + echo(value));
    }

    /** What is refused now and may be taken later. */
    static DeskProblem unavailable(String detail) {
        return of(HttpStatus.SERVICE_UNAVAILABLE, detail);
    }

    static DeskProblem unavailable(String detail, Throwable cause) {
        return new DeskProblem(HttpStatus.SERVICE_UNAVAILABLE, detail, cause);
    }

    /** Adds a member to the problem. */
    DeskProblem with(String name, Object value) {
        getBody().setProperty(name, value);
        return this;
    }

    /** What of the input an answer repeats. */
    static String echo(String value) {
        String start = value.length() <= MAX_ECHO ? value : value.substring(0, MAX_ECHO) + "…";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}

package io.netbus.sample;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/** Answers with a problem detail what was refused before a controller saw it. */
@RestController
final class ErrorsController implements ErrorController {

    /** A request's attribute: a {@link DeskProblem} whose detail and members belong to the answer. */
    static final String PROBLEM = ErrorsController.class.getName() + ".problem";

    @RequestMapping("/error")
    ResponseEntity<ProblemDetail> error(HttpServletRequest request) {
        ProblemDetail problem = ProblemDetail.forStatus(statusOf(request));
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String uri) {
            problem.setInstance(
                    UriComponentsBuilder.fromPath(uri).build().encode().toUri());
        }
        boolean isThrown = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) != null;
        if (!isThrown
                && request.getAttribute(RequestDispatcher.ERROR_MESSAGE) instanceof String message
                && StringUtils.hasText(message)) {
            problem.setDetail(message);
        }
        if (request.getAttribute(PROBLEM) instanceof DeskProblem known) {
            problem.setDetail(known.getBody().getDetail());
            problem.setProperties(known.getBody().getProperties());
        }
        return ResponseEntity.status(problem.getStatus())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }

    /** Asked for directly, there is no error to tell of. */
    private static HttpStatus statusOf(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : HttpStatus.NOT_FOUND;
        return status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status;
    }
}

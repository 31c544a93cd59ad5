package io.netbus.sample;

import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Answers with a problem detail what Tomcat cannot even hand to the application, such as a header that is too large. */
public final class ProblemReportValve extends ErrorReportValve {

    /** Has Tomcat use it, by its class's name. */
    @Component
    static final class Customizer implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

        @Override
        public void customize(ConfigurableTomcatWebServerFactory factory) {
            factory.addContextCustomizers(context ->
                    ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemReportValve.class.getName()));
        }
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        AtomicBoolean isWritable = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, isWritable);
        if (isWritable.get()) {
            try {
                write(response);
            } catch (IOException | IllegalStateException e) {
                getContainer().getLogger().debug("client is gone: " + e);
            }
        }
    }

    private static void write(Response response) throws IOException {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        String title = status == null ? "Error" : status.getReasonPhrase();
        SecurityHeadersFilter.HEADERS.forEach(response::setHeader);
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        Writer out = response.getReporter();
        if (out != null) {
            out.write("{\"title\":\"" + title + "\",\"status\":" + response.getStatus()
                    + ",\"detail\":\"The request cannot be read.\"}");
            response.finishResponse();
        }
    }
}

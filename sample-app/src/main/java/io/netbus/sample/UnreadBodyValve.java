package io.netbus.sample;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Lets go of a sender whose body nobody wants. Tomcat reads the rest of any body after the answer, as long as it lasts, and
 * so a slow sender would keep the thread that it was refused for. Here it is read for {@link #LINGER}, in which a
 * sender that is fast enough sees the answer; then the connection is closed.
 */
final class UnreadBodyValve extends ValveBase {

    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final String UNREAD = UnreadBodyValve.class.getName() + ".unread";

    private UnreadBodyValve() {
        super(true);
    }

    /** Has Tomcat use it. */
    @Component
    static final class Customizer implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

        @Override
        public void customize(ConfigurableTomcatWebServerFactory factory) {
            factory.addEngineValves(new UnreadBodyValve());
        }
    }

    /** Marks a request as one whose answer does not wait for the end of its body. */
    static void leaveUnread(HttpServletRequest request) {
        request.setAttribute(UNREAD, true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        if (request.getAttribute(UNREAD) == null) {
            return;
        }
        response.finishResponse();
        try {
            if (readToEnd(request.getCoyoteRequest())) {
                return;
            }
        } catch (IOException | IllegalStateException e) {
            getContainer().getLogger().debug("client is gone: " + e);
        }
        response.getCoyoteResponse().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
    }

    /**
     * Returns whether the end was reached in time. Reads below the request's stream, which whoever handled the request
     * may have closed.
     */
    private static boolean readToEnd(org.apache.coyote.Request body) throws IOException {
        Discard discard = new Discard();
        long start = System.nanoTime();
        while (System.nanoTime() - start < LINGER.toNanos()) {
            if (body.doRead(discard) < 0) {
                return true;
            }
        }
        return false;
    }

    /** Holds what was read last, for nobody. */
    private static final class Discard implements ApplicationBufferHandler {

        private ByteBuffer bytes = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            bytes = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return bytes;
        }

        @Override
        public void expand(int size) {
            // it is never filled, only replaced
        }
    }
}

package io.netbus.sample;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The desk would be reachable from other machines without knowing who sends it webhooks. */
final class UnprotectedDeskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String property;

    private UnprotectedDeskException(String property, String message) {
        super(message);
        this.property = property;
    }

    /** @param address null is every address of this machine */
    static UnprotectedDeskException of(String property, @Nullable InetAddress address) {
        return new UnprotectedDeskException(
                property,
                "The desk would listen beyond this machine without a webhook secret: " + property + "="
                        + (address == null ? "every address" : address.getHostAddress())
                        + ", desk.webhook-secret is not set. Anyone who can reach it could send it events.");
    }

    /** The property that opens the desk. */
    String property() {
        return property;
    }
}

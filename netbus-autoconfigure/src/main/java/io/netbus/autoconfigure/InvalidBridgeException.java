package io.netbus.autoconfigure;

/** A bridge cannot be connected; says which and why. */
final class InvalidBridgeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String bridge;
    private final String type;
    private final String channel;

    InvalidBridgeException(String bridge, Class<?> type, String channel, RuntimeException cause) {
        super(
                "bridge cannot be connected: bridge=" + bridge + ", type=" + type.getName() + ", channel=" + channel
                        + ", cause=" + cause.getMessage(),
                cause);
        this.bridge = bridge;
        this.type = type.getName();
        this.channel = channel;
    }

    String bridge() {
        return bridge;
    }

    String type() {
        return type;
    }

    String channel() {
        return channel;
    }
}

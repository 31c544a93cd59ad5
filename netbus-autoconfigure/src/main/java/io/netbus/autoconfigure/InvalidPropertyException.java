package io.netbus.autoconfigure;

/** A setting has a value that cannot work; says which, why, and what to do. */
final class InvalidPropertyException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String property;
    private final String value;
    private final String reason;
    private final String action;

    InvalidPropertyException(String property, Object value, String reason, String action) {
        super("invalid setting: " + property + "=" + value + ", reason=" + reason + " (" + action + ")");
        this.property = property;
        this.value = value.toString();
        this.reason = reason;
        this.action = action;
    }

    String property() {
        return property;
    }

    String value() {
        return value;
    }

    String reason() {
        return reason;
    }

    String action() {
        return action;
    }
}

package io.netbus.cortex.envelope;

/** An envelope is of a format this version does not read, most likely a newer one's. A retry cannot help. */
public final class UnknownFormatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private UnknownFormatException(String message) {
        super(message);
    }

    static UnknownFormatException of(int format, int known) {
        return new UnknownFormatException("envelope is of an unknown format: format=" + format + ", known=" + known
                + "; a newer version of netbus may have written it");
    }
}

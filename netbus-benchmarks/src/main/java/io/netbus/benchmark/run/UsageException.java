package io.netbus.benchmark.run;

/** The command line, or the machine it is used on, does not allow what was asked for. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}

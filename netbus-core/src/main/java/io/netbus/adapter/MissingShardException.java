package io.netbus.adapter;

/** A channel lacks a shard that it was made with; nothing was changed. A retry helps once the shard is back. */
public final class MissingShardException extends AdapterException {

    private static final long serialVersionUID = 1L;

    public MissingShardException(String message) {
        super(message, null);
    }
}

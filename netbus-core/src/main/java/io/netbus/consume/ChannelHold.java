package io.netbus.consume;

import io.netbus.adapter.ShardStream;
import io.netbus.adapter.StreamHold;

/** A hold on each of a channel's streams. */
final class ChannelHold implements SourceHold {

    private final ShardStream[] streams;
    private final StreamHold[] holds; // by rank, as streams

    private ChannelHold(ShardStream[] streams, StreamHold[] holds) {
        this.streams = streams;
        this.holds = holds;
    }

    /** @param next by rank, the first sequence needed; 0 needs what is there */
    static ChannelHold take(ShardStream[] streams, String owner, long[] next) {
        StreamHold[] holds = new StreamHold[streams.length];
        int taken = 0;
        try {
            for (; taken < streams.length; taken++) {
                long from = next[taken] == 0 ? streams[taken].firstSequence() : next[taken];
                holds[taken] = streams[taken].hold(owner, from);
            }
            return new ChannelHold(streams, holds);
        } finally {
            if (taken < streams.length) {
                for (int i = 0; i < taken; i++) {
                    holds[i].close();
                }
            }
        }
    }

    @Override
    public void moveTo(Cursor place) {
        for (int i = 0; i < streams.length; i++) {
            holds[i].moveTo(place.next(streams[i].shard()));
        }
    }

    @Override
    public void close() {
        for (StreamHold hold : holds) {
            hold.close();
        }
    }
}

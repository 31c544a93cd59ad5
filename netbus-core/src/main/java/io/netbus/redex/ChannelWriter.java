package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes frames by a system call each. */
final class ChannelWriter extends SegmentWriter {

    ChannelWriter(SegmentFile file) {
        super(file);
    }

    @Override
    long makeRoom(long upTo) {
        return Long.MAX_VALUE;
    }

    @Override
    void write(byte[] frame, int length, long offset) throws IOException {
        file.write(ByteBuffer.wrap(frame, 0, length), offset);
    }

    @Override
    public int read(ByteBuffer bytes, long offset) throws IOException {
        return file.read(bytes, offset);
    }

    @Override
    void writeTip(SegmentTip tip) throws IOException {
        file.write(TipLayout.encode(tip), SegmentLayout.tipOffset(tip.generation()));
    }

    @Override
    void force(long upTo) throws IOException {
        file.force();
    }
}

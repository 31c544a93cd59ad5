package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import org.jspecify.annotations.Nullable;

/** A mapping by the JDK. */
final class FileMapping implements Mapping {

    /*
     * The JDK unmaps a buffer when the collector finds it unreachable, which may be never; until then the file's
     * blocks are kept although it is deleted. The one supported way to unmap at a given moment, on every release from
     * 9 on and without a warning, is invokeCleaner. It reads and writes no memory. Where it is missing, unmapping is
     * left to the collector.
     * Source: Lucene's MMapDirectory did the same before it could use memory segments.
     */
    private static final @Nullable MethodHandle UNMAP = findUnmap();

    private final MappedByteBuffer mapped;
    private final ByteBuffer bytes;
    private boolean closed;

    FileMapping(MappedByteBuffer mapped) {
        this.mapped = mapped;
        this.bytes = mapped.order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    @Override
    public void force() throws IOException {
        try {
            mapped.force();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        MethodHandle unmap = UNMAP;
        if (unmap != null) {
            try {
                unmap.invokeExact((ByteBuffer) mapped);
            } catch (Throwable e) {
                System.getLogger(FileMapping.class.getName())
                        .log(Level.WARNING, "file stays mapped until the collector finds it", e);
            }
        }
    }

    private static @Nullable MethodHandle findUnmap() {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }
}

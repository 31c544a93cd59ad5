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
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/** A mapping by the JDK. */
final class FileMapping implements Mapping {

    /*
     * The JDK unmaps a plain mapped buffer when the collector finds it unreachable, which may be never; until then the
     * file's blocks are kept although it is deleted. From release 22 on an arena unmaps at a given moment; it is asked
     * for by name, since this is compiled for 17. Before, invokeCleaner does it, which reads and writes no memory; later
     * releases warn of it, but they have arenas.
     */
    private static final Mapper MAPPER = mapper();

    private final MappedByteBuffer mapped;
    private final AutoCloseable unmap;
    private boolean closed;

    /** Maps a channel's first bytes. */
    @FunctionalInterface
    private interface Mapper {
        FileMapping map(FileChannel channel, MapMode mode, long bytes) throws Throwable;
    }

    private FileMapping(MappedByteBuffer mapped, AutoCloseable unmap) {
        this.mapped = mapped;
        this.unmap = unmap;
        mapped.order(ByteOrder.LITTLE_ENDIAN);
    }

    static FileMapping of(FileChannel channel, MapMode mode, long bytes) throws IOException {
        try {
            return MAPPER.map(channel, mode, bytes);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("file could not be mapped", e);
        }
    }

    @Override
    public ByteBuffer bytes() {
        return mapped;
    }

    @Override
    public void force(int from, int upTo) throws IOException {
        try {
            mapped.force(from, upTo - from);
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
        try {
            unmap.close();
        } catch (Exception e) {
            System.getLogger(FileMapping.class.getName())
                    .log(Level.WARNING, "file stays mapped until the collector finds it", e);
        }
    }

    private static Mapper mapper() {
        try {
            return Runtime.version().feature() >= 22 ? byArena() : byCleaner();
        } catch (ReflectiveOperationException | RuntimeException e) {
            return (channel, mode, bytes) -> new FileMapping(channel.map(mode, 0, bytes), () -> {});
        }
    }

    private static Mapper byArena() throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        MethodHandle newArena = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena));
        MethodHandle map = lookup.findVirtual(
                FileChannel.class, "map", MethodType.methodType(segment, MapMode.class, long.class, long.class, arena));
        MethodHandle asByteBuffer =
                lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
        return (channel, mode, bytes) -> {
            AutoCloseable shared = (AutoCloseable) newArena.invoke();
            try {
                Object mapped = map.invoke(channel, mode, 0L, bytes, shared);
                return new FileMapping((MappedByteBuffer) asByteBuffer.invoke(mapped), shared);
            } catch (Throwable e) {
                shared.close();
                throw e;
            }
        };
    }

    private static Mapper byCleaner() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        MethodHandle clean = MethodHandles.lookup()
                .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                .bindTo(instance.get(null));
        return (channel, mode, bytes) -> {
            MappedByteBuffer mapped = channel.map(mode, 0, bytes);
            return new FileMapping(mapped, () -> {
                try {
                    clean.invoke((ByteBuffer) mapped);
                } catch (RuntimeException | Error e) {
                    throw e;
                } catch (Throwable e) {
                    throw new IllegalStateException(e);
                }
            });
        };
    }
}

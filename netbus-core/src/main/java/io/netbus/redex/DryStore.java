package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files that can be changed without a trace: what is written stays in memory. <b>Threads:</b> one at a time.
 */
final class DryStore implements SegmentStore {

    /*
     * Of a file that exists, what is written over it is kept, and read again; that is some pages. Of a file that is made,
     * only the size is kept, since it may be as large as a log, and whoever makes one does not read it.
     */
    private final SegmentStore store;
    private final Map<Path, Node> nodes = new HashMap<>(); // what differs from the store
    private final Set<Path> gone = new HashSet<>(); // of the store, deleted or moved

    /** A file as it would be. */
    private static final class Node {

        private final @Nullable Path original; // null if it was made
        private final TreeMap<Long, byte[]> written = new TreeMap<>(); // by offset; later ones lie over earlier ones
        private final List<Long> order = new ArrayList<>();
        private long size;

        private Node(@Nullable Path original, long size) {
            this.original = original;
            this.size = size;
        }
    }

    DryStore(SegmentStore store) {
        this.store = store;
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public List<Path> list(Path directory) throws IOException {
        List<Path> paths = new ArrayList<>(store.list(directory));
        paths.removeAll(gone);
        for (Path path : nodes.keySet()) {
            if (directory.equals(path.getParent()) && !paths.contains(path)) {
                paths.add(path);
            }
        }
        return paths.stream().sorted().toList();
    }

    @Override
    public SegmentFile create(Path file) throws IOException {
        if (exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Node node = new Node(null, 0);
        nodes.put(file, node);
        return new DryFile(node);
    }

    @Override
    public SegmentFile openForWriting(Path file) throws IOException {
        return new DryFile(node(file));
    }

    @Override
    public SegmentFile openForReading(Path file) throws IOException {
        return nodes.containsKey(file) || gone.contains(file) ? new DryFile(node(file)) : store.openForReading(file);
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        Node node = node(from);
        delete(from);
        nodes.put(to, node);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (!exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        nodes.remove(file);
        gone.add(file);
    }

    @Override
    public void forceDirectory(Path directory) {}

    @Override
    public long usableBytes(Path directory) throws IOException {
        return store.usableBytes(directory);
    }

    private boolean exists(Path file) throws IOException {
        Path parent = file.getParent();
        return nodes.containsKey(file)
                || (!gone.contains(file) && parent != null && store.list(parent).contains(file));
    }

    private Node node(Path file) throws IOException {
        Node there = nodes.get(file);
        if (there != null) {
            return there;
        }
        if (gone.contains(file)) {
            throw new NoSuchFileException(file.toString());
        }
        try (SegmentFile original = store.openForReading(file)) {
            Node node = new Node(file, original.size());
            nodes.put(file, node);
            return node;
        }
    }

    private final class DryFile implements SegmentFile {

        private final Node node;

        private DryFile(Node node) {
            this.node = node;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) {
            node.size = Math.max(node.size, offset + bytes.remaining());
            if (node.original != null) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                node.written.put(offset, copy);
                node.order.remove(offset);
                node.order.add(offset);
            }
            bytes.position(bytes.limit());
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            Path original = node.original;
            if (original == null) {
                throw new IOException("what a dry run writes into a new file is not kept");
            }
            int start = bytes.position();
            int wanted = (int) Math.max(0, Math.min(bytes.remaining(), node.size - offset));
            byte[] read = new byte[wanted]; // zeros behind the end of the original
            try (SegmentFile file = store.openForReading(original)) {
                file.read(ByteBuffer.wrap(read), offset);
            }
            for (long at : node.order) {
                byte[] over = node.written.getOrDefault(at, new byte[0]);
                for (int i = 0; i < over.length; i++) {
                    long index = at + i - offset;
                    if (index >= 0 && index < wanted) {
                        read[(int) index] = over[i];
                    }
                }
            }
            bytes.put(read);
            return bytes.position() - start;
        }

        @Override
        public void force() {}

        @Override
        public long size() {
            return node.size;
        }

        @Override
        public void resize(long bytes) {
            node.size = bytes;
        }

        @Override
        public Mapping map(int bytes) throws IOException {
            throw new IOException("a dry run maps no files");
        }

        @Override
        public void close() {}
    }
}

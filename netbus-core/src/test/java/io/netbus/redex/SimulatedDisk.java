package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories below a root, as processes see them and as they are on disk. Knows no faults and no threads.
 */
final class SimulatedDisk {

    /*
     * Each change of a directory (an entry set, an entry removed, or both at one stroke for a rename) is durable once
     * the directory is forced; a power cut keeps any subset of the others. They are numbered, and a change never undoes
     * the outcome of a later one on the same name. A rename into another directory is two changes, and the old entry
     * goes only after the new one is durable: a file may be found under both names, never under none.
     *
     * Forcing a file does not make its name durable, nor does forcing a directory its own.
     */
    sealed interface Node permits Directory, SimulatedInode {}

    /** The latest durable change of a name; no node if it was removed. */
    private record Entry(long serial, @Nullable Node node) {}

    /** Sets a name to a node, takes a node's name away, or both. */
    private static final class Change {

        private final long serial;
        private final Directory directory;
        private final @Nullable String set;
        private final @Nullable String removed;
        private final Node node;
        private final @Nullable Change after;

        private boolean durable;

        private Change(
                long serial,
                Directory directory,
                @Nullable String set,
                @Nullable String removed,
                Node node,
                @Nullable Change after) {
            this.serial = serial;
            this.directory = directory;
            this.set = set;
            this.removed = removed;
            this.node = node;
            this.after = after;
        }

        private void apply(Map<String, Entry> entries) {
            if (set != null && isLater(entries.get(set))) {
                entries.put(set, new Entry(serial, node));
            }
            if (removed != null) {
                Entry entry = entries.get(removed);
                if (entry != null && entry.node() == node && isLater(entry)) {
                    entries.put(removed, new Entry(serial, null));
                }
            }
        }

        private boolean isLater(@Nullable Entry entry) {
            return entry == null || entry.serial() < serial;
        }
    }

    /** A directory. */
    static final class Directory implements Node {

        private final TreeMap<String, Node> entries = new TreeMap<>();
        private final Map<String, Entry> durable = new HashMap<>();
        private final List<Change> pending = new ArrayList<>();
    }

    final SimulatedSpace space = new SimulatedSpace();
    private final Path root;
    private final Directory top = new Directory();
    private final List<Directory> directories = new ArrayList<>(); // all there ever were
    private final Set<SimulatedInode> mapped = new LinkedHashSet<>(); // also files that have no name any more
    private long serial;

    /** A disk that has all directories down to that one, and nothing in it. */
    SimulatedDisk(Path root) {
        this.root = key(root);
        directories.add(top);
    }

    static Path key(Path path) {
        return path.toAbsolutePath().normalize();
    }

    // --- what a process does

    /** What is at a path; null if nothing is. */
    @Nullable
    Node find(Path path) {
        Path key = key(path);
        if (root.startsWith(key)) {
            return top; // what is above the root is never looked at
        }
        if (!key.startsWith(root)) {
            throw new IllegalArgumentException("path is not on this disk: path=" + key + ", root=" + root);
        }
        Node node = top;
        for (Path name : root.relativize(key)) {
            node = node instanceof Directory directory ? directory.entries.get(name.toString()) : null;
        }
        return node;
    }

    boolean isDirectory(Path path) {
        return find(path) instanceof Directory;
    }

    Directory directory(Path path) throws IOException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof Directory directory) {
            return directory;
        }
        throw new NotDirectoryException(path.toString());
    }

    SimulatedInode file(Path path) throws IOException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof SimulatedInode file) {
            return file;
        }
        throw new IOException("is a directory: path=" + path);
    }

    List<Path> list(Path path) throws IOException {
        if (find(path) == null) {
            return List.of();
        }
        return directory(path).entries.keySet().stream().map(path::resolve).toList();
    }

    void makeDirectory(Path path) throws IOException {
        Directory made = new Directory();
        directories.add(made);
        add(path, made);
    }

    SimulatedInode create(Path path) throws IOException {
        SimulatedInode made = new SimulatedInode(key(path).getFileName().toString(), space);
        add(path, made);
        return made;
    }

    void rename(Path from, Path to) throws IOException {
        SimulatedInode moved = file(from);
        Directory source = parent(from);
        Directory target = parent(to);
        String oldName = name(from);
        String newName = name(to);
        if (find(to) != null) {
            SimulatedInode replaced = file(to);
            if (replaced == moved) {
                return;
            }
            replaced.unlink();
        }
        source.entries.remove(oldName);
        target.entries.put(newName, moved);
        if (source == target) {
            source.pending.add(new Change(++serial, source, newName, oldName, moved, null));
        } else {
            Change set = new Change(++serial, target, newName, null, moved, null);
            target.pending.add(set);
            source.pending.add(new Change(++serial, source, null, oldName, moved, set));
        }
    }

    void delete(Path path) throws IOException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof Directory directory && !directory.entries.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        if (node instanceof SimulatedInode file) {
            file.unlink();
        }
        Directory parent = parent(path);
        parent.entries.remove(name(path));
        parent.pending.add(new Change(++serial, parent, null, name(path), node, null));
    }

    void forceDirectory(Path path) throws IOException {
        Directory directory = directory(path);
        for (Change change : directory.pending) {
            if (change.after != null) {
                makeDurable(change.after);
            }
            makeDurable(change);
        }
        directory.pending.clear();
    }

    /** Finds what was stored through mappings. */
    void look() {
        for (SimulatedInode file : mapped) {
            file.look();
        }
    }

    /** A file's first bytes as memory, until it is unmapped as often. */
    ByteBuffer map(SimulatedInode file, int bytes, int capacity) {
        ByteBuffer memory = file.mapped(bytes, capacity);
        mapped.add(file);
        return memory;
    }

    void unmap(SimulatedInode file) {
        if (file.unmap()) {
            mapped.remove(file);
        }
    }

    /** Takes the memory of all mappings away, with what was stored there since the last look. */
    void unmapAll() {
        mapped.forEach(SimulatedInode::forgetImage);
        mapped.clear();
    }

    /** All files that have a name. */
    List<SimulatedInode> files() {
        List<SimulatedInode> files = new ArrayList<>();
        for (Directory directory : directories) {
            for (Node node : directory.entries.values()) {
                if (node instanceof SimulatedInode file) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    /** Path and content of each file, by path. */
    Map<Path, byte[]> contents() {
        Map<Path, byte[]> contents = new TreeMap<>();
        collect(root, top, contents);
        return contents;
    }

    private static void collect(Path path, Directory directory, Map<Path, byte[]> contents) {
        directory.entries.forEach((name, node) -> {
            if (node instanceof Directory inner) {
                collect(path.resolve(name), inner, contents);
            } else if (node instanceof SimulatedInode file) {
                contents.put(path.resolve(name), file.content());
            }
        });
    }

    private void add(Path path, Node node) throws IOException {
        if (find(path) != null) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Directory parent = parent(path);
        parent.entries.put(name(path), node);
        parent.pending.add(new Change(++serial, parent, name(path), null, node, null));
    }

    private Directory parent(Path path) throws IOException {
        Path parent = key(path).getParent();
        if (parent == null) {
            throw new IllegalArgumentException("path has no parent: path=" + path);
        }
        return directory(parent);
    }

    private static String name(Path path) {
        return key(path).getFileName().toString();
    }

    private static void makeDurable(Change change) {
        change.apply(change.directory.durable);
        change.durable = true;
    }

    // --- what a crash leaves

    /** As the next process finds it on the running kernel. */
    SimulatedDisk copy() {
        return new Copying().disk();
    }

    /** As it is found after a power cut. */
    SimulatedDisk afterPowerCut(SimulatedFate fate) {
        List<Change> changes = new ArrayList<>();
        for (Directory directory : directories) {
            changes.addAll(directory.pending);
        }
        changes.sort(Comparator.comparingLong(change -> change.serial));
        Map<Directory, Map<String, Entry>> found = new HashMap<>();
        for (Directory directory : directories) {
            found.put(directory, new HashMap<>(directory.durable));
        }
        Set<Change> kept = new HashSet<>();
        for (Change change : changes) {
            boolean feasible = change.after == null || change.after.durable || kept.contains(change.after);
            if (!change.durable && fate.keepsEntry() && feasible) {
                change.apply(entriesOf(change.directory, found));
                kept.add(change);
            }
        }
        SimulatedDisk disk = new SimulatedDisk(root);
        disk.serial = serial;
        fill(disk.top, top, disk, found, new HashMap<>(), fate);
        return disk;
    }

    private static void fill(
            Directory made,
            Directory from,
            SimulatedDisk disk,
            Map<Directory, Map<String, Entry>> found,
            Map<SimulatedInode, SimulatedInode> files,
            SimulatedFate fate) {
        new TreeMap<>(entriesOf(from, found)).forEach((name, entry) -> {
            Node node = null;
            if (entry.node() instanceof SimulatedInode file) {
                node = files.computeIfAbsent(file, it -> it.afterPowerCut(fate, disk.space));
            } else if (entry.node() instanceof Directory inner) {
                Directory copy = new Directory();
                disk.directories.add(copy);
                fill(copy, inner, disk, found, files, fate);
                node = copy;
            }
            if (node != null) {
                made.entries.put(name, node);
                made.durable.put(name, new Entry(entry.serial(), node));
            }
        });
    }

    private static Map<String, Entry> entriesOf(Directory directory, Map<Directory, Map<String, Entry>> found) {
        return found.computeIfAbsent(directory, it -> new HashMap<>());
    }

    /** One deep copy. */
    private final class Copying {

        private final SimulatedDisk disk = new SimulatedDisk(root);
        private final Map<Directory, Directory> copies = new HashMap<>();
        private final Map<SimulatedInode, SimulatedInode> files = new HashMap<>();
        private final Map<Change, Change> changes = new HashMap<>();

        private SimulatedDisk disk() {
            disk.serial = serial;
            copies.put(top, disk.top);
            for (Directory directory : directories.subList(1, directories.size())) {
                Directory copy = new Directory();
                copies.put(directory, copy);
                disk.directories.add(copy);
            }
            copies.forEach((directory, copy) -> {
                directory.entries.forEach((name, node) -> copy.entries.put(name, of(node)));
                directory.durable.forEach((name, entry) -> copy.durable.put(
                        name, new Entry(entry.serial(), entry.node() == null ? null : of(entry.node()))));
                directory.pending.forEach(change -> copy.pending.add(of(change)));
            });
            return disk;
        }

        private Node of(Node node) {
            if (node instanceof SimulatedInode file) {
                return files.computeIfAbsent(file, it -> it.copy(disk.space));
            }
            return copyOf((Directory) node);
        }

        private Change of(Change change) {
            Change known = changes.get(change);
            if (known == null) {
                Change after = change.after == null ? null : of(change.after);
                known = new Change(
                        change.serial, copyOf(change.directory), change.set, change.removed, of(change.node), after);
                known.durable = change.durable;
                changes.put(change, known);
            }
            return known;
        }

        private Directory copyOf(Directory directory) {
            return copies.computeIfAbsent(directory, it -> new Directory());
        }
    }
}

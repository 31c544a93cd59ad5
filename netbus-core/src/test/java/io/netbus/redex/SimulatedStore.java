package io.netbus.redex;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file system in memory that loses in a power cut what a real one may lose, and fails where a test says so. All
 * chance comes from its seed: the same calls in the same order find the same disk.
 * <p>
 * One instance is one process on one kernel. It ends when a crash point is reached or an image is asked for; from then
 * on every call of its files and mappings throws, and any number of images, each a store of its own, can be taken:
 * {@link #kill()}, {@link #crash}, {@link #unplugged()}, {@link #everything()}. An image is healthy and unlimited,
 * whatever its origin was told to do.
 * <p>
 * Paths are only names here. Owners and permissions are not modelled.
 * <p>
 * <b>Threads:</b> any; calls take turns. <b>Source:</b> the permuted persistence of ALICE and the failed forces of
 * Rebello et al., "Can Applications Recover from fsync Failures?"
 */
final class SimulatedStore implements SegmentStore {

    /*
     * What is modelled, and where it is harsher than the file systems it stands for:
     *
     * - Between forces any dirty sector of 512 bytes, any prefix of a file's changes of size and any change of a
     *   directory may be on disk or not, each for itself. Journals order some of these. A sector is never mixed.
     * - Now and then a call also writes back a few sectors of some file, so that a sector's intermediate version can be
     *   what is on disk.
     * - A failed force marks the sectors that it did not write clean. What becomes of their content: see
     *   AfterFailedForce. Changes of a directory whose force failed stay to be forced: real file systems abort their
     *   journal there and write nothing any more.
     * - Space is counted in sectors. Storing through a mapping where the file has none takes one silently, as a page
     *   fault does; if none is left a real process would be killed, which is noted as a violation.
     *
     * A crash point is a number of changing calls: the process dies at the first call behind it, of whatever kind.
     * Stores through mappings are no calls, so those up to that call have happened. The process also dies inside a
     * call, which may then have happened in part; and inside a copy into mapped memory, see torn().
     */

    /** What can be asked of a store, a file or a mapping. */
    enum Call {
        WRITE,
        FORCE,
        RESIZE,
        MAP,
        CREATE,
        RENAME,
        DELETE,
        MAKE_DIRECTORY,
        FORCE_DIRECTORY,
        OPEN,
        READ,
        SIZE,
        LIST,
        SPACE;

        static final Set<Call> CHANGING = EnumSet.range(WRITE, FORCE_DIRECTORY);

        boolean isChanging() {
            return CHANGING.contains(this);
        }
    }

    /** What processes see of the sectors that a failed force did not write. They are marked clean in any case. */
    enum AfterFailedForce {
        /** The new content, also after the process was killed, until a power cut. */
        KEEPS,
        /** The content that is on disk, at once. */
        REVERTS,
        /** The new content, until the process ends. */
        LOSES_LATER
    }

    /** Sees each call before it happens, without a lock: may wait, or take an image. */
    @FunctionalInterface
    interface Observer {
        void before(Call call, Path path);
    }

    /** The process does not live any more. */
    static final class ProcessDiedException extends IOException {

        private static final long serialVersionUID = 1L;

        private ProcessDiedException() {
            super("the simulated process died");
        }
    }

    private static final int MAP_CAPACITY_BYTES = 256 * 1024;
    private static final double WRITE_BACK_SHARE = 0.1;
    private static final double TORN_ASCENDING_SHARE = 0.5;

    /** A call that was made. */
    private record Made(long number, String thread, Call call, Path path, String detail) {

        @Override
        public String toString() {
            return "#" + number + " " + thread + " " + call + " " + path.getFileName() + " " + detail;
        }
    }

    /** Makes calls fail that are of these kinds, from the nth on, once or for good. */
    private static final class Fault {

        private final Set<Call> calls;
        private final boolean once;
        private int callsBefore;

        private Fault(Set<Call> calls, int nth, boolean once) {
            this.calls = calls;
            this.once = once;
            this.callsBefore = nth - 1;
        }

        private boolean hits(Call call) {
            if (!calls.contains(call)) {
                return false;
            }
            callsBefore--;
            return once ? callsBefore == -1 : callsBefore < 0;
        }
    }

    /** What becomes of a call. */
    private enum Outcome {
        HAPPENS,
        FAILS,
        DIES
    }

    volatile Observer observer = (call, path) -> {};

    private final ReentrantLock lock = new ReentrantLock();
    private final SimulatedDisk disk;
    private final long seed;
    private final Random random;
    private final List<Made> made = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final Set<Call> lies = EnumSet.noneOf(Call.class);

    private AfterFailedForce afterFailedForce = AfterFailedForce.KEEPS;
    private double failedForceShare;
    private int shortWriteBytes;
    private double writeBackShare = WRITE_BACK_SHARE;
    private int mapCapacityBytes = MAP_CAPACITY_BYTES;
    private boolean marking;

    private long changes;
    private long lastChange = Long.MAX_VALUE; // the process dies behind it
    private boolean diesInside; // or in it
    private volatile int failures;
    private volatile int failedForces;
    private volatile boolean dead;
    private boolean forceHasFailed; // in an earlier process on this disk

    /** An empty disk on which all directories down to that one exist. */
    SimulatedStore(long seed, Path root) {
        this(seed, new SimulatedDisk(root));
    }

    private SimulatedStore(long seed, SimulatedDisk disk) {
        this.seed = seed;
        this.random = new Random(seed);
        this.disk = disk;
    }

    // --- what a test says

    /** Dies behind that many more changing calls; 0: at the next call of any kind. */
    void crashAfter(long changingCalls) {
        lock.lock();
        try {
            lastChange = changes + changingCalls;
            diesInside = false;
        } finally {
            lock.unlock();
        }
    }

    /** Dies inside the nth changing call from now on, which happens in part, wholly or not at all. */
    void crashInside(long nth) {
        lock.lock();
        try {
            lastChange = changes + nth;
            diesInside = true;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the nth call of these kinds fail, counted from now; of any changing kind if none is named. */
    void failOnce(int nth, Call... calls) {
        addFault(nth, true, calls);
    }

    /** Makes the nth call of these kinds and all later ones fail; of any changing kind if none is named. */
    void failFrom(int nth, Call... calls) {
        addFault(nth, false, calls);
    }

    private void addFault(int nth, boolean once, Call... calls) {
        lock.lock();
        try {
            Set<Call> kinds = calls.length == 0 ? Call.CHANGING : EnumSet.copyOf(List.of(calls));
            faults.add(new Fault(kinds, nth, once));
        } finally {
            lock.unlock();
        }
    }

    /** Makes all calls of these kinds succeed and do nothing: a test of the tests, which must find it out. */
    void lie(Call... calls) {
        lock.lock();
        try {
            lies.addAll(List.of(calls));
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all faults and limits. */
    void heal() {
        lock.lock();
        try {
            faults.clear();
            lies.clear();
            disk.space.limit(Long.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    /** What a failing force does; that share of its sectors, by chance, reaches the disk all the same. */
    void afterFailedForce(AfterFailedForce manners, double share) {
        lock.lock();
        try {
            afterFailedForce = manners;
            failedForceShare = share;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes of a failing write still arrive. */
    void shortWrites(int bytes) {
        lock.lock();
        try {
            shortWriteBytes = bytes;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes, rounded down to sectors, all files may take up together. */
    void quota(long bytes) {
        lock.lock();
        try {
            disk.space.limit(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** How many of the calls also write something back by chance, of 1; 0 makes images depend on forces alone. */
    void writeBack(double share) {
        lock.lock();
        try {
            writeBackShare = share;
        } finally {
            lock.unlock();
        }
    }

    /** How far a mapped file's memory reaches at least: mapping it again, while it is mapped, goes up to there. */
    void mapCapacity(int bytes) {
        lock.lock();
        try {
            mapCapacityBytes = bytes;
        } finally {
            lock.unlock();
        }
    }

    // --- what a test asks

    /** How many changing calls were made, those that failed included. */
    long changes() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** All calls made, in order, each with its number among the changing ones and its thread. */
    List<String> calls() {
        lock.lock();
        try {
            return made.stream().map(Made::toString).toList();
        } finally {
            lock.unlock();
        }
    }

    /** How often a call of that kind was made. */
    long count(Call call) {
        lock.lock();
        try {
            return made.stream().filter(it -> it.call() == call).count();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the process has died. If not, all that the caller stored up to now is in its images. */
    boolean isDead() {
        VarHandle.fullFence(); // stores first: whoever ends the process then sees them
        return dead;
    }

    /** How many calls failed because a test or the quota said so. */
    int failures() {
        return failures;
    }

    /** How many forces of files are among them. */
    int failedForces() {
        return failedForces;
    }

    /** Whether a force of a file has failed, in this process or one before, so that the disk's manners have shown. */
    boolean hasForceFailed() {
        return forceHasFailed || failedForces > 0;
    }

    AfterFailedForce afterFailedForce() {
        lock.lock();
        try {
            return afterFailedForce;
        } finally {
            lock.unlock();
        }
    }

    /** What would have killed a real process, or read garbage. */
    List<String> violations() {
        lock.lock();
        try {
            disk.look();
            return List.copyOf(disk.space.violations);
        } finally {
            lock.unlock();
        }
    }

    long usedBytes() {
        lock.lock();
        try {
            disk.look();
            return disk.space.usedBytes();
        } finally {
            lock.unlock();
        }
    }

    /** Path and content of each file as processes see it, by path. */
    Map<Path, byte[]> contents() {
        lock.lock();
        try {
            return disk.contents();
        } finally {
            lock.unlock();
        }
    }

    // --- how it ends

    /** Ends the process here. Idempotent. */
    void die() {
        lock.lock();
        try {
            if (!dead) {
                dead = true;
                VarHandle.fullFence(); // see isDead
                disk.look();
                disk.unmapAll(); // what is stored from here on was never stored
            }
        } finally {
            lock.unlock();
        }
    }

    /** What the next process finds after kill -9: all of it, but no more on disk than before. */
    SimulatedStore kill() {
        die();
        lock.lock();
        try {
            SimulatedDisk copy = disk.copy();
            if (afterFailedForce == AfterFailedForce.LOSES_LATER) {
                copy.files().forEach(SimulatedInode::evict);
            }
            return image(copy, seed + 1);
        } finally {
            lock.unlock();
        }
    }

    /** What is found after a power cut that kept any subset of what was not forced. */
    SimulatedStore crash(Random chance) {
        return powerCut(SimulatedFate.random(chance), chance.nextLong());
    }

    /** What is found after a power cut that kept nothing but what was forced, or written back by chance. */
    SimulatedStore unplugged() {
        return powerCut(SimulatedFate.NOTHING, seed + 2);
    }

    /** What is found after a power cut before which all was written; failed forces stay failed. */
    SimulatedStore everything() {
        return powerCut(SimulatedFate.EVERYTHING, seed + 3);
    }

    /** Notes what is in mapped memory now, and again at each call: what is stored after that can be {@link #torn}. */
    void mark() {
        lock.lock();
        try {
            marking = true;
            disk.files().forEach(SimulatedInode::mark);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The dead store as it would be had the process died in the middle of its stores through mappings since the last
     * call or {@link #mark()}. To be used where at most one append was in hand since then, and that must count as not
     * returned.
     */
    SimulatedStore torn(Random chance) {
        /*
         * A killed process leaves a prefix, in program order, of the stores it made; memory is coherent, so nothing
         * else gets in. Their order is not visible here. Stores of a memcpy come in pieces of 8 bytes or more, aligned
         * like their target, mostly ascending, though libraries may copy the ends first and descend. A power cut
         * catches a sector while the disk reads it, which takes cache lines in any order, each as it then is. Aligned
         * words of 8 bytes are whole in all of these. So half of the tears keep an ascending prefix and half keep any
         * subset of the changed words. The latter contains every order of copying, and some outcomes that only a power
         * cut can have; a log that checks frames by checksum cannot tell them apart.
         */
        die();
        lock.lock();
        try {
            SimulatedDisk copy = disk.copy();
            boolean ascending = chance.nextDouble() < TORN_ASCENDING_SHARE;
            copy.files().forEach(file -> file.tear(ascending, chance));
            SimulatedStore torn = image(copy, chance.nextLong());
            torn.afterFailedForce = afterFailedForce;
            torn.failures = failures;
            torn.failedForces = failedForces;
            torn.made.addAll(made);
            torn.dead = true;
            return torn;
        } finally {
            lock.unlock();
        }
    }

    private SimulatedStore powerCut(SimulatedFate fate, long imageSeed) {
        die();
        lock.lock();
        try {
            return image(disk.afterPowerCut(fate), imageSeed);
        } finally {
            lock.unlock();
        }
    }

    private SimulatedStore image(SimulatedDisk found, long imageSeed) {
        SimulatedStore image = new SimulatedStore(imageSeed, found);
        image.mapCapacityBytes = mapCapacityBytes;
        image.afterFailedForce = afterFailedForce;
        image.forceHasFailed = hasForceFailed();
        image.writeBackShare = writeBackShare;
        return image;
    }

    // --- calls

    /** A call's effect. */
    @FunctionalInterface
    private interface Effect<T> {
        T happen() throws IOException;
    }

    /** A call that happens, or fails without any effect; one that the process dies in does the one or the other. */
    private <T> T call(Call call, Path path, String detail, Effect<T> effect) throws IOException {
        observer.before(call, path);
        lock.lock();
        try {
            switch (begin(call, path, detail)) {
                case FAILS -> throw failed(call, path);
                case DIES -> {
                    if (random.nextBoolean()) {
                        effect.happen();
                    }
                    throw died();
                }
                default -> {
                    T result = effect.happen();
                    end();
                    return result;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Outcome begin(Call call, Path path, String detail) throws IOException {
        boolean behindTheLast = changes >= lastChange && !diesInside;
        if (dead || behindTheLast) {
            throw died();
        }
        disk.look();
        if (call.isChanging()) {
            changes++;
        }
        made.add(new Made(changes, Thread.currentThread().getName(), call, path, detail));
        if (random.nextDouble() < writeBackShare) {
            List<SimulatedInode> files = disk.files();
            if (!files.isEmpty()) {
                files.get(random.nextInt(files.size())).writeBack(random);
            }
        }
        if (diesInside && call.isChanging() && changes == lastChange) {
            return Outcome.DIES;
        }
        boolean fails = false;
        for (Fault fault : faults) {
            fails |= fault.hits(call);
        }
        return fails ? Outcome.FAILS : Outcome.HAPPENS;
    }

    private void end() {
        if (marking) {
            disk.files().forEach(SimulatedInode::mark);
        }
    }

    private ProcessDiedException died() {
        die();
        return new ProcessDiedException();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private IOException failed(Call call, Path path) {
        failures++;
        failedForces += call == Call.FORCE ? 1 : 0;
        return new IOException("Input/output error: call=" + call + ", path=" + path);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private IOException full() {
        failures++;
        return new IOException("No space left on device");
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Path path = SimulatedDisk.key(directory);
        if (isDirectory(path)) {
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        call(Call.MAKE_DIRECTORY, path, "", () -> {
            disk.makeDirectory(path);
            return path;
        });
        if (parent != null) {
            forceDirectory(parent);
        }
    }

    private boolean isDirectory(Path path) throws IOException {
        return call(Call.OPEN, path, "to look whether it is a directory", () -> disk.isDirectory(path));
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return call(Call.LIST, directory, "", () -> disk.list(directory));
    }

    @Override
    public SegmentFile create(Path file) throws IOException {
        return call(Call.CREATE, file, "", () -> new OpenFile(file, disk.create(file), true));
    }

    @Override
    public SegmentFile openForWriting(Path file) throws IOException {
        return call(Call.OPEN, file, "for writing", () -> new OpenFile(file, disk.file(file), true));
    }

    @Override
    public SegmentFile openForReading(Path file) throws IOException {
        return call(Call.OPEN, file, "for reading", () -> new OpenFile(file, disk.file(file), false));
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        call(Call.RENAME, from, "to " + to.getFileName(), () -> {
            disk.rename(from, to);
            return to;
        });
    }

    @Override
    public void delete(Path file) throws IOException {
        call(Call.DELETE, file, "", () -> {
            disk.delete(file);
            return file;
        });
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        call(Call.FORCE_DIRECTORY, directory, "", () -> {
            if (!lies.contains(Call.FORCE_DIRECTORY)) {
                disk.forceDirectory(directory);
            }
            return directory;
        });
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return call(Call.SPACE, directory, "", disk.space::leftBytes);
    }

    /** A force by whatever way it is asked for. */
    private void force(Path path, SimulatedInode inode, String detail, long from, long upTo) throws IOException {
        observer.before(Call.FORCE, path);
        lock.lock();
        try {
            switch (begin(Call.FORCE, path, detail)) {
                case FAILS -> {
                    inode.failForce(afterFailedForce, failedForceShare, random, from, upTo);
                    throw failed(Call.FORCE, path);
                }
                case DIES -> {
                    inode.writeBack(random);
                    throw died();
                }
                default -> {
                    if (!lies.contains(Call.FORCE)) {
                        inode.force(from, upTo);
                    }
                }
            }
            end();
        } finally {
            lock.unlock();
        }
    }

    /** An open file. */
    private final class OpenFile implements SegmentFile {

        private final Path path;
        private final SimulatedInode inode;
        private final boolean writable;
        private volatile boolean closed; // written under the lock

        private OpenFile(Path path, SimulatedInode inode, boolean writable) {
            this.path = path;
            this.inode = inode;
            this.writable = writable;
            inode.use();
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            observer.before(Call.WRITE, path);
            lock.lock();
            try {
                requireWritable();
                int length = bytes.remaining();
                switch (begin(Call.WRITE, path, "offset=" + offset + " bytes=" + length)) {
                    case FAILS -> {
                        inode.write(bytes, offset, Math.min(shortWriteBytes, length));
                        throw failed(Call.WRITE, path);
                    }
                    case DIES -> {
                        int sectors = random.nextInt(Sectors.covering(length) + 1);
                        inode.write(bytes, offset, Math.min(sectors * Sectors.BYTES, length));
                        throw died();
                    }
                    default -> {
                        if (inode.write(bytes, offset, length) < length) {
                            throw full();
                        }
                    }
                }
                end();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            return call(Call.READ, path, "offset=" + offset + " bytes=" + bytes.remaining(), () -> {
                requireOpen();
                return inode.read(bytes, offset);
            });
        }

        @Override
        public void force() throws IOException {
            requireWritable();
            SimulatedStore.this.force(path, inode, "", 0, Long.MAX_VALUE);
        }

        @Override
        public long size() throws IOException {
            return call(Call.SIZE, path, "", () -> {
                requireOpen();
                return inode.size();
            });
        }

        @Override
        public void resize(long bytes) throws IOException {
            call(Call.RESIZE, path, "bytes=" + bytes, () -> {
                requireWritable();
                inode.resize(bytes);
                return path;
            });
        }

        @Override
        public Mapping map(int bytes) throws IOException {
            return call(Call.MAP, path, "bytes=" + bytes, () -> {
                requireOpen();
                if (!writable && bytes > inode.size()) {
                    throw new IOException("mapping reaches behind the end: file=" + path);
                }
                return new OpenMapping(path, inode, disk.map(inode, bytes, mapCapacityBytes));
            });
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed && !dead) {
                    inode.letGo();
                }
                closed = true;
            } finally {
                lock.unlock();
            }
        }

        private void requireOpen() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }

        private void requireWritable() throws IOException {
            requireOpen();
            if (!writable) {
                throw new NonWritableChannelException();
            }
        }
    }

    /** A mapping. Memory once handed out cannot be taken back: what the dead store into it, nobody sees. */
    private final class OpenMapping implements Mapping {

        private final Path path;
        private final SimulatedInode inode;
        private final ByteBuffer bytes;
        private volatile boolean closed; // written under the lock

        private OpenMapping(Path path, SimulatedInode inode, ByteBuffer bytes) {
            this.path = path;
            this.inode = inode;
            this.bytes = bytes;
        }

        @Override
        public ByteBuffer bytes() {
            requireOpen();
            if (dead) {
                throw new IllegalStateException("mapping of a process that died: file=" + path);
            }
            return bytes;
        }

        @Override
        public void force(int from, int upTo) throws IOException {
            requireOpen();
            SimulatedStore.this.force(path, inode, "mapped", from, upTo);
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed && !dead) {
                    disk.unmap(inode);
                }
                closed = true;
            } finally {
                lock.unlock();
            }
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException("mapping is closed: file=" + path);
            }
        }
    }
}

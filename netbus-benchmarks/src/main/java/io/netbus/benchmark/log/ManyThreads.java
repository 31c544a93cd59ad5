package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Appends from several threads, each of which waits until its record is forced before it appends the next. */
final class ManyThreads implements AppendRun.Load {

    private static final int NUMBER_SHIFT = 40; // so that payloads differ between threads

    private final List<Payloads> payloads;
    private final ExecutorService threads;
    private final long[] first; // number of each thread's first payload of the last call

    ManyThreads(int threads, int payloadBytes) {
        this.payloads = IntStream.range(0, threads)
                .mapToObj(thread -> new Payloads(payloadBytes, (long) thread << NUMBER_SHIFT))
                .toList();
        this.threads = Executors.newFixedThreadPool(threads);
        this.first = new long[threads];
    }

    @Override
    public long append(TestedLog log, long records, long longestNanos) throws Exception {
        List<Callable<Long>> shares = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            Payloads own = payloads.get(i);
            first[i] = own.count();
            shares.add(() -> appendShare(log, own, records / first.length, longestNanos));
        }
        long appended = 0;
        for (Future<Long> share : threads.invokeAll(shares)) {
            appended += share.get();
        }
        return appended;
    }

    private static long appendShare(TestedLog log, Payloads payloads, long records, long longestNanos)
            throws Exception {
        long start = System.nanoTime();
        long appended = 0;
        while (appended < records && System.nanoTime() - start < longestNanos) {
            log.appendForced(payloads.next());
            appended++;
        }
        return appended;
    }

    /** In any order. */
    @Override
    public void verify(TestedLog log, long appended) throws Exception {
        long[] sums = {0, 0};
        try (LogReader reader = log.reader()) {
            int read;
            do {
                read = reader.poll(sum -> sums[0] += sum);
                sums[1] += read;
            } while (read > 0);
        }
        long expected = 0;
        for (int i = 0; i < first.length; i++) {
            for (long number = first[i]; number < payloads.get(i).count(); number++) {
                expected += payloads.get(i).sumOf(number);
            }
        }
        if (sums[1] != appended || sums[0] != expected) {
            throw new IllegalStateException("records were lost or damaged: count=" + sums[1] + ", expectedCount="
                    + appended + ", sum=" + sums[0] + ", expectedSum=" + expected);
        }
    }

    /** No force can serve two records of one thread. */
    @Override
    public long forces(long appended) {
        return appended / first.length;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every crash of every small workload leaves a log that opens, holds what it promised, and goes on. After CrashMonkey:
 * all workloads of at most three operations, a crash at each call, several of the disks that it may leave.
 * {@code -Dnetbus.workload=A,B,C} runs one workload alone.
 */
class CrashMatrixTests {

    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");
    private static final int RANDOM_IMAGES = TORTURE ? 3 : 1;
    private static final double NESTED_SHARE = TORTURE ? 0.2 : 0.1;
    private static final double INSPECTED_SHARE = TORTURE ? 1 : 0.25;
    private static final double REPAIRED_SHARE = TORTURE ? 1 : 0.1;
    private static final int SAMPLED_WORKLOADS = 200;
    private static final int SAMPLED_POINTS = 3;
    private static final int POINTS_OF_TWO = 5;
    private static final int THREADS = 2;

    private static final Logger LOG = Logger.getLogger("io.netbus.redex");

    private final long seed = Long.getLong("netbus.seed", System.nanoTime());

    @TempDir
    private Path base;

    @BeforeAll
    static void silenceTheLogsThatFailOnPurpose() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void letThemSpeakAgain() {
        LOG.setLevel(null);
    }

    @Test
    void workloadsOfUpToTwoOperationsSurviveEveryCrash() throws Exception {
        run(
                upToTwo(),
                (matrix, workload) ->
                        matrix.crash(workload, TORTURE || workload.size() < 2 ? Integer.MAX_VALUE : POINTS_OF_TWO));
    }

    @Test
    void workloadsOfThreeOperationsSurviveCrashes() throws Exception {
        List<List<LogOperation>> workloads = workloads(3);
        Collections.shuffle(workloads, new Random(seed));
        int count = TORTURE ? workloads.size() : SAMPLED_WORKLOADS;
        int points = TORTURE ? Integer.MAX_VALUE : SAMPLED_POINTS;
        run(workloads.subList(0, count), (matrix, workload) -> matrix.crash(workload, points));
    }

    @Test
    void anAppendTornByACrashIsThereWhollyOrNotAtAll() throws Exception {
        List<List<LogOperation>> workloads = new ArrayList<>(workloads(1));
        workloads.addAll(workloads(2));
        run(workloads, CrashMatrix::tear);
    }

    @Test
    void aFailedForceLosesNothingThatWasPromised() throws Exception {
        List<List<LogOperation>> workloads = workloads(2);
        Collections.shuffle(workloads, new Random(seed));
        workloads.addAll(0, workloads(1));
        run(TORTURE ? workloads : workloads.subList(0, 40), CrashMatrix::failForces);
    }

    @Test
    void aFailedCallLeavesALogThatReadsOnAndOpens() throws Exception {
        List<List<LogOperation>> workloads = upToTwo();
        run(workloads, (matrix, workload) -> matrix.fail(workload, TORTURE ? Integer.MAX_VALUE : 2));
    }

    @Test
    void aFullDiskLosesNothing() throws Exception {
        run(upToTwo(), (matrix, workload) -> matrix.fill(workload, TORTURE ? 10 : 1));
    }

    @ParameterizedTest
    @EnumSource(names = {"FORCE", "FORCE_DIRECTORY"})
    void aDiskThatOnlyPretendsToForceIsFoundOut(SimulatedStore.Call call) throws IOException {
        CrashMatrix matrix = new CrashMatrix(directory(0), seed, RANDOM_IMAGES, 0, 0, 0);
        List<LogOperation> workload = call == SimulatedStore.Call.FORCE
                ? List.of(LogOperation.APPEND_FORCED)
                : List.of(LogOperation.APPEND_ROLLING, LogOperation.APPEND_FORCED);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> matrix.unplug(workload, disk -> {
                    disk.lie(call);
                    disk.writeBack(0);
                }))
                .withMessageContaining("-Dnetbus.seed=" + seed);
    }

    private static List<List<LogOperation>> upToTwo() {
        List<List<LogOperation>> workloads = new ArrayList<>();
        for (int operations = 0; operations <= 2; operations++) {
            workloads.addAll(workloads(operations));
        }
        return workloads;
    }

    /** All sequences of that many operations. */
    private static List<List<LogOperation>> workloads(int operations) {
        List<List<LogOperation>> all = new ArrayList<>();
        if (operations == 0) {
            all.add(List.of());
            return all;
        }
        for (List<LogOperation> shorter : workloads(operations - 1)) {
            for (LogOperation last : LogOperation.values()) {
                List<LogOperation> longer = new ArrayList<>(shorter);
                longer.add(last);
                all.add(longer);
            }
        }
        return all;
    }

    private void run(List<List<LogOperation>> workloads, BiConsumer<CrashMatrix, List<LogOperation>> body)
            throws Exception {
        List<List<LogOperation>> wanted = wanted(workloads);
        AtomicInteger next = new AtomicInteger();
        List<CrashMatrix> matrices = new ArrayList<>();
        List<Future<?>> threads = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            for (int i = 0; i < THREADS; i++) {
                CrashMatrix matrix = new CrashMatrix(
                        directory(i), seed, RANDOM_IMAGES, NESTED_SHARE, INSPECTED_SHARE, REPAIRED_SHARE);
                matrices.add(matrix);
                threads.add(executor.submit(() -> {
                    try {
                        for (int at = next.getAndIncrement(); at < wanted.size(); at = next.getAndIncrement()) {
                            body.accept(matrix, wanted.get(at));
                        }
                    } catch (Throwable e) {
                        next.set(wanted.size()); // the others stop too
                        throw e;
                    }
                }));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw e;
        } finally {
            executor.shutdown();
        }
        long images = matrices.stream().mapToLong(CrashMatrix::images).sum();
        long crashes = matrices.stream().mapToLong(CrashMatrix::crashes).sum();
        long inspected = matrices.stream().mapToLong(CrashMatrix::inspected).sum();
        long repaired = matrices.stream().mapToLong(CrashMatrix::repaired).sum();
        System.out.println("seed=" + seed + " workloads=" + wanted.size() + " crashes=" + crashes + " images=" + images
                + " inspected=" + inspected + " repaired=" + repaired);
        assertThat(images).isPositive();
    }

    private static List<List<LogOperation>> wanted(List<List<LogOperation>> workloads) {
        String names = System.getProperty("netbus.workload");
        if (names == null) {
            return workloads;
        }
        return List.of(
                names.isEmpty()
                        ? List.of()
                        : Arrays.stream(names.split(","))
                                .map(LogOperation::valueOf)
                                .toList());
    }

    private Path directory(int thread) throws IOException {
        return Files.createDirectories(base.resolve("matrix" + thread));
    }
}

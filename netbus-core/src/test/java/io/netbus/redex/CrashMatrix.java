package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.redex.LogRun.CrashPoint;
import io.netbus.redex.LogRun.EndedException;
import io.netbus.redex.SimulatedStore.AfterFailedForce;
import io.netbus.redex.SimulatedStore.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs workloads on disks that fail or lose their power, opens what is left, checks it against the model, and goes on
 * with it. Everything follows from the seed but the turns that the engine's threads take.
 * <p>
 * <b>Threads:</b> one.
 */
final class CrashMatrix {

    /**
     * What one crash leaves; taken anew each time, always the same.
     *
     * @param lossy whether something that was visible may be gone
     */
    private record Image(String kind, Supplier<SimulatedStore> store, boolean lossy) {}

    private static final long UNKNOWN = -1;

    private final Path base;
    private final long seed;
    private final int randomImages;
    private final double nestedShare;
    private final double inspectedShare;
    private final double repairedShare;

    private long crashes;
    private long images;
    private long inspected;
    private long repaired;

    /**
     * @param base an existing real directory of this matrix alone
     * @param randomImages how many random subsets to keep at each crash
     * @param nestedShare how many of the images to crash again while they are opened, of 1
     * @param inspectedShare how many of the images the inspector looks at before they are opened, of 1
     * @param repairedShare how many of the images are opened once more after a repair, of 1
     */
    CrashMatrix(
            Path base, long seed, int randomImages, double nestedShare, double inspectedShare, double repairedShare) {
        this.base = base;
        this.seed = seed;
        this.randomImages = randomImages;
        this.nestedShare = nestedShare;
        this.inspectedShare = inspectedShare;
        this.repairedShare = repairedShare;
    }

    /** How many processes were ended. */
    long crashes() {
        return crashes;
    }

    /** How many disks were opened and checked. */
    long images() {
        return images;
    }

    /** How many of them the inspector looked at before. */
    long inspected() {
        return inspected;
    }

    /** How many of them were opened a second time, after a repair. */
    long repaired() {
        return repaired;
    }

    // --- what to do to a workload

    /** Crashes it behind or inside each of its changing calls, or about so many of them. */
    void crash(List<LogOperation> workload, int maxPoints) {
        Random random = random(workload);
        long calls = dryRun(workload, random).changes();
        for (long call = 0; call <= calls; call++) {
            if (random.nextInt((int) calls + 1) < maxPoints) {
                CrashPoint point = new CrashPoint(call, random.nextBoolean());
                end(new Story(workload, point.toString()), random.nextLong(), run -> run.crashAt(point));
            }
        }
    }

    /** Tears each of its appends while it is in hand. */
    void tear(List<LogOperation> workload) {
        Random random = random(workload);
        int appends = dryRun(workload, random).appends();
        for (int i = 0; i < appends; i++) {
            int append = i;
            Story story = new Story(workload, "torn append " + append);
            long runSeed = random.nextLong();
            LogRun run = story.run(runSeed, it -> it.tearAppend(append));
            SimulatedStore torn = run.store().torn(random);
            for (Image image : images(torn, random, false)) {
                check(story, run.model, image, random, true);
            }
        }
    }

    /** Lets each of its changing calls fail, or about so many of them, once or from then on. */
    void fail(List<LogOperation> workload, int maxPoints) {
        Random random = random(workload);
        int calls = (int) dryRun(workload, random).changes();
        for (int i = 1; i <= calls; i++) {
            if (random.nextInt(calls) < maxPoints) {
                int call = i;
                boolean once = random.nextBoolean();
                double share = random.nextBoolean() ? 0 : 0.5;
                int bytes = random.nextInt(2_000);
                AfterFailedForce manners = anyOf(AfterFailedForce.values(), random);
                String how = "call " + call + " fails " + (once ? "once" : "and all later ones") + ", " + manners
                        + " and wrote " + share + ", shortWrites=" + bytes;
                end(new Story(workload, how), random.nextLong(), run -> {
                    run.store().afterFailedForce(manners, share);
                    run.store().shortWrites(bytes);
                    failAt(run.store(), call, once);
                });
            }
        }
    }

    /** Lets each of its forces of a file fail, once and from then on, in each manner. */
    void failForces(List<LogOperation> workload) {
        Random random = random(workload);
        int forces = dryRun(workload, random).forces();
        for (int i = 1; i <= forces; i++) {
            for (AfterFailedForce manners : AfterFailedForce.values()) {
                for (boolean once : new boolean[] {true, false}) {
                    int force = i;
                    String how = "force " + force + " fails " + (once ? "once" : "and all later ones") + ", " + manners;
                    end(new Story(workload, how), random.nextLong(), run -> {
                        run.store().afterFailedForce(manners, 0);
                        failAt(run.store(), force, once, Call.FORCE);
                    });
                }
            }
        }
    }

    /** Fills the disk somewhere between its start and its end, that many times. */
    void fill(List<LogOperation> workload, int times) {
        Random random = random(workload);
        long[] start = new long[1];
        long runSeed = random.nextLong();
        LogRun dry = new Story(workload, "dry")
                .run(runSeed, run -> start[0] = run.store().usedBytes());
        long grown = Math.max(0, dry.store().usedBytes() - start[0]);
        for (int i = 0; i < times; i++) {
            long quota = start[0] + (long) (random.nextDouble() * grown);
            end(
                    new Story(workload, "quota=" + quota),
                    random.nextLong(),
                    run -> run.store().quota(quota));
        }
    }

    /** Runs it on a disk of the caller's making and cuts the power at its end. */
    void unplug(List<LogOperation> workload, Consumer<SimulatedStore> disk) {
        Random random = random(workload);
        end(new Story(workload, "a disk of its own"), random.nextLong(), run -> disk.accept(run.store()));
    }

    private Random random(List<LogOperation> workload) {
        return new Random(seed ^ workload.toString().hashCode() * 0x9E3779B97F4A7C15L);
    }

    private LogRun dryRun(List<LogOperation> workload, Random random) {
        return new Story(workload, "dry").run(random.nextLong(), run -> run.crashAt(CrashPoint.NEVER));
    }

    private static void failAt(SimulatedStore store, int nth, boolean once, Call... calls) {
        if (once) {
            store.failOnce(nth, calls);
        } else {
            store.failFrom(nth, calls);
        }
    }

    // --- what becomes of it

    private void end(Story story, long runSeed, Consumer<LogRun> trouble) {
        LogRun run = story.run(runSeed, trouble);
        Random random = new Random(runSeed);
        for (Image image : images(run.store(), random, false)) {
            check(story, run.model, image, random, true);
        }
    }

    /** A killed process loses nothing that it showed; a power cut, or a disk that failed a force, may. */
    private static long survivors(Image image, LogModel model) {
        return image.lossy() ? model.forced() : model.visible();
    }

    private List<Image> images(SimulatedStore dead, Random random, boolean lossy) {
        crashes++;
        boolean unwritten = dead.failedForces() > 0;
        boolean keeps = dead.afterFailedForce() == AfterFailedForce.KEEPS;
        List<Image> all = new ArrayList<>();
        all.add(new Image("kill", dead::kill, lossy || (unwritten && !keeps)));
        all.add(new Image("unplugged", dead::unplugged, true));
        all.add(new Image("everything", dead::everything, true));
        for (int i = 0; i < randomImages; i++) {
            long chance = random.nextLong();
            all.add(new Image("power cut " + i, () -> dead.crash(new Random(chance)), true));
        }
        return all;
    }

    /** Opens an image, twice, and goes on with it; perhaps troubles all that once more. */
    private void check(Story before, LogModel model, Image image, Random random, boolean mayNest) {
        images++;
        LogRun run = new LogRun(base, image.store().get(), model.copy(), random.nextLong());
        Story story = before.at(image.kind());
        long atLeast = survivors(image, model);
        boolean inspects = random.nextDouble() < inspectedShare;
        boolean repairs = random.nextDouble() < repairedShare;
        inspected += inspects ? 1 : 0;
        long[] found = new long[1];
        story.tell(run, () -> {
            long told = inspects ? inspect(image.store().get()) : UNKNOWN;
            run.open(atLeast);
            found[0] = run.model.visible();
            if (told != UNKNOWN) {
                assertThat(told).as("next sequence as the inspector told it").isEqualTo(found[0]);
            }
            goOn(run, inspects);
        });
        if (repairs) {
            LogRun mended = new LogRun(base, image.store().get(), model.copy(), random.nextLong());
            story.at("repaired").tell(mended, () -> {
                repair(mended.store());
                mended.open(found[0]);
                mended.append(20);
                mended.reopen();
            });
        }
        if (mayNest && random.nextDouble() < nestedShare) {
            checkNested(before, model, image, (int) run.changes(), random);
        }
    }

    private void goOn(LogRun run, boolean inspects) {
        run.reopen();
        run.append(20);
        run.force();
        run.append(700);
        run.killAndReopen();
        run.close();
        if (inspects) {
            inspect(run.store());
        }
        run.unplugAndReopen();
    }

    // --- the inspector

    /** Finds no damage where there was only a crash; returns the sequence behind the log's last record. */
    private long inspect(SimulatedStore disk) {
        List<LogVerdict> verdicts = new ArrayList<>();
        List<LogFinding> damages = new ArrayList<>();
        inspect(base, disk, verdicts, finding -> {
            if (finding.kind() == LogFinding.Kind.DAMAGE && !isHardlyWritten(disk, finding)) {
                damages.add(finding);
            }
        });
        assertThat(damages).as("damage in what a crash left").isEmpty();
        return verdicts.isEmpty() ? UNKNOWN : verdicts.get(0).nextSequence();
    }

    /**
     * Whether it is a tip of which just so much was written that it differs from the old or the new one by a single bit.
     * The inspector takes that for a flipped bit, which is likelier, though not on this disk.
     */
    private static boolean isHardlyWritten(SimulatedStore disk, LogFinding finding) {
        if (!finding.field().equals("tipChecksum")) {
            return false;
        }
        ByteBuffer slot = ByteBuffer.allocate(TipLayout.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SegmentFile file = disk.openForReading(finding.file())) {
            file.read(slot, finding.offset());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return FlippedBit.explains(slot);
    }

    private static List<LogFinding> findings(Path base, SimulatedStore disk) {
        List<LogFinding> findings = new ArrayList<>();
        inspect(base, disk, new ArrayList<>(), findings::add);
        return findings;
    }

    private static void inspect(
            Path base, SimulatedStore disk, List<LogVerdict> verdicts, LogInspector.Listener listener) {
        try {
            verdicts.addAll(LogInspector.of(base, disk).verify(listener));
        } catch (NotRedexDirectoryException e) {
            // the crash came before the log's directory
        }
    }

    /** Repairs what a crash left; nothing of it stays, and opening has nothing to do. */
    private void repair(SimulatedStore disk) {
        repaired++;
        try {
            LogRepair.run(base, disk, false, new LogRepair.Listener() {
                @Override
                public void done(LogRepair.Action action) {}

                @Override
                public void left(LogFinding finding) {
                    throw new AssertionError("left by a repair: " + finding);
                }

                @Override
                public void end(LogRepair.Outcome outcome) {
                    assertThat(outcome.refusal()).isNull();
                }
            });
            assertThat(findings(base, disk)).as("found in a repaired log").isEmpty();
        } catch (NotRedexDirectoryException e) {
            // the crash came before the log's directory
        }
    }

    /** Crashes, or fails, while the image is opened and appended to, and checks what that leaves. */
    private void checkNested(Story before, LogModel model, Image image, int calls, Random random) {
        LogRun run = new LogRun(base, image.store().get(), model.copy(), random.nextLong());
        Story story = before.at(image.kind()).at(trouble(run, calls, random));
        boolean[] opened = new boolean[1];
        story.tell(run, () -> {
            run.open(survivors(image, model));
            opened[0] = true;
            run.append(20);
            run.force();
            run.append(30_000);
            run.append(40_000);
            run.close();
        });
        for (Image next : images(run.store(), random, image.lossy() && !opened[0])) {
            check(story, run.model, next, random, false);
        }
    }

    /** Makes trouble for a run that opens a log in about that many changing calls; returns what trouble. */
    private static String trouble(LogRun run, int calls, Random random) {
        int call = random.nextInt(calls + 1);
        switch (random.nextInt(4)) {
            case 0 -> {
                boolean once = random.nextBoolean();
                AfterFailedForce manners = anyOf(AfterFailedForce.values(), random);
                if (!run.store().hasForceFailed()) { // a disk does not change them
                    run.store().afterFailedForce(manners, 0);
                }
                failAt(run.store(), call + 1, once, Call.values());
                return "call " + (call + 1) + " of any kind fails " + (once ? "once" : "and all later ones");
            }
            case 1 -> {
                long quota = run.store().usedBytes() + random.nextInt(200) * (long) Sectors.BYTES;
                run.store().quota(quota);
                return "quota=" + quota;
            }
            default -> {
                CrashPoint point = new CrashPoint(call, random.nextBoolean());
                run.crashAt(point);
                return point.toString();
            }
        }
    }

    private static <T> T anyOf(T[] values, Random random) {
        return values[random.nextInt(values.length)];
    }

    /** How it came to where it is, for the report of a failure. */
    private final class Story {

        private final List<LogOperation> workload;
        private final List<String> steps;
        private final List<List<String>> calls;

        private Story(List<LogOperation> workload, String step) {
            this(workload, List.of(step), new ArrayList<>());
        }

        private Story(List<LogOperation> workload, List<String> steps, List<List<String>> calls) {
            this.workload = workload;
            this.steps = steps;
            this.calls = calls;
        }

        /** The same, one step further. */
        private Story at(String step) {
            List<String> more = new ArrayList<>(steps);
            more.add(step);
            return new Story(workload, more, new ArrayList<>(calls));
        }

        /** Runs the workload; trouble begins once the log is open, or before if to open it is all there is to do. */
        private LogRun run(long runSeed, Consumer<LogRun> trouble) {
            LogRun run = new LogRun(base, new SimulatedStore(runSeed, base), new LogModel(), runSeed);
            tell(run, () -> {
                if (workload.isEmpty()) {
                    trouble.accept(run);
                    run.open(0);
                } else {
                    run.open(0);
                    trouble.accept(run);
                }
                workload.forEach(operation -> operation.run(run));
            });
            return run;
        }

        /** Does something until it is done or the process or its disk fails, and ends the process. */
        private void tell(LogRun run, Runnable body) {
            try {
                try {
                    body.run();
                } catch (EndedException e) {
                    run.readOn();
                } finally {
                    run.store().die();
                    run.end();
                    calls.add(run.calls());
                }
                assertThat(run.store().violations()).isEmpty();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(describe(run), e);
            }
        }

        private String describe(LogRun run) {
            StringBuilder text = new StringBuilder("wrong log: -Dnetbus.seed=" + seed + " -Dnetbus.workload="
                    + String.join(",", workload.stream().map(Enum::name).toList()) + ", steps=" + steps + ", "
                    + run.model);
            for (int i = 0; i < calls.size(); i++) {
                text.append("\nprocess ").append(i).append(":");
                calls.get(i).forEach(call -> text.append("\n  ").append(call));
            }
            return text.append("\n").toString();
        }
    }
}

package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;

/** Appends from one thread, some records between two looks at the clock. */
final class OneThread implements AppendRun.Load {

    private final Payloads payloads;
    private final int recordsPerStep;
    private final int recordsPerForce; // 0 for none
    private final Step step;

    /** Appends some of the payloads that come next. */
    @FunctionalInterface
    interface Step {
        void append(TestedLog log, Payloads payloads, int records) throws Exception;
    }

    /**
     * @param recordsPerStep how many a step appends, at most
     * @param recordsPerForce after how many it has forced all; 0 if it does not
     */
    OneThread(int payloadBytes, int recordsPerStep, int recordsPerForce, Step step) {
        this.payloads = new Payloads(payloadBytes, 0);
        this.recordsPerStep = recordsPerStep;
        this.recordsPerForce = recordsPerForce;
        this.step = step;
    }

    @Override
    public long append(TestedLog log, long records, long longestNanos) throws Exception {
        long first = payloads.count();
        long start = System.nanoTime();
        long left = records;
        while (left > 0 && System.nanoTime() - start < longestNanos) {
            step.append(log, payloads, (int) Math.min(recordsPerStep, left));
            left = records - (payloads.count() - first);
        }
        return payloads.count() - first;
    }

    @Override
    public void verify(TestedLog log, long appended) throws Exception {
        Tally tally = new Tally();
        log.readAll(tally);
        tally.verify(appended, payloads.expect(0, payloads.count() - appended, payloads.count()));
    }

    @Override
    public long forces(long appended) {
        return recordsPerForce == 0 ? 0 : appended / recordsPerForce;
    }
}

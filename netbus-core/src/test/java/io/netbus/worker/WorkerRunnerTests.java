package io.netbus.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkerRunnerTests {

    private static final Duration GENEROUS = Duration.ofSeconds(30);

    /** Does whatever it is given to do. */
    private static class TestWorker implements Worker {

        final AtomicInteger waiting = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        final CountDownLatch stopped = new CountDownLatch(1);

        @Override
        public String name() {
            return "test";
        }

        @Override
        public int doWork() {
            int work = waiting.getAndSet(0);
            done.addAndGet(work);
            return work;
        }

        @Override
        public boolean hasWork() {
            return waiting.get() > 0;
        }

        @Override
        public void onStop() {
            stopped.countDown();
        }
    }

    @Test
    void everyWakeIsFollowedByATurn() {
        TestWorker worker = new TestWorker();
        try (WorkerRunner runner = WorkerRunner.start(worker)) {
            for (int i = 1; i <= 1000; i++) {
                worker.waiting.incrementAndGet();
                runner.wake();
                int expected = i;
                if (i % 100 == 0) {
                    await().atMost(GENEROUS).until(() -> worker.done.get() == expected);
                }
            }
        }
        assertThat(worker.stopped.getCount()).isZero();
    }

    @Test
    void aWorkerThatThrowsGoesOn() {
        TestWorker worker = new TestWorker() {
            private boolean thrown;

            @Override
            public int doWork() {
                if (!thrown) {
                    thrown = true;
                    throw new IllegalStateException("on purpose");
                }
                return super.doWork();
            }
        };
        worker.waiting.set(1);
        try (WorkerRunner runner = WorkerRunner.start(worker)) {
            await().atMost(GENEROUS).until(() -> worker.done.get() == 1);
            assertThat(runner.failures()).isEqualTo(1);
        }
    }

    @Test
    void aWorkerThatThrowsWhenAskedForWorkGoesOnToo() {
        TestWorker worker = new TestWorker() {
            private boolean thrown;

            @Override
            public boolean hasWork() {
                if (!thrown) {
                    thrown = true;
                    throw new IllegalStateException("on purpose");
                }
                return super.hasWork();
            }
        };
        try (WorkerRunner runner = WorkerRunner.start(worker)) {
            await().atMost(GENEROUS).until(() -> runner.failures() == 1);
            worker.waiting.set(1);
            runner.wake();
            await().atMost(GENEROUS).until(() -> worker.done.get() == 1);
        }
        assertThat(worker.stopped.getCount()).isZero();
    }

    @Test
    void anInterruptStopsNothing() throws InterruptedException {
        Thread[] thread = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        TestWorker worker = new TestWorker() {
            @Override
            public int doWork() {
                thread[0] = Thread.currentThread();
                running.countDown();
                return super.doWork();
            }
        };
        try (WorkerRunner runner = WorkerRunner.start(worker)) {
            running.await();
            thread[0].interrupt();
            worker.waiting.set(1);
            runner.wake();
            await().atMost(GENEROUS).until(() -> worker.done.get() == 1);
            assertThat(runner.failures()).isZero();
        }
    }

    @Test
    void closingTwiceAndForAsLongAsItTakesIsAllowed() {
        WorkerRunner runner = WorkerRunner.start(new TestWorker());

        assertThat(runner.close(ChronoUnit.FOREVER.getDuration())).isTrue();
        assertThat(runner.close(Duration.ZERO)).isTrue();
        runner.wake();
    }

    @Test
    void aWorkerThatHangsIsLeftBehindAndStopsWhenItComesBack() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        TestWorker worker = new TestWorker() {
            @Override
            public int doWork() {
                entered.countDown();
                while (release.getCount() > 0) {
                    Thread.onSpinWait();
                }
                return 0;
            }
        };
        WorkerRunner runner = WorkerRunner.start(worker);
        entered.await();

        assertThat(runner.close(Duration.ZERO)).isFalse();
        assertThat(worker.stopped.getCount()).isEqualTo(1);
        release.countDown();
        worker.stopped.await();
    }
}

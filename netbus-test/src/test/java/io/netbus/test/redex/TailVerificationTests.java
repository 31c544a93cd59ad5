package io.netbus.test.redex;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.redex.LogRecord;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.TailStart;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;

/** The rules of Reactive Streams, tested by their own kit. */
class TailVerificationTests {

    private static final int RECORDS = 20_000;

    /** What the kit does not test, whoever publishes. */
    private static final Set<String> NOT_TRIED = Set.of(
            "untested_spec106_mustConsiderSubscriptionCancelledAfterOnErrorOrOnCompleteHasBeenCalled",
            "untested_spec107_mustNotEmitFurtherSignalsOnceOnErrorHasBeenSignalled",
            "untested_spec108_possiblyCanceledSubscriptionShouldNotReceiveOnErrorOrOnCompleteSignals",
            "untested_spec109_subscribeShouldNotThrowNonFatalThrowable",
            "untested_spec110_rejectASubscriptionRequestIfTheSameSubscriberSubscribesTwice",
            "untested_spec304_requestShouldNotPerformHeavyComputations",
            "untested_spec305_cancelMustNotSynchronouslyPerformHeavyComputation");

    private static final long SIGNAL_MILLIS = 2_000;
    private static final long NO_SIGNAL_MILLIS = 50;

    @TempDir
    private Path directory;

    private final Set<String> notTried = new TreeSet<>();
    private Redex redex;

    @BeforeEach
    void openRedex() {
        redex = Redex.onDisk(directory, RedexConfig.defaults().withSegmentBytes(64 * 1024));
    }

    @AfterEach
    void closeRedex() {
        redex.close();
    }

    @TestFactory
    Stream<DynamicTest> tailsKeepTheRules() {
        Stream<DynamicTest> rules = Arrays.stream(FlowPublisherVerification.class.getMethods())
                .filter(method -> method.getName().matches("(required|optional|untested|stochastic)_.*"))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> verify(method)));
        DynamicTest all = DynamicTest.dynamicTest(
                "all others were tried", () -> assertThat(notTried).isEqualTo(NOT_TRIED));
        return Stream.concat(rules, Stream.of(all));
    }

    private void verify(Method rule) throws Throwable {
        Verification verification = new Verification();
        verification.setUp();
        try {
            rule.invoke(verification);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SkipException) {
                notTried.add(rule.getName());
            } else {
                throw e.getCause();
            }
        }
    }

    /** The kit's tests are its methods. */
    private final class Verification extends FlowPublisherVerification<Long> {

        private Verification() {
            super(new TestEnvironment(SIGNAL_MILLIS, NO_SIGNAL_MILLIS));
        }

        @Override
        public Flow.Publisher<Long> createFlowPublisher(long elements) {
            RedexLog log = redex.log("log-" + redex.names().size());
            RecordBatch batch = new RecordBatch(0);
            for (int i = 0; i < Math.min(elements, RECORDS); i++) {
                batch.add(new byte[1]);
            }
            log.append(batch, 0);
            return new Finite(log, elements);
        }

        @Override
        public Flow.Publisher<Long> createFailedFlowPublisher() {
            try (RedexLog closed = redex.log("closed")) {
                return new Finite(closed, Long.MAX_VALUE);
            }
        }
    }

    /** A tail as sequences, with an end: the log closes when everybody has its last record. */
    private static final class Finite implements Flow.Publisher<Long> {

        private final RedexLog log;
        private final long elements;
        private final Flow.Publisher<LogRecord> tail;
        private final AtomicInteger subscribers = new AtomicInteger();

        private Finite(RedexLog log, long elements) {
            this.log = log;
            this.elements = elements;
            tail = log.tail(TailStart.beginning());
        }

        @Override
        public void subscribe(Flow.Subscriber<? super Long> subscriber) {
            subscribers.incrementAndGet();
            tail.subscribe(
                    subscriber == null
                            ? null
                            : new Flow.Subscriber<>() {
                                @Override
                                public void onSubscribe(Flow.Subscription subscription) {
                                    subscriber.onSubscribe(subscription);
                                }

                                @Override
                                public void onNext(LogRecord record) {
                                    subscriber.onNext(record.sequence());
                                    closeBehind(record.sequence());
                                }

                                @Override
                                public void onError(Throwable cause) {
                                    subscriber.onError(cause);
                                }

                                @Override
                                public void onComplete() {
                                    subscriber.onComplete();
                                }
                            });
            closeBehind(-1);
        }

        private void closeBehind(long sequence) {
            if (sequence == elements - 1 && subscribers.decrementAndGet() == 0) {
                log.close();
            }
        }
    }
}

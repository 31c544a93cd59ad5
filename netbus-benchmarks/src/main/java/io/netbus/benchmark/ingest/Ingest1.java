package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.PeerFlags;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Tally;
import io.netbus.benchmark.run.Target;
import java.util.List;

/** One producer hands over 64-byte payloads one by one. */
public final class Ingest1 {

    /** As many as every bounded contestant holds; netbus and the byte rings hold what fits into their memory. */
    static final int EVENTS_IN_FLIGHT = 65_536;

    private static final int WARM_UPS = 3;
    private static final int SAMPLES = 5;
    private static final int EVENTS = 5_000_000;
    private static final int EVENTS_KEPT_ON_DISK = 1_000_000;
    private static final int QUICK_EVENTS = 50_000;
    private static final int QUICK_SAMPLES = 2;

    private static final List<String> MANY_PRODUCERS = List.of(
            "disruptor-multi", "agrona-ring-mpsc", "jctools-mpsc", "clq", "abq", "reactor-unicast", "chronicle");

    private Ingest1() {}

    /** Makes a pipe whose consumer adds to that tally. */
    @FunctionalInterface
    private interface PipeFactory {
        Pipe open(Tally tally, Fork fork) throws Exception;
    }

    /** The row. */
    public static Row row() {
        return new Row(
                "ingest-1",
                "One producer, single ingest(bytes) of 64 bytes: from the call to the consumer that has read them",
                "5 M events per sample (Chronicle: 1 M), 5 samples per fork after 3 unmeasured; from the first call to "
                        + "the last event consumed. Payloads differ per event and are copied; the consumer adds up "
                        + "every byte; every sample's count and checksum are verified. netbus runs its whole path "
                        + "with default settings: shard, lane, counters, batch, adapter. Bytes per event are those "
                        + "allocated by all threads.",
                "ns/event",
                true,
                0,
                List.of(
                        pipe(
                                "netbus",
                                "",
                                "takes many producers; default settings",
                                (tally, fork) -> new NetbusPipe(tally)),
                        pipe(
                                "floor-slab-lanes",
                                "",
                                "no counters, no refusal, spins",
                                (tally, fork) -> new SlabLanes(tally)),
                        pipe(
                                "disruptor-single",
                                "",
                                "one producer only; yielding wait",
                                (tally, fork) -> DisruptorPipe.single(tally)),
                        pipe(
                                "disruptor-multi",
                                "",
                                "takes many producers; yielding wait",
                                (tally, fork) -> DisruptorPipe.multi(tally)),
                        pipe(
                                "agrona-ring",
                                "",
                                "one producer only",
                                PeerFlags.AGRONA,
                                EVENTS,
                                (tally, fork) -> AgronaPipe.oneToOne(tally)),
                        pipe(
                                "agrona-ring-mpsc",
                                "",
                                "takes many producers",
                                PeerFlags.AGRONA,
                                EVENTS,
                                (tally, fork) -> AgronaPipe.manyToOne(tally)),
                        pipe(
                                "jctools-spsc",
                                "copy=new",
                                "one producer only",
                                (tally, fork) -> JctoolsPipe.spsc(tally, false)),
                        pipe(
                                "jctools-spsc",
                                "copy=pooled",
                                "one producer only",
                                (tally, fork) -> JctoolsPipe.spsc(tally, true)),
                        pipe(
                                "jctools-mpsc",
                                "copy=new",
                                "takes many producers",
                                (tally, fork) -> JctoolsPipe.mpsc(tally, false)),
                        pipe(
                                "jctools-mpsc",
                                "copy=pooled",
                                "takes many producers",
                                (tally, fork) -> JctoolsPipe.mpsc(tally, true)),
                        pipe("clq", "", "takes many producers; unbounded", (tally, fork) -> new ClqPipe(tally)),
                        pipe("abq", "", "takes many producers; parks", (tally, fork) -> new AbqPipe(tally)),
                        pipe(
                                "reactor-unicast",
                                "",
                                "one producer at a time; parks",
                                (tally, fork) -> new ReactorPipe(tally)),
                        pipe(
                                "aeron-ipc",
                                "",
                                "one producer only; exclusive publication",
                                PeerFlags.AGRONA,
                                EVENTS,
                                (tally, fork) -> new AeronPipe(tally, fork.directory())),
                        pipe(
                                "chronicle",
                                "",
                                "one appender per thread; keeps what passes, on disk",
                                PeerFlags.CHRONICLE,
                                EVENTS_KEPT_ON_DISK,
                                (tally, fork) -> new ChroniclePipe(tally, fork.directory()))),
                List.of(
                        new Target("at most 1.5 x the lanes floor", List.of("floor-slab-lanes"), 1.5),
                        new Target("ahead of every peer that takes many producers", MANY_PRODUCERS, 1.0),
                        new Target("at most 2 x Disruptor single", List.of("disruptor-single"), 2.0)));
    }

    private static Contestant pipe(String name, String parameters, String note, PipeFactory factory) {
        return pipe(name, parameters, note, List.of(), EVENTS, factory);
    }

    private static Contestant pipe(
            String name, String parameters, String note, List<String> flags, int events, PipeFactory factory) {
        return new Contestant(name, parameters, note, flags, fork -> measure(factory, fork, events));
    }

    private static void measure(PipeFactory factory, Fork fork, int fullEvents) throws Exception {
        int events = fork.isQuick() ? QUICK_EVENTS : fullEvents;
        int samples = fork.isQuick() ? QUICK_SAMPLES : SAMPLES;
        Tally tally = new Tally();
        Payloads payloads = new Payloads();
        long check = 0;
        try (Pipe pipe = factory.open(tally, fork)) {
            for (int i = -WARM_UPS; i < samples; i++) {
                tally.expect(events);
                long allocatedBytes = Fork.allocatedBytes();
                long start = System.nanoTime();
                sendAll(pipe, payloads, events);
                tally.await();
                long nanos = System.nanoTime() - start;
                allocatedBytes = Fork.allocatedBytes() - allocatedBytes;
                check = payloads.expect(check, payloads.count() - events, payloads.count());
                tally.verify(payloads.count(), check);
                if (i >= 0) {
                    fork.sample(events, nanos, allocatedBytes);
                }
            }
        }
    }

    private static void sendAll(Pipe pipe, Payloads payloads, int events) {
        for (int i = 0; i < events; i++) {
            pipe.send(payloads.next());
        }
    }
}

package io.netbus.redex;

import java.time.Duration;

/**
 * When a log forces records that nobody waits for. Appends never wait for these forces, except under {@link EachAppend}.
 * Whatever the policy, a segment is forced when it is full, and all is forced on close, on {@link RedexLog#sync()} and
 * when someone asks for {@link Acknowledgement#FSYNCED}.
 */
public sealed interface ForcePolicy {

    /** Forces a record at the latest so long after it was appended; 1 second is the default of all logs. */
    static ForcePolicy interval(Duration interval) {
        return new Interval(interval);
    }

    /** Forces only when a segment is full, on close, and when asked. */
    static ForcePolicy never() {
        return new Never();
    }

    /** Forces each time so many records are unforced. */
    static ForcePolicy every(int records) {
        return new Every(records);
    }

    /** Forces when the oldest unforced record is that old, or so many bytes are unforced. */
    static ForcePolicy intervalOrBytes(Duration interval, long bytes) {
        return new IntervalOrBytes(interval, bytes);
    }

    /** Lets each append wait until it is forced, whatever it asks for. */
    static ForcePolicy eachAppend() {
        return new EachAppend();
    }

    /** See {@link ForcePolicy#never()}. <b>A power cut can lose</b> up to three segments. */
    record Never() implements ForcePolicy {}

    /** See {@link ForcePolicy#eachAppend()}. <b>A power cut can lose</b> nothing that was acknowledged. */
    record EachAppend() implements ForcePolicy {}

    /**
     * See {@link ForcePolicy#every(int)}. <b>A power cut can lose</b> so many records, and those appended while the disk
     * was forcing them.
     *
     * @param records 1 or more
     */
    record Every(int records) implements ForcePolicy {
        public Every {
            require("records", records, 1);
        }
    }

    /**
     * See {@link ForcePolicy#interval(Duration)}. <b>A power cut can lose</b> the records of so long a time, and those
     * appended while the disk was forcing them.
     *
     * @param interval 1 ms to 1 h
     */
    record Interval(Duration interval) implements ForcePolicy {
        public Interval {
            requireInterval(interval);
        }
    }

    /**
     * See {@link ForcePolicy#intervalOrBytes(Duration, long)}. <b>A power cut can lose</b> the records of so long a time or
     * so many bytes, whichever is less, and those appended while the disk was forcing them.
     *
     * @param interval 1 ms to 1 h
     * @param bytes 1 or more
     */
    record IntervalOrBytes(Duration interval, long bytes) implements ForcePolicy {
        public IntervalOrBytes {
            requireInterval(interval);
            require("bytes", bytes, 1);
        }
    }

    private static void requireInterval(Duration interval) {
        long millis = interval.toMillis();
        if (millis < 1 || millis > Duration.ofHours(1).toMillis()) {
            throw new IllegalArgumentException(
                    "force interval is out of range: interval=" + interval + ", min=PT0.001S, max=PT1H");
        }
    }

    private static void require(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " is out of range: " + name + "=" + value + ", min=" + min);
        }
    }
}

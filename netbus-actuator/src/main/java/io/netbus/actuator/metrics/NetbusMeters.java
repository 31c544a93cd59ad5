package io.netbus.actuator.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/** Every meter, once: name, kind, base unit, tags and meaning. {@code docs/reference/metrics.md} tells the same. */
public enum NetbusMeters implements MeterDocumentation {

    /** Calls that offered an event. */
    EVENTS_OFFERED(
            "netbus.events.offered", Meter.Type.COUNTER, null, "Calls that offered an event", Tag.CHANNEL, Tag.SHARD),

    /** Events taken over. */
    EVENTS_ACCEPTED("netbus.events.accepted", Meter.Type.COUNTER, null, "Events taken over", Tag.CHANNEL, Tag.SHARD),

    /** Events the adapter has written. */
    EVENTS_ACKNOWLEDGED(
            "netbus.events.acknowledged",
            Meter.Type.COUNTER,
            null,
            "Events the adapter has written",
            Tag.CHANNEL,
            Tag.SHARD),

    /** Events that were refused, or accepted and not written before the bus closed. */
    EVENTS_LOST(
            "netbus.events.lost",
            Meter.Type.COUNTER,
            null,
            "Events that were refused, or accepted and not written before the bus closed",
            Tag.CHANNEL,
            Tag.SHARD,
            Tag.REASON),

    /** Accepted events that are not written yet. */
    SHARD_DEPTH(
            "netbus.shard.depth",
            Meter.Type.GAUGE,
            "events",
            "Accepted events that are not written yet",
            Tag.CHANNEL,
            Tag.SHARD),

    /** Memory those take. */
    SHARD_QUEUED(
            "netbus.shard.queued",
            Meter.Type.GAUGE,
            "bytes",
            "Memory taken by accepted events that are not written yet",
            Tag.CHANNEL,
            Tag.SHARD),

    /** Size of a log's records and their frames. */
    LOG_SIZE("netbus.log.size", Meter.Type.GAUGE, "bytes", "Size of a log's records and frames", Tag.LOG),

    /** Records that would not survive a power cut. */
    LOG_UNFORCED(
            "netbus.log.unforced",
            Meter.Type.GAUGE,
            "records",
            "Records of a log that would not survive a power cut",
            Tag.LOG),

    /** Bytes those take. */
    LOG_UNFORCED_SIZE(
            "netbus.log.unforced.size",
            Meter.Type.GAUGE,
            "bytes",
            "Size of a log's records that would not survive a power cut",
            Tag.LOG),

    /** How long the oldest of them has waited. */
    LOG_UNFORCED_AGE(
            "netbus.log.unforced.age",
            Meter.Type.GAUGE,
            "seconds",
            "Age of the oldest record that would not survive a power cut; 0 without one",
            Tag.LOG),

    /** How long the last force took. */
    LOG_FORCE_LAST(
            "netbus.log.force.last",
            Meter.Type.GAUGE,
            "seconds",
            "How long the last force took; 0 before the first",
            Tag.LOG),

    /** Who keeps records from retention. */
    LOG_HOLDS("netbus.log.holds", Meter.Type.GAUGE, "holds", "Holds that keep records from retention", Tag.LOG),

    /** How many records those keep. */
    LOG_HELD(
            "netbus.log.held",
            Meter.Type.GAUGE,
            "records",
            "Records from the lowest hold to the log's end; 0 without a hold",
            Tag.LOG),

    /** How often they did not. */
    LOG_HOLDS_BROKEN(
            "netbus.log.holds.broken",
            Meter.Type.COUNTER,
            null,
            "How often the hard limit took records that were held",
            Tag.LOG),

    /** What recovery moved aside. */
    LOG_QUARANTINED(
            "netbus.log.quarantined",
            Meter.Type.GAUGE,
            "bytes",
            "Size of the torn tails that recovery has moved aside since the log exists",
            Tag.LOG),

    /** Records of its log that a fold has not folded yet. */
    FOLD_LAG(
            "netbus.fold.lag",
            Meter.Type.GAUGE,
            "records",
            "Records of its log that a fold has not folded yet",
            Tag.FOLD),

    /** Events of its channel that a bridge has not handled yet. */
    BRIDGE_LAG(
            "netbus.bridge.lag",
            Meter.Type.GAUGE,
            "events",
            "Events of its channel that a bridge has not handled yet; -1 while unknown",
            Tag.BRIDGE),

    /** Events of its channel that a bridge never saw. */
    BRIDGE_LOST(
            "netbus.bridge.lost",
            Meter.Type.COUNTER,
            null,
            "Events of its channel that were no longer kept when a bridge came to them",
            Tag.BRIDGE);

    private final String name;
    private final Meter.Type type;
    private final @Nullable String baseUnit;
    private final String meaning;

    @SuppressWarnings("ImmutableEnumChecker") // handed out as copies only
    private final Tag[] tags;

    NetbusMeters(String name, Meter.Type type, @Nullable String baseUnit, String meaning, Tag... tags) {
        this.name = name;
        this.type = type;
        this.baseUnit = baseUnit;
        this.meaning = meaning;
        this.tags = tags;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public Meter.Type getType() {
        return type;
    }

    @Override
    public @Nullable String getBaseUnit() {
        return baseUnit;
    }

    /** What it tells; its description in a registry. */
    public String meaning() {
        return meaning;
    }

    @Override
    public KeyName[] getKeyNames() {
        return tags.clone();
    }

    /** What tells meters of one name apart. */
    public enum Tag implements KeyName {
        /** The channel's name. */
        CHANNEL("channel"),
        /** The shard's number. */
        SHARD("shard"),
        /** Why it was lost: {@code refused}, {@code timed_out}, {@code rejected} or {@code lost_at_close}. */
        REASON("reason"),
        /** The log's name. */
        LOG("log"),
        /** The model's name. */
        FOLD("fold"),
        /** The bridge's name. */
        BRIDGE("bridge");

        private final String key;

        Tag(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}

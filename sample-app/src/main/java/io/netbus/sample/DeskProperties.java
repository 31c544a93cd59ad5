package io.netbus.sample;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the webhook desk.
 *
 * @param webhookSecret secret that GitHub signs its webhooks with; without one no signature is asked for, and the desk
 *     serves this machine only
 * @param allowedHosts names, without a port, under which browsers may reach the desk beside localhost
 * @param maxEventSize largest event that is taken, as a webhook or as a line of an upload; GitHub sends up to 25 MB,
 *     which also needs a larger netbus.bus.shard-budget
 * @param uploadStallLimit how long an upload waits for a full shard to take one event before it gives up
 * @param ackTimeout how long a request waits for the disk and the tasks
 * @param maxUploads how many uploads may run at once, so that slow ones leave threads to everybody else; further ones
 *     are refused
 */
@ConfigurationProperties("desk")
record DeskProperties(
        @Nullable String webhookSecret,
        @DefaultValue Set<String> allowedHosts,
        @DefaultValue("1MB") DataSize maxEventSize,
        @DefaultValue("60s") Duration uploadStallLimit,
        @DefaultValue("30s") Duration ackTimeout,
        @DefaultValue("32") int maxUploads) {

    DeskProperties {
        webhookSecret = StringUtils.hasText(webhookSecret) ? webhookSecret : null;
        allowedHosts = allowedHosts.stream()
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        if (maxEventSize.toBytes() < 1 || maxEventSize.toMegabytes() > 64) {
            throw new IllegalArgumentException(
                    "desk.max-event-size is out of range: maxEventSize=" + maxEventSize + ", min=1B, max=64MB");
        }
        if (maxUploads < 1) {
            throw new IllegalArgumentException(
                    "desk.max-uploads is out of range: maxUploads=" + maxUploads + ", min=1");
        }
    }

    int maxEventBytes() {
        return (int) maxEventSize.toBytes();
    }

    /** Names everything but the secret. */
    @Override
    public String toString() {
        return "DeskProperties[webhookSecret=" + (webhookSecret == null ? "none" : "set") + ", allowedHosts="
                + allowedHosts + ", maxEventSize=" + maxEventSize + ", uploadStallLimit=" + uploadStallLimit
                + ", ackTimeout=" + ackTimeout + ", maxUploads=" + maxUploads + "]";
    }
}

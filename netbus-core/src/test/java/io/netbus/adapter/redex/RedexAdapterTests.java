package io.netbus.adapter.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.MissingShardException;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.StreamHold;
import io.netbus.event.Event;
import io.netbus.event.EventBatch;
import io.netbus.redex.LogConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import io.netbus.redex.Retention;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedexAdapterTests {

    @TempDir
    Path directory;

    @Test
    void logsOfOthersMayLieBesideThoseOfTheBus() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            Stream.of("other", "bus", "bus/audit/x", "bus/audit/07", "bus/audit/more/0")
                    .forEach(redex::log);
            RedexAdapter adapter = new RedexAdapter(redex);

            assertThat(adapter.channels()).isEmpty();
            assertThat(adapter.open("audit", 2)).isEqualTo(2);
            assertThat(adapter.channels()).containsExactly("audit");
        }
    }

    @Test
    void aChannelWhoseShardIsGoneIsRefusedAndNothingIsMadeInItsPlace() throws IOException {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            new RedexAdapter(redex).open("audit", 3);
        }
        Path moved = Files.move(logDirectory("bus+audit+1"), directory.resolveSibling("moved"));
        for (int tries = 0; tries < 2; tries++) {
            try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
                assertThatThrownBy(() -> new RedexAdapter(redex).open("audit", 3))
                        .isInstanceOf(MissingShardException.class)
                        .hasMessageContaining("shard=1, shards=3, log=bus/audit/1");
            }
        }
        Files.move(moved, directory.resolve("bus+audit+1.redex"));
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            assertThat(new RedexAdapter(redex).open("audit", 5)).isEqualTo(3);
        }
    }

    @Test
    void aShardKeepsSevenDaysOrTenGibibytesAndTheNumberOfShardsStays() {
        LogConfig defaults = LogConfig.defaults().withSegmentBytes(64 * 1024);
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults().withLogDefaults(defaults))) {
            RedexAdapter adapter = new RedexAdapter(redex);
            adapter.open("audit", 2);

            LogConfig shards = defaults.withRetention(
                    Retention.all().withMaxAge(Duration.ofDays(7)).withMaxBytes(10L * 1024 * 1024 * 1024));
            assertThat(adapter.shardLogs()).isEqualTo(shards);
            assertThat(redex.log("bus/audit/1", shards)).isSameAs(redex.log("bus/audit/1"));
            assertThat(redex.log("bus/audit", defaults)).isSameAs(redex.log("bus/audit"));
        }
    }

    @Test
    void shardsHaveSettingsOfTheirOwnHoweverOftenTheyAreOpened() {
        LogConfig shards = LogConfig.defaults().withRetention(Retention.all().withMaxRecords(5));
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            for (int round = 0; round < 3; round++) {
                RedexAdapter adapter = new RedexAdapter(redex, shards);
                assertThat(adapter.open("audit", 2)).isEqualTo(2);
                assertThat(adapter.open("audit", 2)).isEqualTo(2);
                adapter.close();
            }
            assertThat(redex.log("bus/audit/0", shards)).isSameAs(redex.log("bus/audit/0"));

            assertThatThrownBy(() -> new RedexAdapter(redex).open("audit", 2))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("log is open with other settings: log=bus/audit/0");
        }
    }

    @Test
    void aFullShardMayBeWrittenAgainOnceAHoldHasMovedOn() {
        LogConfig shards = LogConfig.defaults()
                .withSegmentBytes(64 * 1024)
                .withRetention(
                        Retention.all().withMaxRecords(0).withHardLimit(512 * 1024, Retention.AtHardLimit.REFUSE));
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            RedexAdapter adapter = new RedexAdapter(redex, shards);
            adapter.open("audit", 1);
            ShardStream stream = adapter.stream("audit", 0);
            RedexLog log = redex.log("bus/audit/0");
            StreamHold hold = stream.hold("slow", 0);
            assertThat(log.stats().holds())
                    .extracting(RedexLogStats.Hold::owner)
                    .containsExactly("slow");

            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            stream.write(event(10_000));
                        }
                    })
                    .isInstanceOf(RetryableAdapterException.class)
                    .hasMessageContaining("log is at its hard limit");
            assertThat(stream.firstSequence()).isZero();

            hold.moveTo(stream.nextSequence());
            sweep(log);
            assertThat(stream.firstSequence()).isPositive();
            assertThat(stream.write(event(10_000))).isEqualTo(stream.nextSequence() - 1);

            hold.close();
            assertThat(log.stats().holds()).isEmpty();
        }
    }

    @Test
    void nothingGoesBeforeRetentionIsStarted() {
        LogConfig shards = LogConfig.defaults()
                .withSegmentBytes(64 * 1024)
                .withRetention(Retention.all().withMaxRecords(0));
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            RedexAdapter adapter = new RedexAdapter(redex, shards);
            adapter.deferRetention();
            adapter.open("audit", 2);
            RedexLog log = redex.log("bus/audit/1");
            for (int i = 0; i < 50; i++) {
                adapter.stream("audit", 1).write(event(10_000));
            }
            sweep(log);
            assertThat(log.firstSequence()).isZero();
            assertThat(log.stats().holds())
                    .extracting(RedexLogStats.Hold::owner)
                    .containsExactly("startup");

            adapter.startRetention();
            sweep(log);
            assertThat(log.firstSequence()).isPositive();
            adapter.open("later", 1);
            assertThat(redex.log("bus/later/0").stats().holds()).isEmpty();

            adapter.deferRetention();
            adapter.open("last", 1);
            adapter.close();
            assertThat(redex.log("bus/last/0").stats().holds()).isEmpty();
        }
    }

    @Test
    void aChannelWhoseMakingWasCutShortIsMadeAnew() {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            redex.log("bus/audit");
            redex.log("bus/audit/0");
        }
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            assertThat(new RedexAdapter(redex).open("audit", 3)).isEqualTo(3);
        }
    }

    @Test
    void aTableOfAnotherFormatIsRefusedNamingBoth() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            redex.log("bus/audit").append(ByteBuffer.wrap(new byte[] {2, 3, 0, 0, 0}), 1);
            assertThatThrownBy(() -> new RedexAdapter(redex).open("audit", 3))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("format=2, known=1");
        }
    }

    @Test
    void theDocumentedExampleReadsAsItSays() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "format", "channel.md"));
        Matcher dump = Pattern.compile("```\n([0-9a-f ]+)\n```").matcher(page);
        assertThat(dump.find()).isTrue();
        byte[] documented = HexFormat.ofDelimiter(" ").parseHex(dump.group(1));
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            redex.log("bus/audit").append(ByteBuffer.wrap(documented), 1);
            Stream.of("bus/audit/0", "bus/audit/1").map(redex::log).forEach(RedexLog::close);
            assertThat(new RedexAdapter(redex).open("audit", 7)).isEqualTo(2);
            assertThat(ChannelTable.encode(2)).isEqualTo(ByteBuffer.wrap(documented));
        }
    }

    private static EventBatch event(int payloadBytes) {
        Event event = Event.of(new byte[payloadBytes]);
        byte[] encoded = new byte[event.encodedBytes()];
        event.copyTo(encoded, 0);
        ByteBuffer batch = ByteBuffer.allocate(Integer.BYTES + encoded.length).order(ByteOrder.LITTLE_ENDIAN);
        return new EventBatch(batch.putInt(encoded.length).put(encoded).flip(), 1, 1);
    }

    /** A segment can go once it is sealed, which a force brings about. */
    private static void sweep(RedexLog log) {
        log.sync();
        log.sweep();
    }

    private Path logDirectory(String name) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow();
        }
    }
}

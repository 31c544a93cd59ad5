package io.netbus.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.Cortex;
import io.netbus.event.Durability;
import io.netbus.event.EventLayout;
import io.netbus.event.IngestResult;
import io.netbus.redex.ForcePolicy;
import io.netbus.redex.LogConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.Retention;
import io.netbus.redex.Retention.AtHardLimit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class NetbusPropertiesTests {

    private static final Path REFERENCE = Path.of("..", "docs", "reference", "configuration.md");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** For each property another value than its default; a property that is missing here fails a test. */
    private static final Map<String, String> OTHER_VALUES = Map.ofEntries(
            Map.entry("netbus.enabled", "false"),
            Map.entry("netbus.bus.shards", "3"),
            Map.entry("netbus.bus.shard-budget", "16MB"),
            Map.entry("netbus.bus.max-payload", "2MB"),
            Map.entry("netbus.bus.max-batch-events", "99"),
            Map.entry("netbus.bus.backpressure", "fail"),
            Map.entry("netbus.bus.backpressure-timeout", "5s"),
            Map.entry("netbus.bus.idempotency-window", "1h"),
            Map.entry("netbus.bus.close-timeout", "5s"),
            Map.entry("netbus.log.storage", "memory"),
            Map.entry("netbus.log.directory", "elsewhere"),
            Map.entry("netbus.log.segment-size", "1MB"),
            Map.entry("netbus.log.acknowledgement", "fsynced"),
            Map.entry("netbus.log.force", "every-n"),
            Map.entry("netbus.log.force-interval", "5s"),
            Map.entry("netbus.log.force-bytes", "1MB"),
            Map.entry("netbus.log.force-records", "99"),
            Map.entry("netbus.log.retention.max-age", "30d"),
            Map.entry("netbus.log.retention.max-size", "1GB"),
            Map.entry("netbus.log.retention.max-records", "99"),
            Map.entry("netbus.log.retention.hard-limit", "20GB"),
            Map.entry("netbus.log.retention.at-hard-limit", "break-holds"),
            Map.entry("netbus.log.lock-wait", "5s"),
            Map.entry("netbus.log.allow-network-file-system", "true"),
            Map.entry("netbus.log.write-mode", "channel"),
            Map.entry("netbus.log.compression", "lz4"),
            Map.entry("netbus.log.recovery", "tolerant"),
            Map.entry("netbus.log.archive-directory", "elsewhere"),
            Map.entry("netbus.cortex.enabled", "false"));

    /** What must be set for a property to matter. */
    private static final Map<String, String> NEEDED = Map.of(
            "netbus.log.force-bytes", "netbus.log.force=interval-or-bytes",
            "netbus.log.force-records", "netbus.log.force=every-n");

    @TempDir
    Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedexAutoConfiguration.class, NetbusAutoConfiguration.class, CortexAutoConfiguration.class));

    /** What an application has in the end; a property that changes nothing of it is read by nobody. */
    private record Effect(boolean bus, boolean models, String logs, String configs) {

        static Effect of(AssertableApplicationContext context) {
            assertThat(context).hasNotFailed();
            return new Effect(
                    context.getBeanProvider(EventBus.class).getIfAvailable() != null,
                    context.getBeanProvider(Cortex.class).getIfAvailable() != null,
                    context.getBeanProvider(Redex.class).stream()
                            .map(redex -> String.valueOf(redex.directory()))
                            .collect(Collectors.joining()),
                    context.getBeanProvider(EventBusConfig.class).getIfAvailable() + ", "
                            + context.getBeanProvider(RedexConfig.class).getIfAvailable() + ", "
                            + context.getBeanProvider(RedexAdapter.class).stream()
                                    .map(RedexAdapter::shardLogs)
                                    .toList());
        }
    }

    @TestFactory
    Stream<DynamicTest> everyPropertyIsRead() throws IOException {
        return metadata().keySet().stream()
                .map(property -> DynamicTest.dynamicTest(property, () -> {
                    String other = Objects.requireNonNull(OTHER_VALUES.get(property), "no other value");
                    String value = property.equals("netbus.log.directory")
                            ? directory.resolve(other).toString()
                            : other;
                    String needed = NEEDED.getOrDefault(property, "netbus.enabled=true");
                    assertThat(effectOf(needed, property + "=" + value)).isNotEqualTo(effectOf(needed));
                }));
    }

    @Test
    void everyPropertyIsDescribedForTheEditor() throws IOException {
        assertThat(metadata()).allSatisfy((name, property) -> {
            String description = property.path("description").asString("");
            assertThat(description)
                    .as(name)
                    .matches("(?s)[A-Z].*\\.")
                    .doesNotStartWith("The ")
                    .doesNotStartWith("A ");
            assertThat(property.path("type").asString("")).as(name).isNotEmpty();
            if (property.path("type").asString("").endsWith("Boolean")) {
                assertThat(description).as(name).startsWith("Whether ");
            }
        });
    }

    @Test
    void theReferenceShowsEveryPropertyAndNoOther() throws IOException {
        assertThat(new TreeSet<>(reference().keySet())).isEqualTo(metadata().keySet());
        assertThat(referenceTable()).isEqualTo(metadata().keySet());
    }

    @Test
    void theReferenceShowsTheDefaults() throws IOException {
        Map<String, Object> shown = reference();
        Map<String, Object> withoutExamples = new HashMap<>(shown);
        withoutExamples.remove("netbus.bus.shards"); // depends on the machine
        withoutExamples.remove("netbus.log.archive-directory"); // an example

        assertThat(bind(withoutExamples)).isEqualTo(bind(Map.of()));
        assertThat(bind(shown).bus().shards()).isEqualTo(4);
        assertThat(metadata()).allSatisfy((name, property) -> {
            if (property.has("defaultValue")) {
                assertThat(shown.get(name))
                        .as(name)
                        .asString()
                        .isEqualTo(property.path("defaultValue").asString());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1024 * 1024, 2 * 1024 * 1024, 64 * 1024 * 1024})
    void theLargestEventAlwaysFitsItsLog(int payloadBytes) {
        NetbusProperties properties =
                bind(Map.of("netbus.bus.max-payload", payloadBytes + "B", "netbus.bus.shard-budget", "1GB"));

        assertThat(properties.toRedexConfig().logDefaults().maxPayloadBytes())
                .isGreaterThanOrEqualTo(payloadBytes + EventLayout.MAX_HEAD_BYTES);
    }

    @Test
    void everyForcePolicyCanBeChosen() {
        assertThat(force(Map.of())).isEqualTo(ForcePolicy.interval(Duration.ofSeconds(1)));
        assertThat(force(Map.of("netbus.log.force-interval", "200ms")))
                .isEqualTo(ForcePolicy.interval(Duration.ofMillis(200)));
        assertThat(force(Map.of("netbus.log.force", "never"))).isEqualTo(ForcePolicy.never());
        assertThat(force(Map.of("netbus.log.force", "each-append"))).isEqualTo(ForcePolicy.eachAppend());
        assertThat(force(Map.of("netbus.log.force", "every-n", "netbus.log.force-records", "7")))
                .isEqualTo(ForcePolicy.every(7));
        assertThat(force(Map.of("netbus.log.force", "interval-or-bytes", "netbus.log.force-bytes", "1MB")))
                .isEqualTo(ForcePolicy.intervalOrBytes(Duration.ofSeconds(1), 1024 * 1024));
    }

    @Test
    void zeroSetsNoLimitToWhatIsKept() {
        assertThat(bind(Map.of("netbus.log.retention.max-age", "0", "netbus.log.retention.max-size", "0"))
                        .log()
                        .retention()
                        .toRetention())
                .isEqualTo(Retention.all());
        assertThat(bind(Map.of(
                                "netbus.log.retention.max-age", "1d",
                                "netbus.log.retention.max-size", "2GB",
                                "netbus.log.retention.max-records", "3",
                                "netbus.log.retention.hard-limit", "4GB",
                                "netbus.log.retention.at-hard-limit", "break-holds"))
                        .log()
                        .retention()
                        .toRetention())
                .isEqualTo(new Retention(Duration.ofDays(1), 2L << 30, 3, 4L << 30, AtHardLimit.BREAK_HOLDS));
    }

    @Test
    void withoutSettingsChannelsKeepWhatTheAdapterKeeps() {
        runner.withPropertyValues("netbus.log.storage=memory").run(context -> {
            LogConfig shards = context.getBean(RedexAdapter.class).shardLogs();
            assertThat(shards).isEqualTo(new RedexAdapter(context.getBean(Redex.class)).shardLogs());
        });
    }

    @Test
    void aPayloadOfTheLargestSizeIsStored() {
        runner.withPropertyValues(
                        "netbus.log.directory=" + directory,
                        "netbus.bus.max-payload=5MB",
                        "netbus.bus.shard-budget=16MB",
                        "netbus.log.segment-size=64KB")
                .run(context -> {
                    EventBus bus = context.getBean(EventBus.class);
                    int largest = 5 * 1024 * 1024;
                    assertThat(bus.ingest("k".repeat(EventLayout.MAX_TEXT_BYTES), new byte[largest]))
                            .isEqualTo(IngestResult.ACCEPTED);
                    assertThat(bus.ingest(new byte[largest + 1])).isEqualTo(IngestResult.TOO_LARGE);
                    assertThat(bus.flush(Durability.FSYNCED, TIMEOUT).complete())
                            .isTrue();
                    assertThat(context.getBean(Redex.class).logs().stream()
                                    .filter(log -> log.name().startsWith("bus/events/"))
                                    .mapToLong(RedexLog::nextSequence)
                                    .sum())
                            .isEqualTo(1);
                });
    }

    /** The settings check the same ranges as the engine, where a property's name is known. */
    @Test
    void theRangesAreTheEngines() {
        EventBusConfig defaults = EventBusConfig.defaults();
        int gib = 1024 * 1024 * 1024;
        accepted(() -> bus(1024, gib, 64 * 1024 * 1024, 1_000_000));
        accepted(() -> bind(Map.of(
                "netbus.bus.shards", "1024",
                "netbus.bus.shard-budget", "1GB",
                "netbus.bus.max-payload", "64MB",
                "netbus.bus.max-batch-events", "1000000")));
        refused(() -> bus(1025, defaults.shardBudgetBytes(), 1, 1));
        refused(() -> bus(1, gib + 1, 1, 1));
        refused(() -> bus(1, gib, 64 * 1024 * 1024 + 1, 1));
        refused(() -> bus(1, gib, 1, 1_000_001));
        RedexConfig logs = RedexConfig.defaults();
        accepted(() -> logs.withSegmentBytes(gib).withForceInterval(Duration.ofHours(1)));
        accepted(() -> logs.withSegmentBytes(64 * 1024).withForceInterval(Duration.ofMillis(1)));
        refused(() -> logs.withSegmentBytes(gib + 1));
        refused(() -> logs.withSegmentBytes(64 * 1024 - 1));
        refused(() -> logs.withForceInterval(Duration.ofHours(2)));
    }

    private static ForcePolicy force(Map<String, Object> settings) {
        return bind(settings).toRedexConfig().logDefaults().forcePolicy();
    }

    private static EventBusConfig bus(int shards, int budgetBytes, int payloadBytes, int batchEvents) {
        return EventBusConfig.defaults()
                .withShards(shards)
                .withMaxPayloadBytes(1)
                .withShardBudgetBytes(budgetBytes)
                .withMaxPayloadBytes(payloadBytes)
                .withMaxBatchEvents(batchEvents);
    }

    private static void accepted(Runnable settings) {
        assertThatCode(settings::run).doesNotThrowAnyException();
    }

    private static void refused(Runnable settings) {
        assertThatIllegalArgumentException().isThrownBy(settings::run);
    }

    private Effect effectOf(String... properties) {
        List<Effect> effects = new ArrayList<>();
        runner.withPropertyValues("netbus.log.directory=" + directory.resolve("logs"))
                .withPropertyValues(properties)
                .run(context -> effects.add(Effect.of(context)));
        return effects.get(0);
    }

    private static NetbusProperties bind(Map<String, Object> values) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", values));
        return Binder.get(environment).bindOrCreate("netbus", NetbusProperties.class);
    }

    /** The properties an editor offers, by name. */
    private static Map<String, JsonNode> metadata() throws IOException {
        try (InputStream json =
                NetbusPropertiesTests.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertThat(json).isNotNull();
            Map<String, JsonNode> properties = new TreeMap<>();
            for (JsonNode property : JsonMapper.shared().readTree(json).path("properties")) {
                String name = property.path("name").asString();
                if (name.startsWith("netbus.")) {
                    properties.put(name, property);
                }
            }
            assertThat(properties).isNotEmpty();
            return properties;
        }
    }

    /** The settings of the reference's YAML. */
    private static Map<String, Object> reference() throws IOException {
        String text = Files.readString(REFERENCE);
        int start = text.indexOf("```yaml\n") + "```yaml\n".length();
        String yaml = text.substring(start, text.indexOf("```", start));
        List<PropertySource<?>> sources = new YamlPropertySourceLoader()
                .load("reference", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
        Map<String, Object> settings = new HashMap<>();
        for (PropertySource<?> source : sources) {
            EnumerablePropertySource<?> settingsOfSource = (EnumerablePropertySource<?>) source;
            for (String name : settingsOfSource.getPropertyNames()) {
                settings.put(name, String.valueOf(settingsOfSource.getProperty(name)));
            }
        }
        return settings;
    }

    /** The settings of the reference's table. */
    private static Set<String> referenceTable() throws IOException {
        return Arrays.stream(Files.readString(REFERENCE).split("\n"))
                .filter(line -> line.startsWith("| `netbus."))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

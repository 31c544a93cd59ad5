package io.netbus.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.redex.NetworkFileSystemException;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.util.ReflectionTestUtils;

/** Starts real applications, so that what is tested is what the user reads. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalyzerTests {

    @TempDir
    Path directory;

    @Test
    void aHeldDirectory(CapturedOutput output) {
        try (Redex holder = Redex.onDisk(directory, RedexConfig.defaults())) {
            assertThat(holder.directory()).isPresent();
            fails(App.class, "netbus.log.directory=" + directory, "netbus.log.lock-wait=0");
        }

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The directory of the logs is held by another application")
                .contains("directory=" + directory)
                .contains("stop the other application")
                .contains("netbus.log.directory")
                .contains("netbus.log.storage=memory")
                .contains("netbus.log.lock-wait");
    }

    @Test
    void aDamagedLog(CapturedOutput output) throws IOException {
        fillAndDamage("cortex/tasks");

        fails(App.class, "netbus.log.directory=" + directory);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("A log holds bytes that were safely on disk and have changed since")
                .contains("offset=")
                .contains("Restore the file from a copy");
    }

    @Test
    void aDamagedLogOfAChannel(CapturedOutput output) throws IOException {
        fillAndDamage("bus/events/0");

        fails(App.class, "netbus.log.directory=" + directory);

        assertThat(output)
                .contains("A log holds bytes that were safely on disk and have changed since")
                .contains("Restore the file from a copy");
    }

    @Test
    void aChannelThatLacksAShard(CapturedOutput output) throws IOException {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            new RedexAdapter(redex).open("events", 2);
        }
        Path log;
        try (Stream<Path> logs = Files.list(directory)) {
            log = logs.filter(file -> file.getFileName().toString().startsWith("bus+events+1"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.move(log, directory.resolveSibling("moved-" + directory.getFileName()));

        fails(App.class, "netbus.log.directory=" + directory);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("A channel is not whole")
                .contains("channel=events, shard=1, shards=2")
                .contains("Put the shard's log back in its place");
    }

    @Test
    void aDirectoryThatIsNone(CapturedOutput output) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");

        fails(App.class, "netbus.log.directory=" + file.resolve("below"));

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The directory of the logs, '" + file.resolve("below")
                        + "', cannot be created, read or written")
                .contains("or set netbus.log.directory to a directory where it may");
    }

    @Test
    void aNetworkFileSystem(CapturedOutput output) {
        fails(NetworkApp.class, "netbus.log.directory=" + directory);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The directory of the logs is on a network file system")
                .contains("directory=" + directory)
                .contains("type=nfs4")
                .contains("keep the logs on a disk of this machine: netbus.log.directory")
                .contains("allow it: netbus.log.allow-network-file-system=true");
    }

    @Test
    void aLogThatTheDiskDoesNotLetOpen(CapturedOutput output) throws IOException {
        Files.writeString(directory.resolve("bus+events+0.redex"), "no directory");

        fails(App.class, "netbus.log.directory=" + directory);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The log 'bus/events/0' cannot be opened: java.nio.file.FileAlreadyExistsException")
                .contains("See that the disk has free space")
                .contains("netbus.log.directory");
    }

    @Test
    void aDirectoryThatMayNotBeWritten(CapturedOutput output) throws IOException {
        Path closed = Files.createDirectory(directory.resolve("closed"));
        // a test run by root may write everywhere, but nobody may make a directory here
        Path unwritable = closed.toFile().setWritable(false) && !Files.isWritable(closed)
                ? closed.resolve("below")
                : Path.of("/proc/netbus");
        assumeTrue(
                unwritable.startsWith(directory) || Files.isDirectory(Path.of("/proc")),
                "needs a directory that cannot be written, such as /proc");

        fails(App.class, "netbus.log.directory=" + unwritable);

        assertThat(output)
                .contains("The directory of the logs, '" + unwritable + "', cannot be created, read or written")
                .contains("Let the user '" + System.getProperty("user.name") + "' write to it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "netbus.bus.shards | 0 | from 1 to 1024",
                "netbus.bus.shard-budget | 2GB | from 1MB to 1024MB",
                "netbus.bus.max-payload | 65MB | from 1B to 64MB",
                "netbus.bus.max-batch-events | 0 | from 1 to 1000000",
                "netbus.bus.backpressure-timeout | 0s | from PT0.000000001S to PT1H",
                "netbus.bus.idempotency-window | -1s | from PT0S to PT8760H",
                "netbus.bus.close-timeout | 2h | from PT0S to PT1H",
                "netbus.log.segment-size | 1KB | from 64KB to 1024MB",
                "netbus.log.force-interval | 0s | from PT0.001S to PT1H",
                "netbus.log.force-interval | 2h | from PT0.001S to PT1H",
                "netbus.log.force-bytes | 0B | from 1B to 1024TB",
                "netbus.log.force-records | 0 | from 1 to 2147483647",
                "netbus.log.retention.max-age | -1s | from PT0S to PT876000H",
                "netbus.log.retention.max-size | -1B | from 0B to 1024TB",
                "netbus.log.retention.max-records | -1 | from 0 to 9223372036854775807",
                "netbus.log.retention.hard-limit | 1025TB | from 0B to 1024TB",
                "netbus.log.lock-wait | -1s | from PT0S to PT1H",
                "netbus.log.directory | '' | path of a directory",
            })
    void aValueOutOfRange(String property, String value, String action, CapturedOutput output) {
        fails(App.class, "netbus.log.storage=memory", property + "=" + value);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The property '" + property + "' has the value '")
                .contains(action);
    }

    @Test
    void aBudgetThatIsTooSmallForTheLargestPayload(CapturedOutput output) {
        fails(App.class, "netbus.log.storage=memory", "netbus.bus.max-payload=16MB", "netbus.bus.shard-budget=16MB");

        assertThat(output)
                .contains("The property 'netbus.bus.shard-budget' has the value '16777216B'")
                .contains(
                        "an event of the largest payload, netbus.bus.max-payload=16777216B, might never find room in it")
                .containsPattern("Set it to at least \\d+B, or lower netbus.bus.max-payload");
    }

    @Test
    void aHardLimitBelowWhatIsKeptIsToldWithWhatToSet(CapturedOutput output) {
        fails(App.class, "netbus.log.storage=memory", "netbus.log.retention.hard-limit=10GB");

        assertThat(output.getOut())
                .contains("The property 'netbus.log.retention.hard-limit' has the value '10737418240B'")
                .contains(
                        "a log that keeps netbus.log.retention.max-size=10737418240B would meet it without being held")
                .contains("Set it to at least 11005853696B, or lower netbus.log.retention.max-size");
    }

    @Test
    void aBridgeToAChannelThatIsNone(CapturedOutput output) {
        fails(BridgeApp.class, "netbus.log.storage=memory");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The bridge 'orders' (")
                .contains("cannot be connected to its channel 'No Channel'")
                .contains("channel() the name of a channel");
    }

    private static void fails(Class<?> application, String... properties) {
        SpringApplication spring = new SpringApplication(application);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setRegisterShutdownHook(false);
        String[] arguments =
                Stream.of(properties).map(property -> "--" + property).toArray(String[]::new);
        assertThatThrownBy(() -> spring.run(arguments).close()).isInstanceOf(RuntimeException.class);
    }

    /** The head of a file is looked at by every open; a damaged record is reported by who reads it. */
    private void fillAndDamage(String name) throws IOException {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            RedexLog log = redex.log(name);
            for (int i = 0; i < 100; i++) {
                log.append(ByteBuffer.wrap(new byte[1000]), i);
            }
            log.whenForced(100).toCompletableFuture().join();
        }
        List<Path> segments;
        try (Stream<Path> files = Files.walk(directory)) {
            segments = files.filter(file -> file.toFile().length() > 50_000).toList();
        }
        assertThat(segments).isNotEmpty();
        for (Path segment : segments) {
            byte[] bytes = Files.readAllBytes(segment);
            bytes[20] ^= 1;
            Files.write(segment, bytes);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({RedexAutoConfiguration.class, NetbusAutoConfiguration.class, CortexAutoConfiguration.class
    })
    static class App {}

    /** As if the directory were on NFS, which no test can have everywhere. */
    @Configuration(proxyBeanMethods = false)
    static class NetworkApp extends App {

        @Bean
        Redex redex(NetbusProperties properties) {
            RuntimeException refusal = ReflectionTestUtils.invokeMethod(
                    NetworkFileSystemException.class, "of", properties.log().path(), "nfs4");
            throw Objects.requireNonNull(refusal);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class BridgeApp extends App {

        @Bean
        TasksBridge bridge() {
            return new NetbusAutoConfigurationTests.OneTaskPerEvent("orders", "No Channel");
        }
    }
}

package io.netbus.redex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What each command tells, and how it ends. */
class RedexCliTests {

    @TempDir
    private Path temp;

    private Orders orders;
    private String dir;

    @BeforeEach
    void setUp() {
        orders = new Orders(temp.resolve("data"));
        dir = orders.base.toString();
    }

    // --- info

    @Test
    void infoTellsTheConditionOfEachLog() {
        orders.with("first", "second");

        Ran ran = Ran.here("info", dir);

        assertThat(ran.code()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines())
                .contains(
                        "owner       none",
                        "log         orders",
                        "condition   clean",
                        "epoch       0, since record 0",
                        "records     0 to 1, next 2, forced below 2",
                        "first       2026-11-20T10:00:00.000000000Z",
                        "last        2026-11-20T10:00:01.000000000Z",
                        "checkpoint  generation 1, log start 0, epochs 1",
                        "quarantine  0 files, 0 bytes");
    }

    @Test
    void infoSeesALivingOwnerAndWhatItAppends() {
        try (Redex redex = orders.open()) {
            Orders.append(redex.log("orders"), "first", "second");

            JsonNode info = Ran.here("info", dir, "--json").json();

            assertThat(info.at("/owner/alive").asBoolean()).isTrue();
            assertThat(info.at("/owner/pid").asLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(info.at("/logs/0/log").asString()).isEqualTo("orders");
            assertThat(info.at("/logs/0/condition").asString()).isEqualTo("in-use");
            assertThat(info.at("/logs/0/nextSequence").asLong()).isEqualTo(2);
        }
    }

    @Test
    void infoTellsOfAnEmptyLog() {
        try (Redex redex = orders.open()) {
            redex.log("orders");
        }
        JsonNode info = Ran.here("info", dir, "--json").json();

        assertThat(info.at("/logs/0/condition").asString()).isEqualTo("clean");
        assertThat(info.at("/logs/0/nextSequence").asLong()).isZero();
        assertThat(info.at("/logs/0/firstTimestamp").isNull()).isTrue();
    }

    // --- verify

    @Test
    void verifyOfAWholeLogFindsNothing() {
        orders.with("first", "second");

        Ran text = Ran.here("verify", dir);
        JsonNode json = Ran.here("verify", dir, "--log", "orders", "--json").json();

        assertThat(text.code()).isZero();
        assertThat(text.err()).isEmpty();
        assertThat(text.out())
                .startsWith("orders: clean: 2 records whole, 0 lost, 0 behind the durable tip; 1 segments, ")
                .endsWith(" bytes read; 0 damages, 0 notes\n");
        assertThat(json.at("/findings").size()).isZero();
        assertThat(json.at("/logs/0/condition").asString()).isEqualTo("clean");
        assertThat(json.at("/logs/0/wholeRecords").asLong()).isEqualTo(2);
    }

    @Test
    void verifyNamesADamagedPlaceAndTheRecordsThatAreGone() throws IOException {
        orders.with("first", "second", "third");
        orders.damage(56 + 44); // the second frame's payload

        Ran ran = Ran.here("verify", dir, "--json");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.json().at("/findings").size()).isEqualTo(1);
        JsonNode finding = ran.json().at("/findings/0");
        assertThat(finding.at("/kind").asString()).isEqualTo("damage");
        assertThat(finding.at("/log").asString()).isEqualTo("orders");
        assertThat(finding.at("/file").asString()).isEqualTo("orders.redex/00000000000000000000.log");
        assertThat(finding.at("/offset").asLong()).isEqualTo(4096 + 56);
        assertThat(finding.at("/bytes").asLong()).isEqualTo(56);
        assertThat(finding.at("/field").asString()).isEqualTo("checksum");
        assertThat(finding.at("/fromSequence").asLong()).isEqualTo(1);
        assertThat(finding.at("/toSequence").asLong()).isEqualTo(2);
        assertThat(ran.json().at("/logs/0/wholeRecords").asLong()).isEqualTo(2);
        assertThat(ran.json().at("/logs/0/lostRecords").asLong()).isEqualTo(1);
        assertThat(Ran.here("verify", dir).out())
                .startsWith("damage: orders.redex/00000000000000000000.log offset=4152 bytes=56: checksum: expected ")
                .contains("; records 1 (goes on behind it)\n");
    }

    @Test
    void verifyTakesWhatACrashLeftForNoDamage() throws IOException {
        Orders crashed;
        try (Redex redex = orders.open()) {
            Orders.append(redex.log("orders"), "first", "second");
            crashed = orders.crashed(temp.resolve("crashed"));
        }
        Orders.flip(crashed.segment(0), 4096 + 56 + 44);

        Ran ran = Ran.here("verify", crashed.base.toString(), "--json");

        assertThat(ran.code()).isZero();
        assertThat(ran.json().at("/logs/0/condition").asString()).isEqualTo("left-by-crash");
        assertThat(ran.json().at("/findings/0/kind").asString()).isEqualTo("crash");
    }

    @Test
    void verifyTellsItsProgressWhenAsked() {
        orders.with("first");

        Ran ran = Ran.here("verify", dir, "--progress");

        assertThat(ran.err()).matches("(?s)(\\d+ of \\d+ bytes\\R)+");
        assertThat(ran.out()).startsWith("orders: clean");
    }

    @Test
    void lookingWritesNothing() throws IOException {
        orders.with("first", "second");
        orders.damage(56 + 44);
        Map<String, String> before = orders.state();

        Ran.here("info", dir);
        Ran.here("verify", dir);
        Ran.here("dump", dir, "--log", "orders");
        Ran.here("tail", dir, "--log", "orders");

        assertThat(orders.state()).isEqualTo(before);
    }

    // --- dump and tail

    @Test
    void dumpWritesRecordsInLines() {
        orders.with("first", "two\nlines \\ \u0007", "", "größer");

        Ran ran = Ran.here("dump", dir, "--log", "orders");

        assertThat(ran.code()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).isEqualTo("""
                        0 2026-11-20T10:00:00.000000000Z first
                        1 2026-11-20T10:00:01.000000000Z two\\nlines \\\\ \\x07
                        2 2026-11-20T10:00:02.000000000Z\s
                        3 2026-11-20T10:00:03.000000000Z größer
                        """);
    }

    @Test
    void dumpStartsAndEndsWhereItIsTold() {
        orders.with("a", "b", "c", "d");

        assertThat(Ran.here("dump", dir, "--log", "orders", "--from", "1", "--limit", "2", "--hex")
                        .out())
                .isEqualTo("1 2026-11-20T10:00:01.000000000Z 62\n2 2026-11-20T10:00:02.000000000Z 63\n");
    }

    @Test
    void dumpWritesJsonLines() {
        orders.with("first", "second");

        Ran base64 = Ran.here("dump", dir, "--log", "orders", "--json");
        Ran text = Ran.here("dump", dir, "--log", "orders", "--json", "--text");

        assertThat(base64.jsonLines()).hasSize(2);
        assertThat(base64.jsonLines().get(1).toString())
                .isEqualTo("{\"sequence\":1,\"timestamp\":\"2026-11-20T10:00:01.000000000Z\",\"bytes\":6,"
                        + "\"base64\":\"c2Vjb25k\"}");
        assertThat(text.jsonLines().get(0).at("/text").asString()).isEqualTo("first");
    }

    @Test
    void dumpEscapesWhatIsNoText() {
        try (Redex redex = orders.open()) {
            redex.log("orders")
                    .append(ByteBuffer.wrap(new byte[] {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xe2}), 0);
        }
        assertThat(Ran.here("dump", dir, "--log", "orders").out())
                .isEqualTo("0 1970-01-01T00:00:00.000000000Z a\\xff\\xc3b\\xe2\n");
    }

    @Test
    void dumpStepsOverDamageAndSaysSo() throws IOException {
        orders.with("first", "second", "third");
        orders.damage(56 + 44);

        Ran ran = Ran.here("dump", dir, "--log", "orders");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out().lines()).hasSize(2);
        assertThat(ran.err()).startsWith("damage: ").contains("records 1").hasLineCount(1);
    }

    @Test
    void tailWritesTheLastRecords() {
        orders.with("a", "b", "c", "d");

        assertThat(Ran.here("tail", dir, "--log", "orders", "-n", "2").out())
                .isEqualTo("2 2026-11-20T10:00:02.000000000Z c\n3 2026-11-20T10:00:03.000000000Z d\n");
        assertThat(Ran.here("tail", dir, "--log", "orders").out().lines()).hasSize(4);
    }

    // --- repair

    @Test
    void repairMendsWhatItCanAndTellsWhatStays() throws IOException {
        orders.with("first", "second", "third");
        orders.damage(56 + 44);
        Orders.flip(orders.segment(0), 100);
        Map<String, String> before = orders.state();

        Ran would = Ran.here("repair", dir, "--dry-run");
        assertThat(would.code()).isEqualTo(1);
        assertThat(would.out())
                .contains("would: orders.redex/00000000000000000000.log: head page written anew (mended=unused@100)\n")
                .contains("stays: damage: orders.redex/00000000000000000000.log offset=4152 bytes=56")
                .endsWith("orders: is damaged: 2 records whole, 1 lost; 2 changes to be made\n");
        assertThat(orders.state()).isEqualTo(before);

        Ran ran = Ran.here("repair", dir, "--json");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).isEmpty();
        JsonNode log = ran.json().at("/logs/0");
        assertThat(ran.json().at("/dryRun").asBoolean()).isFalse();
        assertThat(log.at("/actions").size()).isEqualTo(2);
        assertThat(log.at("/actions/1/what").asString()).isEqualTo("head page written anew");
        assertThat(log.at("/left").size()).isEqualTo(1);
        assertThat(log.at("/left/0/fromSequence").asLong()).isEqualTo(1);
        assertThat(log.at("/refusal").isNull()).isTrue();
        assertThat(log.at("/verdict/lostRecords").asLong()).isEqualTo(1);

        Map<String, String> after = orders.state();
        Ran again = Ran.here("repair", dir);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.out()).endsWith("orders: now damaged: 2 records whole, 1 lost; 0 changes\n");
        assertThat(orders.state()).isEqualTo(after);
    }

    @Test
    void repairAfterACrashEndsWell() throws IOException {
        Orders crashed;
        try (Redex redex = orders.open()) {
            Orders.append(redex.log("orders"), "first", "second");
            crashed = orders.crashed(temp.resolve("crashed"));
        }

        Ran ran = Ran.here("repair", crashed.base.toString());

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("done: orders.redex/00000000000000000000.log: records behind the durable tip written anew")
                .endsWith("orders: now clean: 2 records whole, 0 lost; 2 changes\n");
        assertThat(Ran.here("info", crashed.base.toString()).out()).contains("condition   clean", "epoch       1");
    }

    @Test
    void repairSaysWhyOpeningStillRefuses() throws IOException {
        orders.with("first");
        Files.delete(orders.segment(0));

        Ran ran = Ran.here("repair", dir);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).contains("orders: opening refuses it: log is damaged: file=");
    }

    @Test
    void repairBesideALivingOwnerIsRefused() throws IOException {
        try (Redex redex = orders.open()) {
            Orders.append(redex.log("orders"), "first");
            Map<String, String> before = orders.state();
            for (String option : new String[] {"--dry-run", "--json"}) {
                Ran ran = Ran.here("repair", dir, option);
                assertThat(ran.code()).isEqualTo(3);
                assertThat(ran.out()).isEmpty();
                assertThat(ran.err()).startsWith("error: directory is in use").hasLineCount(1);
            }
            assertThat(orders.state()).isEqualTo(before);
        }
    }

    // --- misuse

    @ParameterizedTest
    @ValueSource(strings = {"info", "verify", "repair"})
    void aMissingDirectoryIsMisuse(String command) {
        Ran ran = Ran.here(command, dir, "--json");

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("error: directory is missing").hasLineCount(1);
    }

    @Test
    void aDirectoryWithoutLogsIsMisuse() throws IOException {
        Files.createDirectories(orders.base);

        Ran ran = Ran.here("verify", dir);

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).startsWith("error: not a RedEX directory").hasLineCount(1);
    }

    @Test
    void anUnknownLogIsMisuse() {
        orders.with("first");

        for (String command : new String[] {"verify", "dump", "tail"}) {
            Ran ran = Ran.here(command, dir, "--log", "nothing");
            assertThat(ran.code()).as(command).isEqualTo(2);
            assertThat(ran.out()).as(command).isEmpty();
            assertThat(ran.err()).as(command).startsWith("error: no such log").hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "info", "dump DIR", "dump DIR --log orders --hex --text", "verify DIR --x"})
    void aWrongCommandLineIsMisuse(String line) {
        orders.with("first");
        String[] args =
                line.isEmpty() ? new String[0] : line.replace("DIR", dir).split(" ", -1);

        Ran ran = Ran.here(args);

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("error: ").endsWith(" (try --help)\n").hasLineCount(1);
    }

    @Test
    void helpIsNoMisuse() {
        Ran ran = Ran.here("--help");
        Ran verify = Ran.here("verify", "--help");

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("info", "verify", "dump", "tail", "repair");
        assertThat(verify.code()).isZero();
        assertThat(verify.out()).contains("--progress");
    }

    @Test
    void besideALivingOwnerAllThatLookWork() {
        try (Redex redex = orders.open()) {
            RedexLog log = redex.log("orders");
            Orders.append(log, "first");

            assertThat(Ran.here("verify", dir).code()).isZero();
            assertThat(Ran.here("dump", dir, "--log", "orders").out().lines()).hasSize(1);
            Orders.append(log, "second"); // the lock is still ours, and the log open
            assertThat(Ran.here("tail", dir, "--log", "orders", "-n", "1").out())
                    .contains(" second\n");
        }
    }
}

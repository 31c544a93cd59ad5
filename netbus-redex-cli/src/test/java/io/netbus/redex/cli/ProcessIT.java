package io.netbus.redex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process: exit codes, and what is on which stream. */
class ProcessIT {

    @TempDir
    private Path temp;

    @Test
    void exitCodesAndStreams() throws IOException, InterruptedException {
        Orders orders = new Orders(temp.resolve("data")).with("first", "second", "third");
        String dir = orders.base.toString();

        Ran well = Ran.process("verify", dir, "--json");
        assertThat(well.code()).isZero();
        assertThat(well.err()).isEmpty();
        assertThat(well.json().at("/logs/0/wholeRecords").asLong()).isEqualTo(3);

        orders.damage(56 + 44);
        Ran damaged = Ran.process("verify", dir, "--json");
        assertThat(damaged.code()).isEqualTo(1);
        assertThat(damaged.err()).isEmpty();
        assertThat(damaged.json().at("/logs/0/lostRecords").asLong()).isEqualTo(1);

        Ran repaired = Ran.process("repair", dir, "--json");
        assertThat(repaired.code()).isEqualTo(1);
        assertThat(repaired.err()).isEmpty(); // what opening logs is not repeated there
        assertThat(repaired.json().at("/logs/0/left").size()).isEqualTo(1);

        try (Redex owner = orders.open()) {
            Ran refused = Ran.process("repair", dir);
            assertThat(refused.code()).isEqualTo(3);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err())
                    .startsWith("error: directory is in use")
                    .contains("pid=" + ProcessHandle.current().pid())
                    .hasLineCount(1);
            assertThat(owner.names()).containsExactly("orders");
        }

        Ran misused = Ran.process("verify", temp.resolve("nowhere").toString());
        assertThat(misused.code()).isEqualTo(2);
        assertThat(misused.out()).isEmpty();
        assertThat(misused.err()).startsWith("error: directory is missing").hasLineCount(1);
    }

    @Test
    void tailFollowsAnotherProcess() throws IOException {
        Orders orders = new Orders(temp.resolve("data"));
        try (Redex redex = orders.open()) {
            RedexLog log = redex.log("orders");
            Orders.append(log, "first", "second");
            Process tail = Ran.start("tail", orders.base.toString(), "--log", "orders", "-n", "1", "--follow");
            try (BufferedReader lines = Ran.lines(tail)) {
                assertThat(lines.readLine()).endsWith(" second");
                for (int i = 0; i < 100; i++) { // on into other segments
                    Orders.append(log, i + "x".repeat(4_000));
                    assertThat(lines.readLine()).contains(" " + i + "xxx");
                }
                assertThat(tail.isAlive()).isTrue();
            } finally {
                tail.destroy();
            }
        }
    }
}

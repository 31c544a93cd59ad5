package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers and a write that is half done. */
class PublishedEndTests {

    @TempDir
    private Path base;

    @Test
    void aReaderNeitherSeesNorKeepsBytesOfAWriteInHand() {
        FaultyStore store = new FaultyStore();
        try (Redex redex = DiskRedex.open(base, LogFiles.CONFIG, store)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("first"), 1);
            List<Long> seen = new ArrayList<>();
            try (LogCursor cursor = log.cursor(0)) {
                store.onWrite = path -> {
                    Files.write(path, new byte[200], StandardOpenOption.APPEND); // as if half of it had arrived
                    cursor.read((sequence, stamp, payload) -> seen.add(sequence), 10);
                    assertThat(cursor.position()).isEqualTo(log.nextSequence());
                };
                log.append(utf8("second"), 1);
                log.append(utf8("third"), 1);
                store.onWrite = path -> {};
                assertThat(cursor.read((sequence, stamp, payload) -> seen.add(sequence), 10))
                        .isEqualTo(1);
            }
            assertThat(seen).containsExactly(0L, 1L, 2L);
        }
    }
}

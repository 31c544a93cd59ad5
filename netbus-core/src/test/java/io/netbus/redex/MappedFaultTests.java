package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mapped file that becomes shorter under its readers, as a bad sector would. */
class MappedFaultTests {

    @TempDir
    private Path base;

    /** Interpreted, and once the JVM has compiled the way there, which would let the error come later. */
    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "50000, false", "50000, true"})
    @EnabledOnOs(OS.LINUX) // others do not let go of what is mapped
    void aFaultIsAnExceptionOfWhoReadsAndOfNobodyElse(int warmUp, boolean ofTheIndex) throws Exception {
        LogFiles files = new LogFiles(base, WriteMode.MAPPED);
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            for (int i = 0; i < 6; i++) {
                log.append(ByteBuffer.allocate(30_000), i);
            }
            log.sync(); // the first segments are let go by their writer
            for (int i = 0; i < warmUp; i++) {
                assertThat(log.read(i % 2)).isInstanceOf(ReadResult.Present.class);
            }
            assertThat(log.read(1)).isInstanceOf(ReadResult.Present.class);
            Path cut = ofTheIndex ? files.segment(0).resolveSibling(IndexFile.fileName(0)) : files.segment(0);
            try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
                channel.truncate(ofTheIndex ? 0 : SegmentLayout.HEAD_BYTES);
            }
            for (int i = 0; i < 20; i++) {
                int record = i % 2; // the last one that was read is still at hand
                assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> log.read(record));
                assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> {
                    try (LogCursor cursor = log.cursor(0)) {
                        cursor.read((sequence, stamp, payload) -> true, 10);
                    }
                });
                assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> log.sequenceAt(1));
            }
            long next = log.nextSequence();
            assertThat(log.read(next - 1)).isInstanceOf(ReadResult.Present.class);
            log.append(utf8("goes on"), 10);
            assertThat(log.read(next)).isInstanceOf(ReadResult.Present.class);
        }
    }
}

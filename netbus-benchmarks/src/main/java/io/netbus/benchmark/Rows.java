package io.netbus.benchmark;

import io.netbus.benchmark.ingest.Ingest1;
import io.netbus.benchmark.log.LogAppend;
import io.netbus.benchmark.log.LogForce;
import io.netbus.benchmark.log.LogOpen;
import io.netbus.benchmark.log.LogRead;
import io.netbus.benchmark.log.LogRss;
import io.netbus.benchmark.log.LogTail;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.UsageException;
import java.util.List;
import java.util.stream.Stream;

/** Every row there is. */
final class Rows {

    private static final String ALL = "all";

    private Rows() {}

    static List<Row> all() {
        return Stream.of(
                        List.of(Ingest1.row()),
                        LogAppend.rows(),
                        LogForce.rows(),
                        LogRead.rows(),
                        LogOpen.rows(),
                        LogTail.rows(),
                        LogRss.rows())
                .flatMap(List::stream)
                .toList();
    }

    static Row named(String id) {
        return all().stream()
                .filter(row -> row.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new UsageException("no such row: row=" + id + ", rows="
                        + all().stream().map(Row::id).toList()));
    }

    /** The row of that name, or all of them. */
    static List<Row> matching(String idOrAll) {
        return idOrAll.equals(ALL) ? all() : List.of(named(idOrAll));
    }
}

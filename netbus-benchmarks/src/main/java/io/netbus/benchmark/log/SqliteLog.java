package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** SQLite, a transaction per record, write-ahead log, without a force. */
final class SqliteLog implements LogWriter {

    private final Connection connection;
    private final PreparedStatement insert;

    SqliteLog(Path directory) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("log"));
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute("pragma synchronous = off");
            statement.execute("create table records (sequence integer primary key, payload blob not null)");
        }
        insert = connection.prepareStatement("insert into records (payload) values (?)");
    }

    @Override
    public void append(byte[] payload) throws SQLException {
        insert.setBytes(1, payload);
        insert.executeUpdate();
    }

    @Override
    public void readAll(Tally tally) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet records = statement.executeQuery("select payload from records order by sequence")) {
            while (records.next()) {
                tally.add(Payloads.sum(records.getBytes(1), 0));
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            insert.close();
            connection.close();
        } catch (SQLException e) {
            throw new IOException("database does not close", e);
        }
    }
}

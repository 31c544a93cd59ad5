package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.LongConsumer;

/**
 * SQLite, a transaction per record or batch, write-ahead log. Where forces are wanted, what is appended up to a force is
 * one transaction, as each commit forces; elsewhere none does.
 */
final class SqliteLog implements TestedLog {

    private final Connection connection;
    private final PreparedStatement insert;
    private final PreparedStatement select;
    private final boolean forced;

    private SqliteLog(String where, boolean forced) throws SQLException {
        this.forced = forced;
        connection = DriverManager.getConnection("jdbc:sqlite:" + where);
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute("pragma synchronous = " + (forced ? "full" : "off"));
            statement.execute("create table if not exists records (sequence integer primary key, payload blob)");
        }
        insert = connection.prepareStatement("insert into records (payload) values (?)");
        select = connection.prepareStatement("select payload from records where sequence = ?");
    }

    static SqliteLog onDisk(LogSetup setup) throws SQLException {
        return new SqliteLog(setup.directory().resolve("log").toString(), setup.forced());
    }

    static SqliteLog inMemory() throws SQLException {
        return new SqliteLog(":memory:", false);
    }

    @Override
    public void append(byte[] payload) throws SQLException {
        if (forced) {
            connection.setAutoCommit(false);
        }
        insert(payload);
    }

    @Override
    public void append(byte[][] payloads) throws SQLException {
        connection.setAutoCommit(false);
        for (byte[] payload : payloads) {
            insert(payload);
        }
        force();
    }

    @Override
    public synchronized void appendForced(byte[] payload) throws SQLException {
        insert(payload);
    }

    @Override
    public void force() throws SQLException {
        connection.setAutoCommit(true); // commits
    }

    @Override
    public void finish() throws SQLException {
        force();
    }

    private void insert(byte[] payload) throws SQLException {
        insert.setBytes(1, payload);
        insert.executeUpdate();
    }

    @Override
    public LogReader reader() throws SQLException {
        Statement statement = connection.createStatement();
        return new Reader(statement, statement.executeQuery("select payload from records order by sequence"));
    }

    @Override
    public long read(long sequence) throws SQLException {
        select.setLong(1, sequence + 1);
        try (ResultSet record = select.executeQuery()) {
            if (!record.next()) {
                throw new IllegalStateException("record is not there: sequence=" + sequence);
            }
            return Payloads.sum(record.getBytes(1));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            insert.close();
            select.close();
            connection.close();
        } catch (SQLException e) {
            throw new IOException("database does not close", e);
        }
    }

    /** Sees what was there when it was opened. */
    private record Reader(Statement statement, ResultSet records) implements LogReader {

        @Override
        public int poll(LongConsumer sums) throws SQLException {
            int count = 0;
            while (count < MOST_RECORDS && records.next()) {
                sums.accept(Payloads.sum(records.getBytes(1)));
                count++;
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            try {
                statement.close();
            } catch (SQLException e) {
                throw new IOException("query does not close", e);
            }
        }
    }
}

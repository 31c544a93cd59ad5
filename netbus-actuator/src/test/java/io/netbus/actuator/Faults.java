package io.netbus.actuator;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.AdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.redex.LogCursor;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Holders that do what they are told to, except for one thing. */
public final class Faults {

    private Faults() {}

    /** Its streams cannot be written to. */
    public static Adapter unwritable(Adapter adapter) {
        return except(
                Adapter.class,
                adapter,
                Map.of(
                        "stream",
                        stream -> except(ShardStream.class, (ShardStream) stream, Map.of("write", sequence -> {
                            throw new AdapterException("disk is gone: disk=sda", null);
                        }))));
    }

    /** Its logs say that they have failed. */
    public static Redex failed(Redex redex) {
        return except(
                Redex.class,
                redex,
                Map.of(
                        "logs",
                        logs -> ((List<?>) logs)
                                .stream().map(log -> failedLog((RedexLog) log)).toList()));
    }

    /** Its logs cannot be read. */
    public static Redex unreadable(Redex redex) {
        return except(
                Redex.class,
                redex,
                Map.of(
                        "log",
                        log -> except(
                                RedexLog.class,
                                (RedexLog) log,
                                Map.of(
                                        "cursor",
                                        cursor -> except(LogCursor.class, (LogCursor) cursor, Map.of("read", count -> {
                                            throw new IllegalStateException("record is unreadable: sequence=0");
                                        }))))));
    }

    private static RedexLog failedLog(RedexLog log) {
        return except(RedexLog.class, log, Map.of("stats", stats -> withFailure((RedexLogStats) stats)));
    }

    private static RedexLogStats withFailure(RedexLogStats stats) {
        return new RedexLogStats(
                stats.name(),
                stats.epoch(),
                stats.firstSequence(),
                stats.nextSequence(),
                stats.forcedSequence(),
                stats.bytes(),
                stats.segments(),
                stats.unforcedBytes(),
                stats.unforcedNanos(),
                stats.lastForceNanos(),
                stats.quarantinedBytes(),
                stats.damagedRecords(),
                stats.archivedSegments(),
                stats.archiveFailures(),
                stats.holds(),
                stats.brokenHolds(),
                "force failed: errno=5");
    }

    /** Hands every call on, and what the named methods return through their function. */
    private static <T> T except(Class<T> type, T target, Map<String, Function<Object, Object>> changed) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Object result;
            try {
                result = method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            Function<Object, Object> change = changed.get(method.getName());
            return change == null ? result : change.apply(result);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}

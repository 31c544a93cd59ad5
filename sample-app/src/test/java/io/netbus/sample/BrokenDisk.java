package io.netbus.sample;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.AdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.redex.Redex;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Bean;

/** A log that takes everything and can force nothing to the disk. */
final class BrokenDisk {

    @Bean(destroyMethod = "close")
    Adapter brokenAdapter(Redex redex) {
        return wrapped(Adapter.class, new RedexAdapter(redex));
    }

    private static <T> T wrapped(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                BrokenDisk.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("whenForced")) {
                        return CompletableFuture.failedFuture(new AdapterException(
                                "force failed: file=/some/where, cause=java.io.IOException", null));
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        return result instanceof ShardStream stream ? wrapped(ShardStream.class, stream) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                }));
    }
}

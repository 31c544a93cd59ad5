package io.netbus.sample;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.redex.Redex;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import org.springframework.context.annotation.Bean;

/** A log that writes nothing before its gate is opened, as a disk that is very slow. */
final class GatedLog {

    private final CountDownLatch gate = new CountDownLatch(1);

    void open() {
        gate.countDown();
    }

    @Bean(destroyMethod = "close")
    Adapter gatedAdapter(Redex redex) {
        return wrapped(Adapter.class, new RedexAdapter(redex));
    }

    /** The same object, but its streams wait at the gate before each write. */
    private <T> T wrapped(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                GatedLog.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        gate.await();
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

package io.netbus.autoconfigure;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.redex.Redex;
import java.lang.reflect.Proxy;
import java.util.List;

/** Can never write, and always promises that it will. */
final class StuckAdapter implements Adapter {

    private final Adapter adapter;

    StuckAdapter(Redex redex) {
        adapter = new RedexAdapter(redex);
    }

    @Override
    public String name() {
        return "stuck";
    }

    @Override
    public List<String> channels() {
        return adapter.channels();
    }

    @Override
    public int open(String channel, int shardsIfNew) {
        return adapter.open(channel, shardsIfNew);
    }

    @Override
    public ShardStream stream(String channel, int shard) {
        ShardStream stream = adapter.stream(channel, shard);
        return (ShardStream) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ShardStream.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        throw new RetryableAdapterException("not now", null);
                    }
                    return method.invoke(stream, arguments);
                });
    }

    @Override
    public void close() {
        adapter.close();
    }
}

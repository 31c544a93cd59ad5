package io.netbus.sample;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The sample, running in this process on a free port. */
final class Desk implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private Desk(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts it on that directory's data. */
    static Desk start(Path data, String... properties) {
        return start(List.of(), data, properties);
    }

    /** Starts it with more beans, from the methods of these classes. */
    static Desk start(List<Class<?>> beans, Path data, String... properties) {
        List<String> args = new ArrayList<>(List.of("--server.port=0", "--netbus.log.directory=" + data));
        for (String property : properties) {
            args.add("--" + property);
        }
        return new Desk(new SpringApplicationBuilder(SampleApplication.class)
                .sources(beans.toArray(Class<?>[]::new))
                .run(args.toArray(String[]::new)));
    }

    int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    DeskClient client() {
        return new DeskClient(port());
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}

package io.netbus.sample;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/** Refuses, before a port is opened, to serve other machines without a webhook secret. */
@Component
final class ExposureGuard implements WebServerFactoryCustomizer<ConfigurableWebServerFactory>, Ordered {

    private final DeskProperties desk;
    private final ServerProperties server;

    ExposureGuard(DeskProperties desk, ServerProperties server) {
        this.desk = desk;
        this.server = server;
    }

    @Override
    public void customize(ConfigurableWebServerFactory factory) {
        if (desk.webhookSecret() == null && !isLoopback(server.getAddress())) {
            throw UnprotectedDeskException.of("server.address", server.getAddress());
        }
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    private static boolean isLoopback(@Nullable InetAddress address) {
        return address != null && address.isLoopbackAddress();
    }
}

package io.netbus.layering.wrong.cortex;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/** Breaks the rule on Spring in models. */
public final class SpringModel {

    public @Nullable ApplicationContext context;
}

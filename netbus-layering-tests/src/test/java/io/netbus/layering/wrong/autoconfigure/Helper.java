package io.netbus.layering.wrong.autoconfigure;

/** Breaks the rule on public types beside auto-configurations. */
public final class Helper {}

package io.netbus.layering.wrong.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;

/** Breaks the rule on final auto-configurations. */
@AutoConfiguration
public class OpenAutoConfiguration {}

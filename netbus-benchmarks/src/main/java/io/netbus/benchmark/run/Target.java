package io.netbus.benchmark.run;

import java.util.List;

/**
 * The median of netbus divided by the smallest median among some others must not be above a limit.
 *
 * @param text in words
 * @param others names of contestants
 */
public record Target(String text, List<String> others, double limit) {}

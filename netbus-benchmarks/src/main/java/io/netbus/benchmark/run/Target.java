package io.netbus.benchmark.run;

import java.util.List;

/**
 * The median of one contestant, divided by the smallest median among some others, must not be above a limit.
 *
 * @param text in words
 * @param figure of which of the row's figures; empty for each
 * @param subject the contestant's key, see {@link Contestant#key()}
 * @param others names or keys of contestants; empty if the limit is of the median itself
 */
public record Target(String text, String figure, String subject, List<String> others, double limit) {

    /** Of netbus with default settings, for each figure of its row. */
    public Target(String text, List<String> others, double limit) {
        this(text, "", Contestant.NETBUS, others, limit);
    }

    /** Whether that contestant is one of the others. */
    public boolean isOther(Contestant contestant) {
        return others.contains(contestant.name()) || others.contains(contestant.key());
    }
}

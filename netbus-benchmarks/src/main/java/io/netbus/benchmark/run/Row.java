package io.netbus.benchmark.run;

import java.util.List;

/**
 * One workload and everybody who takes part in it.
 *
 * @param id as on the command line
 * @param question what its figures answer, one line
 * @param method what is inside the time and what is verified, for the report
 * @param unit of every figure; smaller is better
 * @param crossesThreads whether the machine's core-to-core round trip belongs beside the figures
 * @param diskFactor the room it needs on a real disk, as a multiple of the payload bytes of a log sample; 0 for none
 * @param contestants netbus, floors and peers
 * @param targets what netbus is measured by
 */
public record Row(
        String id,
        String question,
        String method,
        String unit,
        boolean crossesThreads,
        int diskFactor,
        List<Contestant> contestants,
        List<Target> targets) {

    /** The contestant of that key; see {@link Contestant#key()}. */
    public Contestant contestant(String key) {
        return contestants.stream()
                .filter(contestant -> contestant.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new UsageException("no such contestant: row=" + id + ", contestant=" + key));
    }
}

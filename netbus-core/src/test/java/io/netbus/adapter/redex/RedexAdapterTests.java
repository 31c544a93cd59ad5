package io.netbus.adapter.redex;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import org.junit.jupiter.api.Test;

class RedexAdapterTests {

    @Test
    void logsThatAreNoShardsMayLieBesideThoseOfTheBus() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            for (String name : new String[] {
                "other", "bus", "bus/audit", "bus/audit/x", "bus/audit/07", "bus/audit/99999999999", "bus/audit/more/0"
            }) {
                redex.log(name);
            }
            RedexAdapter adapter = new RedexAdapter(redex);

            assertThat(adapter.channels()).isEmpty();
            assertThat(adapter.shards("audit")).isZero();
            adapter.stream("audit", 0);
            adapter.stream("audit", 1);
            assertThat(adapter.channels()).containsExactly("audit");
            assertThat(adapter.shards("audit")).isEqualTo(2);
        }
    }
}

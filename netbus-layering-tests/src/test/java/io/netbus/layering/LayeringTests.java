package io.netbus.layering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LayeringTests {

    /** Every allowed edge between packages. A new one is a design decision: say why in the commit. */
    private static final Edges EDGES = Edges.under("io.netbus")
            // netbus-core: holders, then movers, then the façade
            .row("event")
            .row("shard")
            .row("worker")
            .row("redex", "worker")
            .row("redex.index", "redex", "worker")
            .row("adapter", "event")
            .row("adapter.redex", "adapter", "event", "redex")
            .row("ingest", "event", "shard")
            .row("batch", "event", "shard", "adapter", "worker")
            .row("consume", "event", "adapter", "worker")
            .row("bus", "event", "shard", "adapter", "worker", "ingest", "batch", "consume")
            // netbus-cortex
            .row("cortex.envelope")
            .row("cortex.query")
            .row("cortex.fold", "redex", "worker", "cortex.envelope")
            .row("cortex.watch", "worker", "cortex.fold")
            .row("cortex.bridge", "event", "consume", "worker", "cortex.envelope", "cortex.fold")
            .row(
                    "cortex.tasks",
                    "redex",
                    "event",
                    "cortex.envelope",
                    "cortex.query",
                    "cortex.fold",
                    "cortex.watch",
                    "cortex.bridge")
            .row("cortex", "cortex..", "redex", "consume")
            // around them
            .row("redex.cli", "redex")
            .row("test..", "event", "adapter", "redex")
            .row("spring", "event", "consume", "bus")
            .row("actuator..", "event", "redex", "bus", "cortex", "cortex.fold", "cortex.bridge")
            .row("autoconfigure", "adapter..", "redex", "bus", "cortex", "cortex.tasks", "spring")
            .row("autoconfigure.actuator", "autoconfigure", "redex", "bus", "cortex", "actuator..")
            .row("starter");

    private static final JavaClasses NETBUS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.netbus");

    private static final JavaClasses WRONG = new ClassFileImporter().importPackages("io.netbus.layering.wrong");

    @TestFactory
    Stream<DynamicTest> packagesUseOnlyWhatTheyMay() {
        return EDGES.names()
                .map(name ->
                        DynamicTest.dynamicTest(name, () -> EDGES.rule(name).check(NETBUS)));
    }

    @Test
    void everyPackageHasARow() {
        assertThat(EDGES.packagesWithoutRow(NETBUS))
                .as("packages nobody decided about; add a row to LayeringTests and say why in the commit")
                .isEmpty();
    }

    @Test
    void everyAllowedEdgeIsUsed() {
        assertThat(EDGES.unusedEdges(NETBUS))
                .as("edges nobody needs; take them out of LayeringTests")
                .isEmpty();
    }

    @Test
    void theClassesOfTheModulesAreFound() {
        assertThat(NETBUS.contain("io.netbus.starter.package-info")).isTrue();
    }

    @TestFactory
    Stream<DynamicTest> houseRulesHold() {
        return HouseRules.under("io.netbus").stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(NETBUS)));
    }

    @Test
    void anEdgeThatIsNotAllowedIsFound() {
        Edges edges = Edges.under("io.netbus.layering.wrong").row("event").row("redex");

        assertThatThrownBy(() -> edges.rule("redex").check(WRONG))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.redex.Log")
                .hasMessageContaining("wrong.event.Event");
    }

    @Test
    void anAllowedEdgePasses() {
        Edges edges = Edges.under("io.netbus.layering.wrong").row("event").row("redex", "event");

        edges.rule("redex").check(WRONG);
    }

    @Test
    void anEdgeThatNobodyUsesIsFound() {
        Edges edges =
                Edges.under("io.netbus.layering.wrong").row("event", "redex").row("redex", "event");

        assertThat(edges.unusedEdges(WRONG)).containsExactly("event -> redex");
    }

    @Test
    void aPackageWithoutARowIsFound() {
        Edges edges = Edges.under("io.netbus.layering.wrong")
                .row("event")
                .row("redex")
                .row("ring..")
                .row("unmarked")
                .row("autoconfigure")
                .row("cortex");

        assertThat(edges.packagesWithoutRow(WRONG)).containsExactly("io.netbus.layering.wrong.stray");
    }

    @TestFactory
    Stream<DynamicTest> everyHouseRuleCanFail() throws ClassNotFoundException {
        // javac refuses Unsafe in our own sources, so a library's class stands in for that one
        Class<?> unsafe =
                Class.forName("org.jctools.util.UnsafeAccess", false, getClass().getClassLoader());
        JavaClasses wrong = new ClassFileImporter()
                .importClasses(Stream.concat(WRONG.stream().map(each -> each.reflect()), Stream.of(unsafe))
                        .toList());
        return HouseRules.under("io.netbus.layering.wrong").stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getDescription(),
                        () -> assertThatThrownBy(() -> rule.check(wrong))
                                .isInstanceOf(AssertionError.class)
                                .hasMessageContaining("was violated")));
    }
}

package io.netbus.layering;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What holds in every module beside the table of edges, each rule with its reason. */
final class HouseRules {

    private static final String[] CORE = {
        "event..", "shard..", "ingest..", "batch..", "adapter..", "redex..", "worker..", "consume..", "bus.."
    };

    private HouseRules() {}

    /** Returns the rules for the packages below {@code root}; all of them pass on no classes at all. */
    static List<ArchRule> under(String root) {
        String[] core = Stream.of(CORE).map(name -> root + "." + name).toArray(String[]::new);
        return Stream.of(
                        slices().matching(root + ".(**)")
                                .should()
                                .beFreeOfCycles()
                                .because("data flows one way, and each package is one stage"),
                        noClasses()
                                .that()
                                .resideInAnyPackage(core)
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("org.springframework..", "reactor..")
                                .because("core runs in a plain main; its hot path owes nothing to a framework"),
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".cortex..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("org.springframework..")
                                .because("models are useful, and testable, without Spring"),
                        noClasses()
                                .that()
                                .resideOutsideOfPackages(root + ".shard..", root + ".redex..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("org.jctools..")
                                .because("lanes and the log's writer alone know which queue they stand on"),
                        noClasses()
                                .that()
                                .resideOutsideOfPackage(root + ".autoconfigure..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("org.springframework.boot.autoconfigure.condition..")
                                .orShould()
                                .dependOnClassesThat()
                                .haveNameMatching("org\\.springframework\\.context\\.annotation\\.Condition.*")
                                .because("one place decides what exists"),
                        classes()
                                .that()
                                .areAnnotatedWith(AutoConfiguration.class)
                                .should()
                                .haveModifier(JavaModifier.FINAL)
                                .because("an auto-configuration is changed by a bean or a customizer, not a subclass"),
                        classes()
                                .that()
                                .resideInAPackage(root + ".autoconfigure..")
                                .and()
                                .arePublic()
                                .and()
                                .areTopLevelClasses()
                                .should()
                                .beAnnotatedWith(AutoConfiguration.class)
                                .orShould()
                                .beAnnotatedWith(ConfigurationProperties.class)
                                .orShould()
                                .haveSimpleNameEndingWith("Customizer")
                                .orShould()
                                .haveSimpleNameEndingWith("ConnectionDetails")
                                .because("users see properties, customizers and the auto-configurations themselves"),
                        classes()
                                .that(not(resideInAnyPackage("org.jctools..")))
                                .should(beInANullMarkedPackage())
                                .because("what may be null says so"),
                        noClasses()
                                .should()
                                .callMethodWhere(targetIs(Thread.class, "sleep"))
                                .orShould()
                                .callMethodWhere(targetIs(TimeUnit.class, "sleep"))
                                .because("waiting belongs to the worker's idle policy, which knows how to stop"),
                        noClasses()
                                .should()
                                .callMethodWhere(targetIs(System.class, "currentTimeMillis"))
                                .because("time comes from a clock that a test can move by hand"),
                        noClasses()
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("sun.misc..", "jdk.internal..")
                                .because("newer JDKs warn of it, and then take it away"))
                .map(rule -> rule.allowEmptyShould(true))
                .toList();
    }

    private static DescribedPredicate<JavaMethodCall> targetIs(Class<?> owner, String name) {
        return DescribedPredicate.describe(
                "target is " + owner.getSimpleName() + "." + name,
                call -> call.getTargetOwner().isEquivalentTo(owner)
                        && call.getName().equals(name));
    }

    private static ArchCondition<JavaClass> beInANullMarkedPackage() {
        return new ArchCondition<>("be in a package whose package-info is @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                boolean marked = item.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        item, marked, item.getName() + (marked ? " is" : " is not") + " in one"));
            }
        };
    }
}

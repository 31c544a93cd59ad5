package io.netbus.layering;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which package may use which, under one root. A name stands for that package alone, {@code name..} for it and all
 * below it. A package may always use itself, and a row for a tree its whole tree.
 */
final class Edges {

    private final String root;
    private final Map<String, Set<String>> allowed = new LinkedHashMap<>();

    private Edges(String root) {
        this.root = root;
    }

    static Edges under(String root) {
        return new Edges(root);
    }

    /** Adds a row. */
    Edges row(String name, String... mayUse) {
        if (allowed.putIfAbsent(name, Set.of(mayUse)) != null) {
            throw new IllegalArgumentException("two rows for one package: name=" + name);
        }
        return this;
    }

    Stream<String> names() {
        return allowed.keySet().stream();
    }

    ArchRule rule(String name) {
        Set<String> mayUse = allowed.get(name);
        if (mayUse == null) {
            throw new IllegalArgumentException("no such row: name=" + name);
        }
        String[] allowedPackages = Stream.concat(Stream.of(name), mayUse.stream())
                .map(this::qualified)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(qualified(name))
                .should()
                .dependOnClassesThat(resideInAPackage(root + "..").and(not(resideInAnyPackage(allowedPackages))))
                .because("every allowed edge between packages is a row of " + LayeringTests.class.getSimpleName())
                .allowEmptyShould(true);
    }

    /** Returns the packages with classes but without a row, in order; empty if the table is complete. */
    List<String> packagesWithoutRow(JavaClasses classes) {
        List<PackageMatcher> rows =
                names().map(name -> PackageMatcher.of(qualified(name))).toList();
        return classes.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(name -> rows.stream().noneMatch(row -> row.matches(name)))
                .sorted()
                .toList();
    }

    /** Returns the edges that are allowed and not used, as {@code from -> to}; empty if the table says no more than is. */
    List<String> unusedEdges(JavaClasses classes) {
        return allowed.entrySet().stream()
                .flatMap(row -> row.getValue().stream()
                        .filter(target -> !isUsed(classes, row.getKey(), target))
                        .map(target -> row.getKey() + " -> " + target))
                .sorted()
                .toList();
    }

    private boolean isUsed(JavaClasses classes, String from, String to) {
        PackageMatcher source = PackageMatcher.of(qualified(from));
        PackageMatcher target = PackageMatcher.of(qualified(to));
        return classes.stream()
                .filter(each -> source.matches(each.getPackageName()))
                .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getPackageName())
                .anyMatch(name -> target.matches(name) && !source.matches(name));
    }

    private String qualified(String name) {
        return root + "." + name;
    }
}

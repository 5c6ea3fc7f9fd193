package io.banyan.server.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The rooms, their arrows, and what the pure ones may not touch. {@link Sins} breaks every ban
/// once, so that each is known to bite.
class ArchitectureTest {
    private static final JavaClasses OURS =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.banyan");
    private static final JavaClasses SINS =
            new ClassFileImporter().importPackages("io.banyan.server.architecture");

    /// Which room may use which, as in `docs/architecture.md`. Rooms to come are here already.
    private static final Map<String, Set<String>> ARROWS =
            Map.of(
                    "wire", Set.of(),
                    "tree", Set.of("wire"),
                    "zab", Set.of(),
                    "store", Set.of("wire"),
                    "replica", Set.of("wire", "tree", "zab", "store"),
                    "server", Set.of("wire", "tree", "zab", "store", "replica"));

    private static final Set<String> PURE = Set.of("wire", "tree", "zab", "replica");

    // ---- bans

    private static Map<String, DescribedPredicate<JavaClass>> bannedClasses() {
        var bans = new LinkedHashMap<String, DescribedPredicate<JavaClass>>();
        bans.put("threads", named("java.lang.Thread", "java.lang.ThreadLocal"));
        bans.put("clocks", resideInAPackage("java.time.."));
        bans.put("executors, locks and queues", resideInAPackage("java.util.concurrent.."));
        bans.put("timers", named("java.util.Timer", "java.util.TimerTask"));
        bans.put(
                "files",
                named(
                        "java.io.File",
                        "java.io.FileInputStream",
                        "java.io.FileOutputStream",
                        "java.io.FileReader",
                        "java.io.FileWriter",
                        "java.io.RandomAccessFile"));
        bans.put("paths", resideInAPackage("java.nio.file.."));
        bans.put("channels", resideInAPackage("java.nio.channels.."));
        bans.put("sockets", resideInAnyPackage("java.net..", "javax.net..", "io.netty.."));
        bans.put("unseeded secrets", named("java.security.SecureRandom"));
        bans.put(
                "logging",
                resideInAnyPackage("org.slf4j..", "java.util.logging..", "ch.qos.logback.."));
        return bans;
    }

    private static Map<String, DescribedPredicate<JavaAccess<?>>> bannedCalls() {
        var bans = new LinkedHashMap<String, DescribedPredicate<JavaAccess<?>>>();
        bans.put("nanoTime", call("java.lang.System", "nanoTime"));
        bans.put("currentTimeMillis", call("java.lang.System", "currentTimeMillis"));
        bans.put("identityHashCode", call("java.lang.System", "identityHashCode"));
        bans.put("standard output", call("java.lang.System", "out", "err", "getLogger"));
        bans.put("properties", call("java.lang.System", "getProperty", "getenv"));
        bans.put("Date of now", call0("java.util.Date", "<init>"));
        bans.put("Math.random", call("java.lang.Math", "random"));
        bans.put("randomUUID", call("java.util.UUID", "randomUUID"));
        bans.put("unseeded Random", call0("java.util.Random", "<init>"));
        bans.put("unseeded SplittableRandom", call0("java.util.SplittableRandom", "<init>"));
        bans.put("unseeded generators", call("java.util.random.RandomGenerator", "getDefault"));
        bans.put("unseeded shuffle", shuffleWithoutSource());
        return bans;
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        return describe(
                "one of " + List.of(names),
                each -> Stream.of(names).anyMatch(name -> name.equals(each.getName())));
    }

    private static DescribedPredicate<JavaAccess<?>> call(String owner, String... names) {
        return describe(
                owner + "." + String.join("|", names),
                access ->
                        access.getTargetOwner().getName().equals(owner)
                                && List.of(names).contains(access.getTarget().getName()));
    }

    private static DescribedPredicate<JavaAccess<?>> call0(String owner, String name) {
        return describe(
                owner + "." + name + "()",
                access -> access.getTarget().getFullName().equals(owner + "." + name + "()"));
    }

    private static DescribedPredicate<JavaAccess<?>> shuffleWithoutSource() {
        String name = "java.util.Collections.shuffle(java.util.List)";
        return describe(name, access -> access.getTarget().getFullName().equals(name));
    }

    private static ArchRule noUse(String packages, DescribedPredicate<JavaClass> of) {
        return noClasses()
                .that()
                .resideInAPackage(packages)
                .should()
                .dependOnClassesThat(of)
                .allowEmptyShould(true);
    }

    private static ArchRule noAccess(String packages, DescribedPredicate<JavaAccess<?>> of) {
        return noClasses()
                .that()
                .resideInAPackage(packages)
                .should()
                .accessTargetWhere(of)
                .allowEmptyShould(true);
    }

    @TestFactory
    Stream<DynamicTest> pureRoomsTouchNothingOutside() {
        var tests = new ArrayList<DynamicTest>();
        for (String room : PURE.stream().sorted().toList()) {
            String packages = "io.banyan." + room + "..";
            bannedClasses()
                    .forEach((what, of) ->
                            tests.add(
                                    dynamicTest(
                                            room + " uses no " + what,
                                            () -> noUse(packages, of).check(OURS))));
            bannedCalls()
                    .forEach((what, of) ->
                            tests.add(
                                    dynamicTest(
                                            room + " calls no " + what,
                                            () -> noAccess(packages, of).check(OURS))));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyBanBites() {
        String packages = "io.banyan.server.architecture..";
        var tests = new ArrayList<DynamicTest>();
        bannedClasses()
                .forEach((what, of) ->
                        tests.add(dynamicTest(what, () -> requireBite(noUse(packages, of)))));
        bannedCalls()
                .forEach((what, of) ->
                        tests.add(dynamicTest(what, () -> requireBite(noAccess(packages, of)))));
        return tests.stream();
    }

    private static void requireBite(ArchRule rule) {
        EvaluationResult result = rule.evaluate(SINS);
        assertThat(result.getFailureReport().getDetails())
                .describedAs(rule.getDescription())
                .anyMatch(line -> line.contains("Sins"));
    }

    // ---- rooms

    @Test
    void classFilesOfThisJdkAreRead() {
        assertThat(OURS.get(io.banyan.replica.Replica.class).getMethods()).isNotEmpty();
        assertThat(OURS.size()).isGreaterThan(150);
    }

    @TestFactory
    Stream<DynamicTest> arrowsPointAsDrawn() {
        return ARROWS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry ->
                        dynamicTest(
                                entry.getKey() + " may use " + entry.getValue(),
                                () -> arrow(entry.getKey(), entry.getValue()).check(OURS)));
    }

    private static ArchRule arrow(String room, Set<String> may) {
        return noClasses()
                .that()
                .resideInAPackage("io.banyan." + room + "..")
                .should()
                .dependOnClassesThat(
                        describe(
                                "of ours in rooms other than " + may,
                                each -> {
                                    String other = roomOf(each);
                                    return other != null
                                            && !other.equals(room)
                                            && !may.contains(other);
                                }))
                .allowEmptyShould(true);
    }

    @Test
    void arrowThatIsNotDrawnIsNoticed() {
        assertThat(arrow("server", Set.of("wire")).evaluate(OURS).hasViolation()).isTrue();
        assertThat(arrow("tree", Set.of()).evaluate(OURS).hasViolation()).isTrue();
    }

    @Test
    void everyRoomIsOnTheMap() {
        classes()
                .that()
                .resideInAPackage("io.banyan..")
                .should()
                .resideInAnyPackage(
                        ARROWS.keySet().stream()
                                .map(room -> "io.banyan." + room + "..")
                                .toArray(String[]::new))
                .check(OURS);
    }

    private static String roomOf(JavaClass each) {
        String[] parts = each.getPackageName().split("\\.");
        boolean ours = parts.length > 2 && parts[0].equals("io") && parts[1].equals("banyan");
        return ours ? parts[2] : null;
    }

    @Test
    void filesAreTouchedByTheDiskOnly() {
        storeFiles(Set.of("FileDisk")).check(OURS);
        assertThat(storeFiles(Set.of()).evaluate(OURS).hasViolation()).isTrue();
    }

    private static ArchRule storeFiles(Set<String> allowed) {
        return noClasses()
                .that(
                        describe(
                                "are in store and not one of " + allowed,
                                each ->
                                        each.getPackageName().startsWith("io.banyan.store")
                                                && allowed.stream()
                                                        .noneMatch(name ->
                                                                topLevel(each).equals(name))))
                .should()
                .dependOnClassesThat(
                        describe(
                                "files",
                                each ->
                                        each.getName().startsWith("java.nio.channels.")
                                                || (each.getName().startsWith("java.nio.file.")
                                                        && !each.getName().endsWith("Exception"))
                                                || named(
                                                                "java.io.File",
                                                                "java.io.FileInputStream",
                                                                "java.io.FileOutputStream",
                                                                "java.io.RandomAccessFile")
                                                        .test(each)));
    }

    private static String topLevel(JavaClass each) {
        String name = each.getName().substring(each.getPackageName().length() + 1);
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    @Test
    void noRoomIsAnAttic() {
        attics("io.banyan").check(OURS);
        assertThat(attics("java").evaluate(new ClassFileImporter().importClasses(List.class)))
                .satisfies(result -> assertThat(result.hasViolation()).isTrue());
    }

    private static ArchRule attics(String root) {
        var attic =
                Set.of("util", "utils", "common", "commons", "impl", "misc", "helper", "manager");
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .should()
                .resideInAPackage("..none..")
                .orShould(
                        com.tngtech.archunit.lang.conditions.ArchConditions.be(
                                describe(
                                        "in a room named after nothing",
                                        (JavaClass each) ->
                                                Stream.of(each.getPackageName().split("\\."))
                                                        .anyMatch(attic::contains))));
    }
}

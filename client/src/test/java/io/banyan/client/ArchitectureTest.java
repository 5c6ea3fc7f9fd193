package io.banyan.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses OURS =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.banyan.client");

    @Test
    void clientUsesWireNettyAndLogsOnly() {
        classes()
                .that()
                .resideInAPackage("io.banyan.client..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.banyan.client..",
                        "io.banyan.wire..",
                        "io.netty..",
                        "org.slf4j..",
                        "org.jspecify..",
                        "java..",
                        "javax.net.ssl..",
                        "javax.security..")
                .check(OURS);
    }

    @Test
    void coreKnowsNoThreadNoClockNoSocketAndNoLog() {
        noClasses()
                .that()
                .haveNameMatching("io\\.banyan\\.client\\.(ClientCore|WatchTable|FrameCutter).*")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.lang\\.Thread|java\\.net\\..*|io\\.netty\\.channel\\..*"
                                + "|org\\.slf4j\\..*|java\\.util\\.concurrent\\.locks\\..*")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(OURS);
    }

    @Test
    void recipesKnowTheFrontDoorOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.banyan.client.recipes")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(OURS);
    }
}

package io.banyan.e2e.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Shared;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs [FirstSteps] with Apache's client of two versions, each in a class loader of its own.
@Tag("fast")
class FirstStepsTest {

    static List<Arguments> steps() {
        List<Arguments> all = new ArrayList<>();
        for (ServerKind kind : ServerKind.tested()) {
            for (String client : List.of("3.8.2", "3.9.5")) {
                Arrays.stream(FirstSteps.class.getDeclaredMethods())
                        .filter(m -> Modifier.isPublic(m.getModifiers()))
                        .map(Method::getName)
                        .sorted(Comparator.naturalOrder())
                        .forEach(step -> all.add(Arguments.of(kind, client, step)));
            }
        }
        return all;
    }

    @ParameterizedTest(name = "{0}, client {1}: {2}")
    @MethodSource("steps")
    void worksAsInEveryTutorial(ServerKind kind, String client, String step) throws Throwable {
        boolean restarts = step.contains("Restart");
        ServerProcess server =
                restarts ? ServerProcess.start(kind, patient()) : Shared.server(kind);

        try (URLClassLoader loader = loader(client)) {
            Class<?> steps = loader.loadClass(FirstSteps.class.getName());
            assertThat(steps).isNotSameAs(FirstSteps.class);
            Method method = steps.getMethod(step, String.class, String.class, Map.class);
            Map<String, Runnable> control = Map.of("stop", server::stop, "start", server::start);
            method.invoke(null, "127.0.0.1:" + server.port(), Shared.path(), control);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            if (restarts) {
                server.close();
            }
        }
    }

    private static ServerConfig patient() {
        return ServerConfig.standard()
                .with("maxSessionTimeout", String.valueOf(FirstSteps.RESTART_TIMEOUT_MILLIS));
    }

    /// Everything of the tests but the client on the class path, and the client of that version.
    private static URLClassLoader loader(String client) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        Path target = Home.root().resolve("e2e/target");
        for (Path jars :
                List.of(target.resolve("apache-" + client), target.resolve("apache-lib"))) {
            for (File jar : jars.toFile().listFiles()) {
                urls.add(jar.toURI().toURL());
            }
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("zookeeper") && !entry.contains("curator")) {
                urls.add(new File(entry).toURI().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }
}

package io.banyan.e2e.nacos;

import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ConfigCenterConfig;
import org.apache.dubbo.config.MetadataReportConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.jspecify.annotations.Nullable;

/// A Dubbo application in a process of its own, provider or consumer, told what to do as {@link
/// ProbeLines} has it. It is compiled against one version and runs with any.
public final class DubboProbe {
    /// What a call may take as long as no rule says otherwise.
    private static final int CALL_MILLIS_MAX = 5_000;

    /// Together longer than everything Nacos allows in an instance's metadata.
    private static final int NOTES = 20;

    private static final int NOTE_CHARACTERS = 100;

    private final DubboBootstrap bootstrap = DubboBootstrap.getInstance();
    private @Nullable ReferenceConfig<DubboGreeting> reference;

    private DubboProbe() {}

    private record Greeter(int port) implements DubboGreeting {
        @Override
        public String greet(String name) {
            return name + " by " + port;
        }

        @Override
        public String slowly(int millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "slowly";
        }
    }

    public static void main(String[] args) throws IOException {
        // Dubbo logs to standard output when nobody tells it where.
        PrintStream answers = System.out;
        System.setOut(System.err);
        var lines = new ProbeLines(answers);
        lines.serve(new DubboProbe()::perform);
        System.exit(0);
    }

    private String perform(String[] words) {
        return switch (words[1]) {
            case "provide" -> provide(words);
            case "refer" -> refer(words);
            case "greet" -> greeting().greet(words[2]);
            case "slowly" -> greeting().slowly(Integer.parseInt(words[2]));
            default -> throw new IllegalArgumentException("no command " + words[1]);
        };
    }

    private DubboGreeting greeting() {
        if (reference == null) {
            throw new IllegalStateException("refer first");
        }
        return reference.get();
    }

    /// `provide APPLICATION REGISTRY CENTRE MODE PORT`.
    private String provide(String[] words) {
        int port = Integer.parseInt(words[6]);
        var protocol = new ProtocolConfig("dubbo", port);
        protocol.setHost("127.0.0.1");
        var service = new ServiceConfig<DubboGreeting>();
        service.setInterface(DubboGreeting.class);
        service.setRef(new Greeter(port));
        configure(words).protocol(protocol).service(service).start();
        return "ok";
    }

    /// `refer APPLICATION REGISTRY CENTRE MODE`.
    private String refer(String[] words) {
        var made = new ReferenceConfig<DubboGreeting>();
        made.setInterface(DubboGreeting.class);
        made.setTimeout(CALL_MILLIS_MAX);
        made.setRetries(2);
        made.setCheck(false);
        configure(words).reference(made).start();
        reference = made;
        made.get();
        return "ok";
    }

    /// With the same servers as registry, configuration centre and metadata centre.
    private DubboBootstrap configure(String[] words) {
        var application = new ApplicationConfig(words[2]);
        application.setQosEnable(false);
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < NOTES; i++) {
            parameters.put("note" + i, "n".repeat(NOTE_CHARACTERS));
        }
        application.setParameters(parameters);
        var registry = new RegistryConfig(words[3]);
        registry.setTimeout(CALL_MILLIS_MAX);
        registry.setParameters(new HashMap<>(Map.of("register-mode", words[5])));
        var centre = new ConfigCenterConfig();
        centre.setAddress(words[4]);
        var metadata = new MetadataReportConfig();
        metadata.setAddress(words[4]);
        // Dubbo 2.7 tells what it offers without being asked to.
        metadata.setParameters(new HashMap<>(Map.of("report-definition", "true")));
        return bootstrap
                .application(application)
                .registry(registry)
                .configCenter(centre)
                .metadataReport(metadata);
    }
}

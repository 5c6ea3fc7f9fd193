package io.banyan.e2e.secure;

import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;

/// A key distribution centre of Kerberos in this JVM, on a free loopback port, and the files that
/// other processes need to use it.
final class Kdc implements AutoCloseable {
    static final String REALM = "EXAMPLE.COM";

    /// What the KDC sets for this whole JVM.
    private static final String KRB5_PROPERTY = "java.security.krb5.conf";

    private final SimpleKdcServer server;
    private final Path krb5;
    private final Path jaas;

    /// @param sections of the JAAS file: a name, an equals sign, and the principal that it logs in
    Kdc(Path directory, List<String> sections) throws KrbException, IOException {
        int port = Ports.free();
        server = new SimpleKdcServer();
        server.setWorkDir(directory.toFile());
        server.setKdcHost("127.0.0.1");
        server.setKdcRealm(REALM);
        server.setAllowUdp(false);
        server.setKdcTcpPort(port);
        server.init();
        server.start();
        krb5 =
                Files.writeString(
                        directory.resolve("own-krb5.conf"),
                        """
                        [libdefaults]
                            default_realm = REALM
                            udp_preference_limit = 1
                            dns_lookup_kdc = false
                            dns_lookup_realm = false
                        [realms]
                            REALM = {
                                kdc = 127.0.0.1:PORT
                            }
                        """
                                .replace("REALM", REALM)
                                .replace("PORT", Integer.toString(port)));
        var text = new StringBuilder();
        for (String each : sections) {
            String[] parts = each.split("=", 2);
            Path keys = directory.resolve(parts[0] + ".keytab");
            server.createPrincipals(parts[1]);
            server.exportPrincipal(parts[1], keys.toFile());
            text.append(parts[0])
                    .append(" {\n    com.sun.security.auth.module.Krb5LoginModule required\n")
                    .append("    useKeyTab=true storeKey=true useTicketCache=false keyTab=\"")
                    .append(keys)
                    .append("\"\n    principal=\"")
                    .append(parts[1])
                    .append("\";\n};\n");
        }
        jaas = Files.writeString(directory.resolve("jaas.conf"), text);
    }

    /// For the JVM of whoever logs in.
    List<String> jvmFlags() {
        return List.of(
                "-Djava.security.auth.login.config=" + jaas, "-D" + KRB5_PROPERTY + "=" + krb5);
    }

    ServerConfig known(ServerConfig to) {
        ServerConfig config = to;
        for (String flag : jvmFlags()) {
            config = config.withJvmFlag(flag);
        }
        return config;
    }

    @Override
    public void close() throws KrbException {
        try {
            server.stop();
        } finally {
            System.clearProperty(KRB5_PROPERTY);
        }
    }
}

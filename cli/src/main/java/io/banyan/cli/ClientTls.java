package io.banyan.cli;

import io.banyan.cli.command.Trouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// TLS as zkCli's `-client-configuration` file has it: `zookeeper.client.secure` and
/// `zookeeper.ssl.*`.
///
/// @param context null for a plain connection
record ClientTls(@Nullable SSLContext context, boolean verifyHostNames) {
    private static final String PREFIX = "zookeeper.ssl.";

    /// @param file null for none
    /// @throws Trouble if it, or a store that it names, cannot be read
    static ClientTls read(@Nullable String file) {
        if (file == null) {
            return new ClientTls(null, true);
        }
        var properties = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            properties.load(in);
        } catch (IOException e) {
            throw Trouble.local("cannot read " + file + ": " + e);
        }
        if (!Boolean.parseBoolean(properties.getProperty("zookeeper.client.secure"))) {
            return new ClientTls(null, true);
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(properties), trust(properties), null);
            String verify = properties.getProperty(PREFIX + "hostnameVerification", "true");
            return new ClientTls(context, Boolean.parseBoolean(verify));
        } catch (GeneralSecurityException | IOException e) {
            throw Trouble.local(file + ": TLS cannot be set up: " + e.getMessage());
        }
    }

    private static KeyManager @Nullable [] keys(Properties properties)
            throws GeneralSecurityException, IOException {
        KeyStore store = store(properties, "keyStore");
        if (store == null) {
            return null;
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password(properties, "keyStore"));
        return factory.getKeyManagers();
    }

    private static TrustManager @Nullable [] trust(Properties properties)
            throws GeneralSecurityException, IOException {
        KeyStore store = store(properties, "trustStore");
        if (store == null) {
            return null;
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static @Nullable KeyStore store(Properties properties, String which)
            throws GeneralSecurityException, IOException {
        String location = properties.getProperty(PREFIX + which + ".location");
        return location == null
                ? null
                : KeyStore.getInstance(Path.of(location).toFile(), password(properties, which));
    }

    private static char[] password(Properties properties, String which) throws IOException {
        String file = properties.getProperty(PREFIX + which + ".passwordPath");
        return (file == null
                        ? properties.getProperty(PREFIX + which + ".password", "")
                        : Files.readString(Path.of(file)).strip())
                .toCharArray();
    }
}

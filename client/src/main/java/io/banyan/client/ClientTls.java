package io.banyan.client;

import io.banyan.wire.keystore.StoreBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// TLS of a client's connections.
///
/// @param verifiesHostNames whether a server's certificate must name the host that was dialled
/// @param protocols empty: the JDK's
/// @param cipherSuites empty: the JDK's
record ClientTls(
        SSLContext context,
        boolean verifiesHostNames,
        List<String> protocols,
        List<String> cipherSuites) {
    private static final String PREFIX = "zookeeper.ssl.";
    private static final String KEYS = "keyStore";
    private static final String TRUSTED = "trustStore";

    ClientTls(SSLContext context, boolean verifiesHostNames) {
        this(context, verifiesHostNames, List.of(), List.of());
    }

    /// As properties of ZooKeeper's client say.
    ///
    /// @return null if they do not ask for TLS
    /// @throws IllegalArgumentException naming the key that makes no sense, or whose file does not
    static @Nullable ClientTls of(Properties properties) {
        if (!Boolean.parseBoolean(properties.getProperty("zookeeper.client.secure"))) {
            return null;
        }
        try {
            SSLContext context =
                    SSLContext.getInstance(properties.getProperty(PREFIX + "protocol", "TLS"));
            context.init(keys(properties), trusted(properties), null);
            var tls =
                    new ClientTls(
                            context,
                            Boolean.parseBoolean(
                                    properties.getProperty(
                                            PREFIX + "hostnameVerification", "true")),
                            list(properties, "enabledProtocols"),
                            list(properties, "ciphersuites"));
            // Wrong names are told now, not by a connection that fails.
            tls.engine("localhost", 0);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "TLS cannot be set up by zookeeper.ssl.*: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    ClientTls verifying(boolean hostNames) {
        return new ClientTls(context, hostNames, protocols, cipherSuites);
    }

    /// For one connection.
    SSLEngine engine(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        if (!protocols.isEmpty()) {
            parameters.setProtocols(protocols.toArray(new String[0]));
        }
        if (!cipherSuites.isEmpty()) {
            parameters.setCipherSuites(cipherSuites.toArray(new String[0]));
        }
        if (verifiesHostNames) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static List<String> list(Properties properties, String name) {
        String text = properties.getProperty(PREFIX + name, "");
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    // ---- stores

    private static KeyManager @Nullable [] keys(Properties properties)
            throws GeneralSecurityException, IOException {
        char[] password = password(properties, KEYS);
        KeyStore store = store(properties, KEYS, password);
        if (store == null) {
            return null;
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private static TrustManager @Nullable [] trusted(Properties properties)
            throws GeneralSecurityException, IOException {
        KeyStore store = store(properties, TRUSTED, password(properties, TRUSTED));
        if (store == null) {
            return null;
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /// @return null if none is named
    private static @Nullable KeyStore store(Properties properties, String which, char[] password)
            throws IOException {
        String location = properties.getProperty(PREFIX + which + ".location", "");
        if (location.isEmpty()) {
            return null;
        }
        String type = properties.getProperty(PREFIX + which + ".type", "");
        try {
            var store = new StoreBytes(type, location, Files.readAllBytes(Path.of(location)));
            return which.equals(KEYS) ? store.keys(password) : store.trusted(password);
        } catch (IOException | GeneralSecurityException e) {
            String what =
                    e instanceof NoSuchFileException
                            ? "there is no such file"
                            : String.valueOf(e.getMessage());
            throw new IOException(PREFIX + which + ".location=" + location + ": " + what, e);
        }
    }

    /// The file wins over the property.
    private static char[] password(Properties properties, String which) throws IOException {
        String key = PREFIX + which + ".passwordPath";
        String file = properties.getProperty(key, "");
        if (file.isEmpty()) {
            return properties.getProperty(PREFIX + which + ".password", "").toCharArray();
        }
        try {
            return Files.readString(Path.of(file)).replaceFirst("\\R+$", "").toCharArray();
        } catch (IOException e) {
            throw new IOException(key + "=" + file + ": it cannot be read", e);
        }
    }
}

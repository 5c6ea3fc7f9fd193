package io.banyan.server.tls;

import io.banyan.server.config.ServerConfig.Store;
import io.banyan.wire.pem.PemText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A key or trust store on disk.
///
/// @param key the settings' common name, `ssl.keyStore`, for messages
record StoreFile(String key, Path file, Store store) {

    /// What is in it, and how to get at its private keys.
    static final class Opened {
        private final KeyStore store;
        private final char[] password;

        Opened(KeyStore store, char[] password) {
            this.store = store;
            this.password = password;
        }

        KeyStore store() {
            return store;
        }

        char[] password() {
            return password;
        }
    }

    Opened openKeys() throws IOException {
        return open(true);
    }

    KeyStore openTrusted() throws IOException {
        return open(false).store();
    }

    private Opened open(boolean keys) throws IOException {
        char[] password = password();
        try {
            if (!Files.exists(file)) {
                throw new NoSuchFileException(file.toString());
            }
            return new Opened(
                    switch (type()) {
                        case "PEM" -> keys ? pem().keyStore(password) : pem().trustStore();
                        // Without one, a JKS file is read without looking whether it is whole.
                        case "JKS" -> loaded("JKS", password.length == 0 ? null : password);
                        case "" -> KeyStore.getInstance(file.toFile(), password);
                        case String other -> loaded(other, password);
                    },
                    password);
        } catch (NoSuchFileException e) {
            throw failure("there is no such file", e);
        } catch (IOException e) {
            boolean closed = e.getCause() instanceof UnrecoverableKeyException;
            throw failure(
                    closed ? "the password does not open it" : String.valueOf(e.getMessage()), e);
        } catch (GeneralSecurityException e) {
            throw failure(String.valueOf(e.getMessage()), e);
        }
    }

    private IOException failure(String what, Exception cause) {
        return new IOException(key + ".location=" + file + ": " + what, cause);
    }

    private String type() {
        if (!store.type().isEmpty()) {
            return store.type();
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pem")) {
            return "PEM";
        }
        if (name.endsWith(".jks")) {
            return "JKS";
        }
        if (name.endsWith(".p12")) {
            return "PKCS12";
        }
        return name.endsWith(".bcfks") ? "BCFKS" : "";
    }

    private KeyStore loaded(String type, char @Nullable [] password)
            throws IOException, GeneralSecurityException {
        KeyStore loaded = KeyStore.getInstance(type);
        try (InputStream in = Files.newInputStream(file)) {
            loaded.load(in, password);
        }
        return loaded;
    }

    private PemText pem() throws IOException {
        return new PemText(Files.readString(file, StandardCharsets.US_ASCII));
    }

    /// The file wins over the setting.
    private char[] password() throws IOException {
        String path = store.passwordPath();
        if (path == null) {
            return store.password().toCharArray();
        }
        try {
            return Files.readString(Path.of(path)).replaceFirst("\\R+$", "").toCharArray();
        } catch (IOException e) {
            throw new IOException(key + ".passwordPath=" + path + ": it cannot be read", e);
        }
    }
}

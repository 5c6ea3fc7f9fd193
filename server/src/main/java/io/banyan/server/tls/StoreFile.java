package io.banyan.server.tls;

import io.banyan.server.config.ServerConfig.Store;
import io.banyan.wire.keystore.StoreBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

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
        char[] password = password();
        try {
            return new Opened(bytes().keys(password), password);
        } catch (IOException | GeneralSecurityException e) {
            throw failure(e);
        }
    }

    KeyStore openTrusted() throws IOException {
        char[] password = password();
        try {
            return bytes().trusted(password);
        } catch (IOException | GeneralSecurityException e) {
            throw failure(e);
        }
    }

    private StoreBytes bytes() throws IOException {
        return new StoreBytes(store.type(), file.toString(), Files.readAllBytes(file));
    }

    private IOException failure(Exception cause) {
        String what =
                cause instanceof NoSuchFileException
                        ? "there is no such file"
                        : String.valueOf(cause.getMessage());
        return new IOException(key + ".location=" + file + ": " + what, cause);
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

package io.banyan.wire.keystore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What stands in the file of a key or trust store: JKS, PKCS12, BCFKS or PEM. Immutable.
public final class StoreBytes {
    private static final String PEM = "PEM";
    private static final String JKS = "JKS";

    /// The JDK's reads JKS as well, whichever it finds.
    private static final String PKCS12 = "PKCS12";

    private final String type;
    private final byte[] bytes;

    /// @param type in any case; empty: by the end of the file's name
    /// @param bytes become the store's
    public StoreBytes(String type, String fileName, byte[] bytes) {
        this.type = type.isEmpty() ? typeOf(fileName) : type.toUpperCase(Locale.ROOT);
        this.bytes = bytes;
    }

    private static String typeOf(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        if (name.endsWith(".pem")) {
            return PEM;
        }
        if (name.endsWith(".jks")) {
            return JKS;
        }
        return name.endsWith(".bcfks") ? "BCFKS" : PKCS12;
    }

    /// With a private key and its certificates.
    ///
    /// @param password of the store and of the key; empty for none
    /// @throws IOException with a phrase about the file, to stand behind its name
    public KeyStore keys(char[] password) throws IOException, GeneralSecurityException {
        return type.equals(PEM) ? pem().keyStore(password) : loaded(password);
    }

    /// With certificates that are trusted.
    ///
    /// @param password of the store; empty for none
    /// @throws IOException with a phrase about the file, to stand behind its name
    public KeyStore trusted(char[] password) throws IOException, GeneralSecurityException {
        return type.equals(PEM) ? pem().trustStore() : loaded(password);
    }

    private KeyStore loaded(char[] password) throws IOException, GeneralSecurityException {
        // Without one, a JKS file is read without looking whether it is whole.
        char @Nullable [] opening = type.equals(JKS) && password.length == 0 ? null : password;
        KeyStore loaded = KeyStore.getInstance(type);
        try {
            loaded.load(new ByteArrayInputStream(bytes), opening);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IOException("the password does not open it", e);
            }
            throw e;
        }
        return loaded;
    }

    private PemText pem() {
        return new PemText(new String(bytes, StandardCharsets.US_ASCII));
    }
}

package io.banyan.wire.keystore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/// What stands in a PEM file: a private key in PKCS#8, maybe encrypted, and certificates.
/// Immutable.
final class PemText {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "DSA");

    /// The scheme whose parameters, and not its name, say how a key is encrypted.
    private static final String PBES2 = "1.2.840.113549.1.5.13";

    private record Block(String label, String base64) {
        byte[] der() throws IOException {
            try {
                return Base64.getMimeDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new IOException("its " + label + " is no base64", e);
            }
        }
    }

    private final List<Block> blocks = new ArrayList<>();

    PemText(String text) {
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
    }

    /// In their order.
    ///
    /// @throws IOException with a phrase about the file, to stand behind its name
    List<X509Certificate> certificates() throws GeneralSecurityException, IOException {
        var factory = CertificateFactory.getInstance("X.509");
        var certificates = new ArrayList<X509Certificate>();
        for (Block each : blocks) {
            if (each.label.equals("CERTIFICATE")) {
                certificates.add(
                        (X509Certificate)
                                factory.generateCertificate(new ByteArrayInputStream(each.der())));
            }
        }
        return certificates;
    }

    /// @param password of an encrypted key
    /// @return null if there is none
    /// @throws IOException with a phrase about the file, to stand behind its name
    @Nullable PrivateKey privateKey(char[] password) throws GeneralSecurityException, IOException {
        for (Block each : blocks) {
            switch (each.label) {
                case "PRIVATE KEY" -> {
                    return keyOf(new PKCS8EncodedKeySpec(each.der()));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return keyOf(decrypted(each.der(), password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
                        throw new IOException(
                                "its "
                                        + each.label
                                        + " is in an older form: write it anew with openssl pkcs8"
                                        + " -topk8");
                default -> {
                    // A certificate, or parameters that nobody needs.
                }
            }
        }
        return null;
    }

    /// A store with the key, and its certificate first among those that stand here.
    ///
    /// @param password of an encrypted key, and of the key in the store
    /// @throws IOException with a phrase about the file, to stand behind its name
    KeyStore keyStore(char[] password) throws GeneralSecurityException, IOException {
        PrivateKey privateKey = privateKey(password);
        List<X509Certificate> chain = certificates();
        if (privateKey == null || chain.isEmpty()) {
            throw new IOException(
                    privateKey == null ? "it has no private key" : "it has no certificate");
        }
        KeyStore keys = empty();
        keys.setKeyEntry("key", privateKey, password, chain.toArray(X509Certificate[]::new));
        return keys;
    }

    /// A store that trusts all certificates that stand here.
    ///
    /// @throws IOException with a phrase about the file, to stand behind its name
    KeyStore trustStore() throws GeneralSecurityException, IOException {
        List<X509Certificate> certificates = certificates();
        if (certificates.isEmpty()) {
            throw new IOException("it has no certificate");
        }
        KeyStore trusted = empty();
        for (int i = 0; i < certificates.size(); i++) {
            trusted.setCertificateEntry("trusted-" + i, certificates.get(i));
        }
        return trusted;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore empty = KeyStore.getInstance("PKCS12");
        empty.load(null, null);
        return empty;
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] der, char[] password)
            throws GeneralSecurityException, IOException {
        if (password.length == 0) {
            throw new IOException("its private key is encrypted and no password is set");
        }
        var info = new EncryptedPrivateKeyInfo(der);
        AlgorithmParameters parameters = info.getAlgParameters();
        boolean named = !info.getAlgName().equals(PBES2) && !info.getAlgName().equals("PBES2");
        String algorithm = named || parameters == null ? info.getAlgName() : parameters.toString();
        var secret =
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, secret, parameters);
        try {
            return info.getKeySpec(cipher);
        } catch (InvalidKeySpecException e) {
            throw new IOException("the password does not open its private key", e);
        }
    }

    private static PrivateKey keyOf(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        InvalidKeySpecException last = new InvalidKeySpecException("no algorithm");
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                last = e;
            }
        }
        throw last;
    }
}

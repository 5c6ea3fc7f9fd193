package io.banyan.client.secure;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import javax.security.auth.x500.X500Principal;

/// An authority of one test, and certificates that it signs, made when they are needed: nothing
/// here can expire in somebody's repository.
public final class Pki {
    private static final AtomicInteger SERIAL = new AtomicInteger(1);
    private static final Duration LIFE = Duration.ofDays(90);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /// 1.2.840.10045.4.3.2, ECDSA with SHA-256.
    private static final byte[] ALGORITHM =
            sequence(tlv(6, new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2}));

    /// The same of all: a client shows its certificate only to who knows its authority by name.
    private static final X500Principal NAME = new X500Principal("CN=authority");

    private final Path directory;
    private final KeyPair authority;
    private final X509Certificate root;
    private Path revoked;
    private URI asked;

    /// A key, and its certificate by the authority.
    public record Identity(PrivateKey key, X509Certificate certificate) {}

    public Pki(Path directory) throws GeneralSecurityException, IOException {
        this.directory = directory;
        authority = keyPair();
        root = certificate(NAME.getName(), authority, LIFE, true);
    }

    public X509Certificate root() {
        return root;
    }

    /// @param subject an X.500 name
    /// @param life from a day ago to this from now; negative for one that is over
    public Identity identity(String subject, Duration life)
            throws GeneralSecurityException, IOException {
        KeyPair pair = keyPair();
        return new Identity(pair.getPrivate(), certificate(subject, pair, life, false));
    }

    public Identity identity(String subject) throws GeneralSecurityException, IOException {
        return identity(subject, LIFE);
    }

    /// A store of the type that the name's end says: .p12 or .jks.
    public Path keyStore(String name, Identity identity, String password)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty(name);
        store.setKeyEntry(
                "key",
                identity.key(),
                password.toCharArray(),
                new X509Certificate[] {identity.certificate()});
        return write(store, name, password);
    }

    /// A store for one process, with an empty password.
    public static KeyStore inMemory(Identity identity)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty("");
        store.setKeyEntry(
                "key", identity.key(), new char[0], new X509Certificate[] {identity.certificate()});
        return store;
    }

    /// A store for one process that trusts the authority.
    public KeyStore trusted() throws GeneralSecurityException, IOException {
        KeyStore store = empty("");
        store.setCertificateEntry("root", root);
        return store;
    }

    /// A store that trusts the authority.
    public Path trustStore(String name, String password)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty(name);
        store.setCertificateEntry("root", root);
        return write(store, name, password);
    }

    /// Key and certificate in one PEM file.
    public Path pemKeys(String name, Identity identity)
            throws GeneralSecurityException, IOException {
        return Files.writeString(
                directory.resolve(name),
                pem("PRIVATE KEY", identity.key().getEncoded())
                        + pem("CERTIFICATE", identity.certificate().getEncoded()));
    }

    /// The same with the key encrypted, as `openssl pkcs8 -topk8` does.
    ///
    /// @param scheme as the JDK names it
    public Path pemKeys(String name, Identity identity, String scheme, String password)
            throws GeneralSecurityException, IOException {
        var cipher = Cipher.getInstance(scheme);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance(scheme)
                        .generateSecret(new PBEKeySpec(password.toCharArray())),
                new PBEParameterSpec(new byte[16], 2_048));
        byte[] encrypted = cipher.doFinal(identity.key().getEncoded());
        AlgorithmParameters parameters = cipher.getParameters();
        if (scheme.contains("Hmac")) {
            // In files these are all one scheme, and the parameters say which one it is.
            byte[] encoded = parameters.getEncoded();
            parameters = AlgorithmParameters.getInstance("PBES2");
            parameters.init(encoded);
        }
        return Files.writeString(
                directory.resolve(name),
                pem(
                                "ENCRYPTED PRIVATE KEY",
                                new EncryptedPrivateKeyInfo(parameters, encrypted).getEncoded())
                        + pem("CERTIFICATE", identity.certificate().getEncoded()));
    }

    /// Certificates that are signed from now on say that the list of revoked ones is here.
    public void revokesBy(Path list) {
        revoked = list;
    }

    /// Writes that list.
    public void revoke(X509Certificate... certificates)
            throws GeneralSecurityException, IOException {
        Instant now = Instant.now();
        var entries = new ByteArrayOutputStream();
        for (X509Certificate each : certificates) {
            entries.writeBytes(sequence(tlv(2, each.getSerialNumber().toByteArray()), time(now)));
        }
        byte[] body =
                sequence(
                        tlv(2, new byte[] {1}),
                        ALGORITHM,
                        NAME.getEncoded(),
                        time(now.minus(Duration.ofDays(1))),
                        time(now.plus(LIFE)),
                        entries.size() == 0 ? new byte[0] : sequence(entries.toByteArray()));
        Files.write(Objects.requireNonNull(revoked), signed(body));
    }

    /// Certificates that are signed from now on say that this is to be asked about them.
    void isAskedAt(URI responder) {
        asked = responder;
    }

    /// What a responder of OCSP answers, signed by the authority itself.
    ///
    /// @param certificate as the request names it
    byte[] status(byte[] certificate, boolean isRevoked) throws GeneralSecurityException {
        Instant now = Instant.now();
        byte[] status = isRevoked ? tlv(0xa1, time(now)) : tlv(0x80, new byte[0]);
        byte[] body =
                sequence(
                        tlv(0xa1, NAME.getEncoded()),
                        time(now),
                        sequence(sequence(certificate, status, time(now))));
        byte[] basic = {0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1};
        return sequence(
                tlv(10, new byte[] {0}), tlv(0xa0, sequence(tlv(6, basic), tlv(4, signed(body)))));
    }

    public Path pemTrusted(String name) throws GeneralSecurityException, IOException {
        return Files.writeString(directory.resolve(name), pem("CERTIFICATE", root.getEncoded()));
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    private static KeyStore empty(String name) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(name.endsWith(".jks") ? "JKS" : "PKCS12");
        store.load(null, null);
        return store;
    }

    private Path write(KeyStore store, String name, String password)
            throws GeneralSecurityException, IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }

    private static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private X509Certificate certificate(
            String subject, KeyPair pair, Duration life, boolean isAuthority)
            throws GeneralSecurityException, IOException {
        Instant now = Instant.now();
        byte[] body =
                sequence(
                        tlv(0xa0, tlv(2, new byte[] {2})),
                        tlv(2, BigInteger.valueOf(SERIAL.getAndIncrement()).toByteArray()),
                        ALGORITHM,
                        NAME.getEncoded(),
                        sequence(time(now.minus(Duration.ofDays(2))), time(now.plus(life))),
                        new X500Principal(subject).getEncoded(),
                        pair.getPublic().getEncoded(),
                        tlv(
                                0xa3,
                                isAuthority
                                        ? sequence(basicConstraints())
                                        : sequence(localNames(), listOfRevoked(), responder())));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(signed(body)));
    }

    private byte[] signed(byte[] body) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(authority.getPrivate());
        signature.update(body);
        byte[] signed = signature.sign();
        byte[] bits = new byte[signed.length + 1];
        System.arraycopy(signed, 0, bits, 1, signed.length);
        return sequence(body, ALGORITHM, tlv(3, bits));
    }

    private byte[] listOfRevoked() {
        Path list = revoked;
        if (list == null) {
            return new byte[0];
        }
        byte[] uri = tlv(0x86, list.toUri().toString().getBytes(StandardCharsets.US_ASCII));
        byte[] points = sequence(sequence(tlv(0xa0, tlv(0xa0, uri))));
        return sequence(tlv(6, new byte[] {0x55, 0x1d, 0x1f}), tlv(4, points));
    }

    private byte[] responder() {
        URI uri = asked;
        if (uri == null) {
            return new byte[0];
        }
        byte[] method = {0x2b, 6, 1, 5, 5, 7, 0x30, 1};
        byte[] place = tlv(0x86, uri.toString().getBytes(StandardCharsets.US_ASCII));
        byte[] extension = {0x2b, 6, 1, 5, 5, 7, 1, 1};
        return sequence(tlv(6, extension), tlv(4, sequence(sequence(tlv(6, method), place))));
    }

    private static byte[] time(Instant when) {
        return tlv(0x18, TIME.format(when).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] basicConstraints() {
        byte[] isAuthority = sequence(tlv(1, new byte[] {(byte) 0xff}));
        return sequence(tlv(6, new byte[] {0x55, 0x1d, 0x13}), tlv(4, isAuthority));
    }

    /// Both names of this machine as tests know it: localhost and 127.0.0.1.
    private static byte[] localNames() {
        byte[] names =
                sequence(
                        tlv(0x82, "localhost".getBytes(StandardCharsets.US_ASCII)),
                        tlv(0x87, InetAddress.getLoopbackAddress().getAddress()));
        return sequence(tlv(6, new byte[] {0x55, 0x1d, 0x11}), tlv(4, names));
    }

    private static byte[] sequence(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] each : parts) {
            all.writeBytes(each);
        }
        return tlv(0x30, all.toByteArray());
    }

    private static byte[] tlv(int tag, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}

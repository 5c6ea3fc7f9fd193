package io.banyan.server.tls;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ServerConfig.Store;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS as one family of keys (`ssl.`, `ssl.quorum.`) sets it up. Thread-safe.
public final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    /// The JDK fetches a certificate's list of revoked ones only with this property.
    private static final String CRL_FETCHED = "com.sun.security.enableCRLDP";

    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Says early that a certificate ends.
    private static final Duration WARNED_BEFORE = Duration.ofDays(14);

    private final String prefix;
    private final ServerConfig.Tls config;
    private final boolean fips;
    private final List<Path> files;
    private final boolean reloads;
    private final AtomicLong nextLookNanos = new AtomicLong(System.nanoTime() + LOOK_EVERY_NANOS);
    private volatile Loaded loaded;

    /// @param trusted null for those that the JDK trusts
    /// @param changed when, for each of the files
    private record Loaded(
            SSLContext context,
            KeyManagerFactory keys,
            @Nullable TrustManagerFactory trusted,
            List<FileTime> changed) {}

    /// Reads the files.
    ///
    /// @param prefix of the keys, for messages
    /// @param fips `fips-mode`, in which nobody's address is compared with its certificate when it
    ///   connects to us
    /// @param reloads whether changed files are read again
    /// @throws IllegalArgumentException naming the key whose file cannot be used
    public static TlsContext of(
            String prefix, ServerConfig.Tls config, boolean fips, boolean reloads) {
        if (config.keyStore().location() == null) {
            throw new IllegalArgumentException(
                    prefix
                            + "keyStore.location is not set: TLS needs a private key and a"
                            + " certificate to show");
        }
        try {
            return new TlsContext(prefix, config, fips, reloads);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "TLS cannot be set up by the keys " + prefix + "*: " + e.getMessage(), e);
        }
    }

    private TlsContext(String prefix, ServerConfig.Tls config, boolean fips, boolean reloads)
            throws IOException, GeneralSecurityException {
        this.prefix = prefix;
        this.config = config;
        this.fips = fips;
        this.reloads = reloads;
        var named = new ArrayList<Path>();
        for (String each :
                new @Nullable String[] {
                    config.keyStore().location(),
                    config.keyStore().passwordPath(),
                    config.trustStore().location(),
                    config.trustStore().passwordPath()
                }) {
            if (each != null) {
                named.add(Path.of(each));
            }
        }
        files = Collections.unmodifiableList(named);
        loaded = load();
        // Wrong names of protocols and ciphers are told now, not by the first client.
        var _ = serverEngine(InetAddress.getLoopbackAddress());
    }

    /// For a connection that came in.
    public SSLEngine serverEngine(InetAddress peer) {
        SSLContext context = current().context();
        boolean compare = comparesClients();
        SSLEngine engine = context.createSSLEngine(compare ? nameOf(peer) : null, 0);
        engine.setUseClientMode(false);
        engine.setSSLParameters(parameters(context, true));
        return engine;
    }

    /// For a connection between servers that came in, whose first bytes were read already.
    public SSLSocket accepted(Socket plain, java.io.InputStream firstBytes) throws IOException {
        SSLContext context = current().context();
        var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, firstBytes, true);
        socket.setUseClientMode(false);
        socket.setSSLParameters(parameters(context, true));
        return socket;
    }

    /// For a connection between servers that was dialled.
    ///
    /// @param host as the configuration names it
    public SSLSocket dialled(Socket plain, String host) throws IOException {
        SSLContext context = current().context();
        var socket =
                (SSLSocket)
                        context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
        socket.setUseClientMode(true);
        socket.setSSLParameters(parameters(context, false));
        return socket;
    }

    /// For who makes his own engines of it: the admin server's library.
    ///
    /// @param needsCertificate whether clients must show one; else they are not asked
    public SslContextBuilder describe(SslContextBuilder builder, boolean needsCertificate) {
        Loaded current = current();
        SSLParameters parameters = parameters(current.context(), true);
        if (current.trusted() != null) {
            builder.trustManager(current.trusted());
        }
        if (!config.cipherSuites().isEmpty()) {
            builder.ciphers(config.cipherSuites(), SupportedCipherSuiteFilter.INSTANCE);
        }
        return builder.protocols(parameters.getProtocols())
                .clientAuth(needsCertificate ? ClientAuth.REQUIRE : ClientAuth.NONE);
    }

    /// What it shows.
    public KeyManagerFactory keyManagers() {
        return current().keys();
    }

    /// Whether a client shows a certificate that is checked.
    public boolean asksForCertificate() {
        return !config.clientAuth().equals("none");
    }

    /// `handshakeDetectionTimeoutMillis`.
    public int detectionMillisMax() {
        return config.handshakeDetectionMillis();
    }

    private SSLParameters parameters(SSLContext context, boolean server) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(
                config.enabledProtocols().isEmpty()
                        ? context.getDefaultSSLParameters().getProtocols()
                        : config.enabledProtocols().toArray(String[]::new));
        parameters.setCipherSuites(
                config.cipherSuites().isEmpty()
                        ? context.getDefaultSSLParameters().getCipherSuites()
                        : config.cipherSuites().toArray(String[]::new));
        if (server) {
            switch (config.clientAuth()) {
                case "none" -> {}
                case "want" -> parameters.setWantClientAuth(true);
                default -> parameters.setNeedClientAuth(true);
            }
        }
        if (server ? comparesClients() : comparesPeers()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        return parameters;
    }

    /// A running 3.9.5 in `fips-mode`, its default, takes any name of a peer that it trusts.
    private boolean comparesPeers() {
        return config.hostnameVerification() && !fips;
    }

    private boolean comparesClients() {
        return config.hostnameVerification() && config.clientHostnameVerification() && !fips;
    }

    private String nameOf(InetAddress peer) {
        return config.allowReverseDns() ? peer.getHostName() : peer.getHostAddress();
    }

    // ---- files

    /// The newest that could be read.
    private Loaded current() {
        long look = nextLookNanos.get();
        long now = System.nanoTime();
        if (reloads
                && now - look >= 0
                && nextLookNanos.compareAndSet(look, now + LOOK_EVERY_NANOS)) {
            reload();
        }
        return loaded;
    }

    private void reload() {
        List<FileTime> changed = changed();
        Loaded former = loaded;
        if (changed.equals(former.changed())) {
            return;
        }
        try {
            loaded = load();
            LOG.info("certificates read again keys={}*", prefix);
        } catch (IOException | GeneralSecurityException e) {
            LOG.warn(
                    "certificates changed and cannot be read, the former ones stay in use"
                            + " keys={}* reason=\"{}\"",
                    prefix,
                    e.getMessage());
            loaded = new Loaded(former.context(), former.keys(), former.trusted(), changed);
        }
    }

    private List<FileTime> changed() {
        var times = new ArrayList<FileTime>();
        for (Path each : files) {
            try {
                times.add(Files.getLastModifiedTime(each));
            } catch (IOException e) {
                // It is being replaced, or gone: a time that it never has.
                times.add(FileTime.fromMillis(0));
            }
        }
        return times;
    }

    private Loaded load() throws IOException, GeneralSecurityException {
        List<FileTime> changed = changed();
        SSLContext context =
                SSLContext.getInstance(config.protocol().isEmpty() ? "TLS" : config.protocol());
        KeyManagerFactory keys = keys();
        TrustManagerFactory trusted = trusted();
        context.init(
                keys.getKeyManagers(), trusted == null ? null : trusted.getTrustManagers(), null);
        return new Loaded(context, keys, trusted, changed);
    }

    private @Nullable StoreFile file(Store store, String name) {
        String location = store.location();
        return location == null ? null : new StoreFile(prefix + name, Path.of(location), store);
    }

    private KeyManagerFactory keys() throws IOException, GeneralSecurityException {
        StoreFile file = file(config.keyStore(), "keyStore");
        if (file == null) {
            throw new IOException(prefix + "keyStore.location is not set");
        }
        StoreFile.Opened opened = file.openKeys();
        requireKey(file, opened.store());
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(opened.store(), opened.password());
        return factory;
    }

    private static void requireKey(StoreFile file, KeyStore store)
            throws IOException, GeneralSecurityException {
        boolean found = false;
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                found = true;
                warnOfEnd(file, store.getCertificate(alias));
            }
        }
        if (!found) {
            throw new IOException(
                    file.key() + ".location=" + file.file() + ": it has no private key");
        }
    }

    private static void warnOfEnd(StoreFile file, java.security.cert.Certificate certificate) {
        if (certificate instanceof X509Certificate x509) {
            Instant end = x509.getNotAfter().toInstant();
            try {
                x509.checkValidity();
                if (end.isBefore(Instant.now().plus(WARNED_BEFORE))) {
                    LOG.warn(
                            "{}.location={}: the certificate of {} ends soon, at {}",
                            file.key(),
                            file.file(),
                            x509.getSubjectX500Principal(),
                            end);
                }
            } catch (CertificateException e) {
                LOG.warn(
                        "{}.location={}: the certificate of {} is valid from {} to {}, not now:"
                                + " nobody will trust it",
                        file.key(),
                        file.file(),
                        x509.getSubjectX500Principal(),
                        x509.getNotBefore().toInstant(),
                        end);
            }
        }
    }

    /// @return null for those that the JDK trusts
    private @Nullable TrustManagerFactory trusted() throws IOException, GeneralSecurityException {
        StoreFile file = file(config.trustStore(), "trustStore");
        if (file == null) {
            return null;
        }
        var parameters = new PKIXBuilderParameters(file.openTrusted(), new X509CertSelector());
        parameters.setRevocationEnabled(false);
        if (config.crl() || config.ocsp()) {
            parameters.addCertPathChecker(revocation());
        }
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory;
    }

    private PKIXRevocationChecker revocation() throws GeneralSecurityException {
        var checker =
                (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        if (config.crl()) {
            System.setProperty(CRL_FETCHED, "true");
        }
        if (!config.ocsp()) {
            checker.setOptions(
                    EnumSet.of(
                            PKIXRevocationChecker.Option.PREFER_CRLS,
                            PKIXRevocationChecker.Option.NO_FALLBACK));
        } else if (!config.crl()) {
            checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK));
        }
        return checker;
    }
}

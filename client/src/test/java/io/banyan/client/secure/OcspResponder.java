package io.banyan.client.secure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Answers by HTTP whether a certificate of a {@link Pki} is revoked.
final class OcspResponder implements AutoCloseable {
    private final Pki pki;
    private final HttpServer http;
    private final Set<BigInteger> revoked = ConcurrentHashMap.newKeySet();
    private final Set<BigInteger> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean broken;

    OcspResponder(Pki pki) throws IOException {
        this.pki = pki;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    }

    void revoke(BigInteger serial) {
        revoked.add(serial);
    }

    /// From now on it has an error for an answer.
    void breakDown() {
        broken = true;
    }

    /// Whether anybody wanted to know.
    boolean wasAsked(BigInteger serial) {
        return asked.contains(serial);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (broken) {
                exchange.sendResponseHeaders(500, -1);
                return;
            }
            byte[] request =
                    exchange.getRequestMethod().equals("GET")
                            ? inPath(exchange.getRequestURI())
                            : exchange.getRequestBody().readAllBytes();
            byte[] certificate = Der.firstCertificate(request);
            BigInteger serial = Der.serial(certificate);
            asked.add(serial);
            byte[] response = pki.status(certificate, revoked.contains(serial));
            exchange.getResponseHeaders().add("Content-Type", "application/ocsp-response");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] inPath(URI asked) {
        String path = asked.getRawPath().substring(1);
        return Base64.getDecoder().decode(URLDecoder.decode(path, StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        http.stop(0);
    }

    /// As much of a request as has to be read.
    private static final class Der {
        private static final int VERSION = 0xa0;

        private Der() {}

        /// The element that names the first certificate, as it stands there.
        static byte[] firstCertificate(byte[] request) {
            int list = content(request, content(request, 0));
            if ((request[list] & 0xff) == VERSION) {
                list = end(request, list);
            }
            int certificate = content(request, content(request, list));
            return Arrays.copyOfRange(request, certificate, end(request, certificate));
        }

        /// The last of its parts.
        static BigInteger serial(byte[] certificate) {
            int at = content(certificate, 0);
            while (end(certificate, at) < certificate.length) {
                at = end(certificate, at);
            }
            return new BigInteger(
                    Arrays.copyOfRange(certificate, content(certificate, at), certificate.length));
        }

        private static int content(byte[] der, int at) {
            int first = der[at + 1] & 0xff;
            return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
        }

        private static int end(byte[] der, int at) {
            int content = content(der, at);
            int length = der[at + 1] & 0xff;
            if (length >= 0x80) {
                length =
                        new BigInteger(1, Arrays.copyOfRange(der, at + 2, content)).intValueExact();
            }
            return content + length;
        }
    }
}

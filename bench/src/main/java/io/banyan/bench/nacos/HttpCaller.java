package io.banyan.bench.nacos;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One kept connection that asks one thing after the other. For one thread.
public final class HttpCaller implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    public HttpCaller(InetSocketAddress address) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(address);
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /// A request ready to be sent.
    public static byte[] request(String method, String pathAndQuery, String form) {
        byte[] body = form.getBytes(StandardCharsets.UTF_8);
        String head =
                method
                        + " "
                        + pathAndQuery
                        + " HTTP/1.1\r\nHost: nacos\r\nContent-Type:"
                        + " application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n"
                        + form;
        return head.getBytes(StandardCharsets.UTF_8);
    }

    /// Sends a request and reads its answer.
    ///
    /// @return the body
    /// @throws IOException also if the status is not 200
    public String call(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).trim());
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (!status.contains(" 200 ")) {
            throw new IOException(status + ": " + body);
        }
        return body;
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

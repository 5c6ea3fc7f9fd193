package io.banyan.cli.inspect;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;

/// Asks a server by four letters on its client port.
final class FourLetters {
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final int NAME_CHARS = 3;

    private FourLetters() {}

    /// @throws IOException if it cannot be reached, or does not answer in time
    static String ask(Host host, String word, int timeoutMillis) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host.name(), host.port()), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            socket.getOutputStream().write(word.getBytes(US_ASCII));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readNBytes(ANSWER_BYTES_MAX), UTF_8);
        }
    }

    /// What a server says of itself, by the names of `mntr` without `zk_`. Where only `srvr` is
    /// allowed: those of its lines.
    ///
    /// @throws IOException if it cannot be reached, or serves nobody
    static Map<String, String> facts(Host host, int timeoutMillis) throws IOException {
        String mntr = ask(host, "mntr", timeoutMillis);
        var facts = new LinkedHashMap<String, String>();
        for (String line : mntr.lines().toList()) {
            int tab = line.indexOf('\t');
            if (tab > NAME_CHARS && line.startsWith("zk_")) {
                facts.put(line.substring(NAME_CHARS, tab), line.substring(tab + 1));
            }
        }
        addServer(facts, ask(host, "srvr", timeoutMillis));
        if (!facts.containsKey("server_state")) {
            throw new IOException(mntr.isBlank() ? "it says nothing" : mntr.strip());
        }
        return facts;
    }

    private static void addServer(Map<String, String> facts, String srvr) {
        for (String line : srvr.lines().toList()) {
            int colon = line.indexOf(": ");
            String value = line.substring(colon + 1).strip();
            switch (colon < 0 ? "" : line.substring(0, colon)) {
                case "Zookeeper version" -> facts.putIfAbsent("version", value);
                case "Mode" -> facts.putIfAbsent("server_state", value);
                case "Zxid" -> facts.put("zxid", value);
                case "Node count" -> facts.putIfAbsent("znode_count", value);
                case "Connections" -> facts.putIfAbsent("num_alive_connections", value);
                case "Outstanding" -> facts.putIfAbsent("outstanding_requests", value);
                case "Received" -> facts.putIfAbsent("packets_received", value);
                case "Sent" -> facts.putIfAbsent("packets_sent", value);
                case "Latency min/avg/max" -> addLatency(facts, value);
                default -> {
                    // What other versions say besides.
                }
            }
        }
    }

    private static void addLatency(Map<String, String> facts, String value) {
        String[] parts = value.split("/", -1);
        if (parts.length == 3) {
            facts.putIfAbsent("avg_latency", parts[1]);
            facts.putIfAbsent("max_latency", parts[2]);
        }
    }
}

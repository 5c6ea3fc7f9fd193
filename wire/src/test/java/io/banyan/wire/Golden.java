package io.banyan.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// One entry of the captured files in `golden/`; their heads say what is in them and how it came
/// there.
///
/// @param fields what Apache's own classes read from the bytes
record Golden(String name, byte[] bytes, String fields) {
    static final List<Golden> CLIENT_39 = load("client-3.9.5.txt");
    static final List<Golden> CLIENT_38 = load("client-3.8.6.txt");
    static final List<Golden> TXNS = load("txnlog-3.9.5.txt");

    private static List<Golden> load(String file) {
        var entries = new ArrayList<Golden>();
        String name = "";
        byte[] bytes = {};
        for (String line : read(file).split("\n")) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("    = ")) {
                entries.add(new Golden(name, bytes, line.substring(6)));
            } else {
                int colon = line.indexOf(": ");
                name = line.substring(0, colon);
                bytes = HexFormat.of().parseHex(line.substring(colon + 2));
            }
        }
        return entries;
    }

    private static String read(String file) {
        try (var in = Golden.class.getResourceAsStream("golden/" + file)) {
            if (in == null) {
                throw new AssertionError("no resource golden/" + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The part behind the last dot, without the number that tells several apart.
    String kind() {
        return name.substring(name.lastIndexOf('.') + 1).replaceFirst("-\\d+$", "");
    }

    /// @return the packet's records by our codecs, in their order
    static List<Object> decode(Golden golden, List<Golden> all) {
        var in = new JuteReader(golden.bytes);
        return switch (golden.kind()) {
            case "connect" -> List.of(ConnectRequest.decode(in));
            case "connected" -> List.of(ConnectResponse.decode(in));
            case "event" -> List.of(ReplyHeader.decode(in), WatcherEvent.decode(in));
            case "request" -> {
                var header = RequestHeader.decode(in);
                yield hasBody(header.type())
                        ? List.of(header, golden.body(all).decode().apply(in))
                        : List.of(header);
            }
            case "reply" -> {
                var header = ReplyHeader.decode(in);
                yield in.remaining() == 0
                        ? List.of(header)
                        : List.of(header, golden.body(all).decode().apply(in));
            }
            default -> throw new AssertionError(golden.name);
        };
    }

    /// The codec of the body of a request or reply; replies are found by their request's name.
    Codec<?> body(List<Golden> all) {
        boolean request = kind().equals("request");
        String requestName = request ? name : name.replace(".reply", ".request");
        byte[] header =
                all.stream()
                        .filter(each -> each.name.equals(requestName))
                        .findFirst()
                        .orElseThrow()
                        .bytes();
        int type = RequestHeader.decode(new JuteReader(header)).type();
        return Codec.forType(request ? Codec.REQUESTS : Codec.REPLIES, type);
    }

    private static boolean hasBody(int type) {
        return type != OpCode.PING && type != OpCode.CLOSE_SESSION && type != OpCode.WHO_AM_I;
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.banyan.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Well-formed bytes of every kind, from the captures, to be spoilt by tests.
final class Seeds {
    /// Bytes and the codec that they are meant for.
    record Seed(Codec<?> codec, byte[] bytes) {}

    private Seeds() {}

    static List<Seed> all() {
        // The captures of one client repeat each other: the same bytes need be spoilt only once.
        Map<String, Seed> seeds = new LinkedHashMap<>();
        Stream.concat(packets(Golden.CLIENT_39), packets(Golden.CLIENT_38))
                .forEach(each -> put(seeds, each));
        for (Golden each : Golden.TXNS) {
            put(seeds, new Seed(Codec.TXN, each.bytes()));
        }
        return new ArrayList<>(seeds.values());
    }

    private static void put(Map<String, Seed> seeds, Seed seed) {
        seeds.putIfAbsent(seed.codec().name() + Arrays.toString(seed.bytes()), seed);
    }

    private static Stream<Seed> packets(List<Golden> all) {
        return all.stream().flatMap(each -> packet(each, all));
    }

    private static Stream<Seed> packet(Golden golden, List<Golden> all) {
        byte[] bytes = golden.bytes();
        return switch (golden.kind()) {
            case "connect" -> Stream.of(new Seed(Codec.CONNECT_REQUEST, bytes));
            case "connected" -> Stream.of(new Seed(Codec.CONNECT_RESPONSE, bytes));
            case "event" -> split(bytes, ReplyHeader.BYTES, Codec.REPLY_HEADER, Codec.EVENT);
            case "request" ->
                    bytes.length == RequestHeader.BYTES
                            ? Stream.of(new Seed(Codec.REQUEST_HEADER, bytes))
                            : split(
                                    bytes,
                                    RequestHeader.BYTES,
                                    Codec.REQUEST_HEADER,
                                    golden.body(all));
            case "reply" ->
                    bytes.length == ReplyHeader.BYTES
                            ? Stream.of(new Seed(Codec.REPLY_HEADER, bytes))
                            : split(bytes, ReplyHeader.BYTES, Codec.REPLY_HEADER, golden.body(all));
            default -> throw new AssertionError(golden.name());
        };
    }

    private static Stream<Seed> split(byte[] bytes, int at, Codec<?> head, Codec<?> body) {
        return Stream.of(
                new Seed(head, Arrays.copyOf(bytes, at)),
                new Seed(body, Arrays.copyOfRange(bytes, at, bytes.length)));
    }
}

package io.banyan.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.txn.TxnPayload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What Apache ZooKeeper wrote is read as Apache reads it, and written back byte for byte.
class GoldenTest {
    static final List<Golden> CLIENT_39 = Golden.CLIENT_39;
    static final List<Golden> CLIENT_38 = Golden.CLIENT_38;
    static final List<Golden> TXNS = Golden.TXNS;

    @ParameterizedTest
    @FieldSource("CLIENT_39")
    void packetOfApaches39ClientIsReadAsApacheReadsItAndWrittenAlike(Golden golden) {
        checkPacket(golden, CLIENT_39, new Fields());
    }

    @ParameterizedTest
    @FieldSource("CLIENT_38")
    void packetOfApaches38ClientIsReadAsApacheReadsItAndWrittenAlike(Golden golden) {
        checkPacket(golden, CLIENT_38, new Fields());
    }

    @ParameterizedTest
    @FieldSource("TXNS")
    void transactionOfApachesLogIsReadAsApacheReadsItAndWrittenAlike(Golden golden) {
        checkTxn(golden, new Fields());
    }

    @Test
    void everyRecordOfThisModuleOccursInTheCaptures() throws Exception {
        var fields = new Fields();
        CLIENT_39.forEach(each -> checkPacket(each, CLIENT_39, fields));
        TXNS.forEach(each -> checkTxn(each, fields));

        var missing = recordsOf("io.banyan.wire");
        missing.addAll(recordsOf("io.banyan.wire.txn"));
        // Snapshots are the store's to test; the reader and writer of its stat are shared with
        // Stat.
        missing.remove(StatPersisted.class.getName());
        fields.seen().forEach(each -> missing.remove(each.getName()));
        assertThat(missing).isEmpty();
    }

    private static void checkPacket(Golden golden, List<Golden> all, Fields fields) {
        List<Object> records = Golden.decode(golden, all);

        var text = new StringBuilder();
        var out = new JuteWriter();
        for (Object each : records) {
            text.append(text.isEmpty() ? "" : " ").append(shown(each, golden, all, fields));
            encode(each, golden, all, out);
        }
        assertThat(text).hasToString(golden.fields());
        assertThat(out.toByteArray()).isEqualTo(golden.bytes());
    }

    private static void checkTxn(Golden golden, Fields fields) {
        var payload = TxnPayload.decode(new JuteReader(golden.bytes()));

        assertThat(
                        fields.of(payload.header())
                                + " "
                                + fields.of(payload.txn())
                                + " "
                                + fields.of(payload.digest()))
                .isEqualTo(golden.fields());
        fields.of(payload);
        if (!golden.name().equals("v0.create")) {
            // The old record lacks a field that is written always.
            assertThat(Codec.TXN.write(payload)).isEqualTo(golden.bytes());
        }
    }

    // Apache wraps a Stat that is a whole body in a record of its own, and has two for setWatches.
    private static String shown(Object each, Golden golden, List<Golden> all, Fields fields) {
        String text = fields.of(each);
        if (each instanceof Stat) {
            return "(" + text + ")";
        }
        if (each instanceof SetWatches && golden.body(all).type() == OpCode.SET_WATCHES) {
            return text.replaceFirst(" \\[] \\[]\\)$", ")");
        }
        return text;
    }

    private static void encode(Object each, Golden golden, List<Golden> all, JuteWriter out) {
        switch (each) {
            case RequestHeader header -> header.encode(out);
            case ReplyHeader header -> header.encode(out);
            case WatcherEvent event -> event.encode(out);
            case ConnectRequest connect -> connect.encode(out);
            case ConnectResponse connected -> connected.encode(out);
            default -> encodeBody(golden.body(all), each, out);
        }
    }

    @SuppressWarnings("unchecked") // it is what this codec has read
    private static <R> void encodeBody(Codec<R> codec, Object body, JuteWriter out) {
        codec.encode().accept((R) body, out);
    }

    private static Set<String> recordsOf(String packageName) throws Exception {
        var anchor = JuteReader.class;
        var root = Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
        var names = new TreeSet<String>();
        try (var files = Files.list(root.resolve(packageName.replace('.', '/')))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".class") || name.equals("package-info.class")) {
                    continue;
                }
                var type = Class.forName(packageName + "." + name.substring(0, name.length() - 6));
                if (type.isRecord()) {
                    names.add(type.getName());
                }
            }
        }
        return names;
    }
}

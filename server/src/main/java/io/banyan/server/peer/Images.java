package io.banyan.server.peer;

import io.banyan.replica.PeerCodec;
import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A whole tree as a stream between two packets: as a snapshot file without its header and seals.
///
/// | field | |
/// |---|---|
/// | count, then id and timeout each | sessions |
/// | count, then number and list each | ACLs |
/// | path, data, ACL number, stat each | znodes, parents first |
/// | the path `/` | end of the znodes |
/// | the string `BenWasHere` | end of the image |
final class Images {
    private static final byte[] END = {'/'};
    private static final int CHUNK_BYTES = 64 * 1024;

    private Images() {}

    static void write(State state, OutputStream out) throws IOException {
        var writer = new Writer(out);
        state.writeTo(writer);
        writer.finish();
    }

    /// @param zxid what the leader says of the image; it may hold parts of later transactions
    /// @throws MalformedRecord if it is no image
    static State read(PacketInput in, Loader loader, long zxid) throws IOException {
        int sessions = in.readInt();
        for (int i = 0; i < sessions; i++) {
            loader.session(in.readLong(), in.readInt());
        }
        int acls = in.readInt();
        for (int i = 0; i < acls; i++) {
            loader.acl(in.readLong(), readAcl(in));
        }
        byte[] path = new byte[1024];
        while (true) {
            int pathEnd = in.readLength();
            if (pathEnd < 0) {
                throw new MalformedRecord("a znode without a path");
            }
            if (pathEnd > path.length) {
                path = new byte[Math.max(pathEnd, 2 * path.length)];
            }
            in.readFully(path, pathEnd);
            if (pathEnd == 1 && path[0] == '/') {
                break;
            }
            byte[] data = readBuffer(in);
            long aclKey = in.readLong();
            StatPersisted stat = StatPersisted.decode(in.fixed(StatPersisted.BYTES));
            loader.node(path, pathEnd, data, aclKey, stat);
        }
        String signature = readString(in);
        if (!PeerCodec.IMAGE_SIGNATURE.equals(signature)) {
            throw new MalformedRecord("an image that ends with " + signature);
        }
        return loader.finish(zxid);
    }

    private static List<Acl> readAcl(PacketInput in) throws IOException {
        int count = in.readInt();
        var list = new ArrayList<Acl>();
        for (int i = 0; i < count; i++) {
            list.add(new Acl(in.readInt(), new Id(readString(in), readString(in))));
        }
        return list;
    }

    private static byte @Nullable [] readBuffer(PacketInput in) throws IOException {
        int length = in.readLength();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes, length);
        return bytes;
    }

    private static @Nullable String readString(PacketInput in) throws IOException {
        byte[] bytes = readBuffer(in);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /// Counts come before what they count, so sessions and ACLs wait until they are complete.
    private static final class Writer implements SnapshotSink {
        private enum Section {
            SESSIONS,
            ACLS,
            NODES
        }

        private final OutputStream out;
        private final JuteWriter piece = new JuteWriter(CHUNK_BYTES);
        private Section section = Section.SESSIONS;
        private int count;

        Writer(OutputStream out) {
            this.out = out;
            piece.writeInt(0);
        }

        @Override
        public void session(long sessionId, int timeoutMillis) {
            piece.writeLong(sessionId);
            piece.writeInt(timeoutMillis);
            count++;
        }

        @Override
        public void acl(long key, List<Acl> acl) throws IOException {
            advance(Section.ACLS);
            piece.writeLong(key);
            piece.writeVector(acl, (to, each) -> each.encode(to));
            count++;
        }

        @Override
        public void node(
                byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat)
                throws IOException {
            advance(Section.NODES);
            piece.writeBuffer(path, 0, pathEnd);
            piece.writeBuffer(data);
            piece.writeLong(aclKey);
            stat.encode(piece);
            if (piece.length() >= CHUNK_BYTES) {
                flush();
            }
        }

        private void advance(Section wanted) throws IOException {
            while (section != wanted) {
                piece.patchInt(0, count);
                flush();
                count = 0;
                section = section == Section.SESSIONS ? Section.ACLS : Section.NODES;
                if (section != Section.NODES) {
                    piece.writeInt(0);
                }
            }
        }

        void finish() throws IOException {
            advance(Section.NODES);
            piece.writeBuffer(END);
            piece.writeString(PeerCodec.IMAGE_SIGNATURE);
            flush();
        }

        private void flush() throws IOException {
            out.write(piece.array(), 0, piece.length());
            piece.clear();
        }
    }
}

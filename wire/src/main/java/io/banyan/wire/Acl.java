package io.banyan.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entry of an access control list: what `id` may do.
///
/// @param perms bits of {@link #READ} to {@link #ADMIN}
public record Acl(int perms, Id id) {
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int CREATE = 4;
    public static final int DELETE = 8;
    public static final int ADMIN = 16;
    public static final int ALL = 31;

    /// Anyone may do anything: ZooKeeper's OPEN_ACL_UNSAFE, stored in files under the key -1.
    public static final List<Acl> OPEN = List.of(new Acl(ALL, Id.ANYONE));

    /// Anyone may read: the list of `/zookeeper/config`.
    public static final List<Acl> READ_ONLY = List.of(new Acl(READ, Id.ANYONE));

    // By hand, here and in Id: a record's own is linked when it is first called, which is while a
    // server starts and takes it ten milliseconds.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Acl acl && perms == acl.perms && id.equals(acl.id);
    }

    @Override
    public int hashCode() {
        return 31 * perms + id.hashCode();
    }

    public static Acl decode(JuteReader in) {
        return new Acl(in.readInt(), Id.decode(in));
    }

    public void encode(JuteWriter out) {
        out.writeInt(perms);
        id.encode(out);
    }

    /// @return the list, empty where the wire says null: no reader distinguishes the two
    public static List<Acl> decodeList(JuteReader in) {
        List<Acl> list = in.readVector(Acl::decode);
        return list == null ? List.of() : list;
    }

    public static void encodeList(List<Acl> list, JuteWriter out) {
        out.writeVector(list, (writer, each) -> each.encode(writer));
    }
}

package io.banyan.wire.txn;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import java.util.List;

/// A new ACL of a node.
///
/// @param version the node's ACL version from now on
public record SetAclTxn(String path, List<Acl> acl, int version) implements Txn {
    public SetAclTxn {
        acl = List.copyOf(acl);
    }

    public static SetAclTxn decode(JuteReader in) {
        return new SetAclTxn(in.requireString(), Acl.decodeList(in), in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeString(path);
        Acl.encodeList(acl, out);
        out.writeInt(version);
    }
}

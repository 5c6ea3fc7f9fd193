package io.banyan.wire;

import java.util.List;

/// The body of setACL.
///
/// @param path empty where the wire says null: both are refused alike, as bad arguments
/// @param acl empty where the wire says null: both are refused alike
/// @param version the ACL version that the node must have, -1 for any
public record SetAclRequest(String path, List<Acl> acl, int version) {
    public SetAclRequest {
        acl = List.copyOf(acl);
    }

    public static SetAclRequest decode(JuteReader in) {
        return new SetAclRequest(in.readStringOrEmpty(), Acl.decodeList(in), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        Acl.encodeList(acl, out);
        out.writeInt(version);
    }
}

package io.banyan.wire;

import java.util.List;

/// The reply to getACL.
public record AclReply(List<Acl> acl, Stat stat) {
    public AclReply {
        acl = List.copyOf(acl);
    }

    public static AclReply decode(JuteReader in) {
        return new AclReply(Acl.decodeList(in), Stat.decode(in));
    }

    public void encode(JuteWriter out) {
        Acl.encodeList(acl, out);
        stat.encode(out);
    }
}

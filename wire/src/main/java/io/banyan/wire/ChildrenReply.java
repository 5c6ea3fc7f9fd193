package io.banyan.wire;

import java.util.List;

/// The reply to getChildren.
///
/// @param children names without path, in no order
public record ChildrenReply(List<String> children) {
    public ChildrenReply {
        children = List.copyOf(children);
    }

    public static ChildrenReply decode(JuteReader in) {
        return new ChildrenReply(in.readStrings());
    }

    public void encode(JuteWriter out) {
        out.writeVector(children, JuteWriter::writeString);
    }
}

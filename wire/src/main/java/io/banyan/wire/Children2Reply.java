package io.banyan.wire;

import java.util.List;

/// The reply to getChildren2.
///
/// @param children names without path, in no order
public record Children2Reply(List<String> children, Stat stat) {
    public Children2Reply {
        children = List.copyOf(children);
    }

    public static Children2Reply decode(JuteReader in) {
        return new Children2Reply(in.readStrings(), Stat.decode(in));
    }

    public void encode(JuteWriter out) {
        out.writeVector(children, JuteWriter::writeString);
        stat.encode(out);
    }
}

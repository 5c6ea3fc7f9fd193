package io.banyan.replica;

import io.banyan.tree.State;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.txn.SetDataTxn;
import io.banyan.zab.Configuration;
import io.banyan.zab.Quorums;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who decides, as the disk of a server tells it when the server starts.
///
/// The log and the snapshots say which configuration came last, and most often that is all there is
/// to know: a change that stands in the log was proposed, so the one before it is committed; the
/// snapshots of a server that serves hold what is committed. Not so an image of a leader that was
/// not established: it may hold a change that never will be committed, and does not tell which one
/// was before. So {@link Effect.SaveQuorums} is on disk before such an image is.
///
/// | | in the file, all jute |
/// | --- | --- |
/// | 4 | number of pairs, 1 or 2; the last one saved is the last |
/// | 4 + n | for each: text of the current configuration, then of the last seen |
///
/// Two of them, since a crash may leave the history that the one before belongs to.
public final class QuorumsOnDisk {
    /// Of the file, beside the epoch files.
    public static final String NAME = "quorums";

    private static final int PAIRS_MAX = 2;

    private QuorumsOnDisk() {}

    /// The content of the file from now on.
    ///
    /// @param before what was saved before this; null for nothing
    public static byte[] encode(@Nullable Quorums before, Quorums quorums) {
        var out = new JuteWriter();
        out.writeInt(before == null ? 1 : PAIRS_MAX);
        if (before != null) {
            pair(before, out);
        }
        pair(quorums, out);
        return out.toByteArray();
    }

    private static void pair(Quorums quorums, JuteWriter out) {
        out.writeBuffer(quorums.current().text());
        out.writeBuffer(quorums.lastSeen().text());
    }

    /// @return the pairs, the newest last; none of no bytes
    /// @throws MalformedRecord if it is no such file
    public static List<Quorums> decode(byte[] bytes) {
        if (bytes.length == 0) {
            return List.of();
        }
        var in = new JuteReader(bytes);
        int count = in.readInt();
        if (count < 1 || count > PAIRS_MAX) {
            throw new MalformedRecord("a file of " + count + " pairs of configurations");
        }
        var pairs = new ArrayList<Quorums>();
        for (int i = 0; i < count; i++) {
            pairs.add(new Quorums(configuration(in), configuration(in)));
        }
        return pairs;
    }

    private static Configuration configuration(JuteReader in) {
        byte[] text = in.readBuffer();
        Members members = text == null ? null : Members.parse(text);
        if (members == null) {
            throw new MalformedRecord("a configuration that names nobody");
        }
        return members.configuration();
    }

    /// What a start begins with.
    ///
    /// @param own what the server's configuration says, which is what was activated here last
    /// @param saved the file's pairs; empty without one
    /// @param changed whether a change was replayed from the log
    /// @param before the configuration before the last of them; null if it had no number
    /// @param last of the recovered state; null if it has none
    public static Quorums recovered(
            Configuration own,
            List<Quorums> saved,
            boolean changed,
            @Nullable Configuration before,
            @Nullable Configuration last) {
        Configuration committed = own;
        for (Quorums each : saved) {
            committed = newer(committed, each.current());
        }
        if (last == null || last.version() <= committed.version()) {
            return new Quorums(committed, committed);
        }
        for (Quorums each : saved.reversed()) {
            if (each.lastSeen().version() == last.version()) {
                return new Quorums(committed, last);
            }
        }
        if (!changed) {
            return new Quorums(last, last);
        }
        return new Quorums(before == null ? committed : newer(committed, before), last);
    }

    private static Configuration newer(Configuration one, Configuration other) {
        return other.version() > one.version() ? other : one;
    }

    /// The configuration in a state; null if it holds none with a number.
    public static @Nullable Configuration in(State state) {
        byte[] text = state.membership();
        Members members = text == null ? null : Members.parse(text);
        return members == null || members.version() == 0 ? null : members.configuration();
    }

    /// What a transaction changes the members to; null if it does not say.
    public static @Nullable Members membersOf(byte[] payload) {
        var in = new JuteReader(payload);
        TxnHeader.decode(in);
        byte[] text = SetDataTxn.decode(in).data();
        return text == null ? null : Members.parse(text);
    }

    /// Whether a transaction changes the members.
    public static boolean isChange(byte[] payload) {
        return TxnHeader.decode(new JuteReader(payload)).type() == OpCode.RECONFIG;
    }
}

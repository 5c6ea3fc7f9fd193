package io.banyan.sim;

import io.banyan.replica.Load;
import io.banyan.wire.OpCode;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;

/// What servers say to each other, for people and for scenarios.
final class PeerTrace {
    private PeerTrace() {}

    /// The name of the packet.
    static String nameOf(Message message) {
        return switch (message) {
            case Message.LearnerInfo info -> info.observer() ? "OBSERVERINFO" : "FOLLOWERINFO";
            case Message.LeaderInfo _ -> "LEADERINFO";
            case Message.AckEpoch _ -> "ACKEPOCH";
            case Message.Diff _ -> "DIFF";
            case Message.Trunc _ -> "TRUNC";
            case Message.Snap _ -> "SNAP";
            case Message.NewLeader _ -> "NEWLEADER";
            case Message.UpToDate _ -> "UPTODATE";
            case Message.Ack _ -> "ACK";
            case Message.Proposal _ -> "PROPOSAL";
            case Message.Commit _ -> "COMMIT";
            case Message.CommitAndActivate _ -> "COMMITANDACTIVATE";
            case Message.Inform _ -> "INFORM";
            case Message.InformAndActivate _ -> "INFORMANDACTIVATE";
            case Message.Ping _ -> "PING";
            case Message.Carried carried ->
                    switch ((Load) carried.load()) {
                        case Load.Forward _ -> "REQUEST";
                        case Load.SyncAsked _ -> "SYNC";
                        case Load.SyncDone _ -> "SYNC";
                        case Load.Revalidate _ -> "REVALIDATE";
                        case Load.Revalidated _ -> "REVALIDATE";
                        case Load.Touched _ -> "PING";
                    };
        };
    }

    static String describe(Message message) {
        String name = nameOf(message);
        return switch (message) {
            case Message.LearnerInfo info ->
                    name + " of " + info.serverId() + " accepted=" + info.acceptedEpoch();
            case Message.LeaderInfo info -> name + " epoch=" + info.epoch();
            case Message.AckEpoch ack ->
                    name + " " + History.hex(ack.lastZxid()) + " current=" + ack.currentEpoch();
            case Message.Diff diff -> name + " " + History.hex(diff.zxid());
            case Message.Trunc trunc -> name + " " + History.hex(trunc.zxid());
            case Message.Snap snap -> name + " " + History.hex(snap.zxid());
            case Message.NewLeader leader -> name + " epoch=" + leader.epoch();
            case Message.UpToDate _ -> name;
            case Message.Ack ack -> name + " " + History.hex(ack.zxid());
            case Message.Proposal proposal -> name + " " + History.hex(proposal.zxid());
            case Message.Commit commit -> name + " " + History.hex(commit.zxid());
            case Message.CommitAndActivate commit ->
                    name + " " + History.hex(commit.zxid()) + " to " + commit.designatedLeader();
            case Message.Inform inform -> name + " " + History.hex(inform.zxid());
            case Message.InformAndActivate inform ->
                    name + " " + History.hex(inform.zxid()) + " to " + inform.designatedLeader();
            case Message.Ping _ -> name;
            case Message.Carried carried ->
                    carried.load() instanceof Load.Forward forward
                            ? name
                                    + " "
                                    + OpCode.name(forward.request().opcode())
                                    + " cxid="
                                    + forward.request().cxid()
                            : name;
        };
    }

    static String describe(Notification notification) {
        return notification.state()
                + " leader="
                + notification.leader()
                + " zxid="
                + History.hex(notification.zxid())
                + " round="
                + notification.round()
                + " epoch="
                + notification.peerEpoch();
    }
}

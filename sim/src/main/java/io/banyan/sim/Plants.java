package io.banyan.sim;

import io.banyan.replica.Load;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.wire.OpCode;
import io.banyan.zab.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The planted bug of a run, where it is a matter of messages between servers.
final class Plants {
    private static final Load.Touched NOBODY = new Load.Touched(new long[0], new int[0]);

    private final PlantedBug bug;
    private int forwards;
    private @Nullable Message held;

    Plants(PlantedBug bug) {
        this.bug = bug;
    }

    boolean has(PlantedBug which) {
        return bug == which;
    }

    /// What is sent instead of a message.
    List<Message> outgoing(Message message, boolean toLeader) {
        return switch (bug) {
            case COMMIT_TOLD_EARLY ->
                    message instanceof Message.Proposal proposal && !toLeader
                            ? List.of(message, new Message.Commit(proposal.zxid()))
                            : List.of(message);
            case ACTIVATION_TOLD_EARLY ->
                    message instanceof Message.Proposal proposal
                                    && !toLeader
                                    && QuorumsOnDisk.isChange(proposal.payload())
                            ? List.of(message, new Message.CommitAndActivate(proposal.zxid(), -1))
                            : List.of(message);
            case TOUCHES_LOST ->
                    message instanceof Message.Ping ping && toLeader
                            ? List.of(new Message.Ping(ping.zxid(), NOBODY))
                            : List.of(message);
            case FORWARDED_TWICE ->
                    message instanceof Message.Carried carried
                                    && carried.load() instanceof Load.Forward
                                    && ++forwards % 20 == 0
                            ? List.of(message, message)
                            : List.of(message);
            case UPGRADE_LOST -> isSessionMade(message) ? List.of() : List.of(message);
            case UPGRADE_BEHIND_REQUEST -> withUpgradeBehind(message);
            case UPTODATE_EARLY ->
                    message instanceof Message.NewLeader
                            ? List.of(message, new Message.UpToDate())
                            : List.of(message);
            default -> List.of(message);
        };
    }

    private static boolean isSessionMade(Message message) {
        return message instanceof Message.Carried carried
                && carried.load() instanceof Load.Forward forward
                && forward.request().opcode() == OpCode.CREATE_SESSION;
    }

    private List<Message> withUpgradeBehind(Message message) {
        if (isSessionMade(message)) {
            held = message;
            return List.of();
        }
        Message upgrade = held;
        if (upgrade == null
                || !(message instanceof Message.Carried carried)
                || !(carried.load() instanceof Load.Forward)) {
            return List.of(message);
        }
        held = null;
        return List.of(message, upgrade);
    }
}

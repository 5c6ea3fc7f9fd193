package io.banyan.zab;

import io.banyan.zab.LearnerLink.Phase;
import io.banyan.zab.Message.Commit;
import io.banyan.zab.Message.Diff;
import io.banyan.zab.Message.NewLeader;
import io.banyan.zab.Message.Proposal;
import io.banyan.zab.Message.Trunc;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Brings learners to the history of the server they learn from: what they miss, and NEWLEADER
/// behind it. The same whether that server leads or is an {@link ObserverMaster}.
final class LearnerFeed {
    private final Zab zab;
    private final LearnerLinks links;
    private final History history;
    private final LongSupplier end;

    /// @param end zxid of what learners begin with at this moment
    LearnerFeed(Zab zab, LearnerLinks links, LongSupplier end) {
        this.zab = zab;
        this.links = links;
        this.history = zab.history;
        this.end = end;
    }

    void begin(LearnerLink learner, long epoch) {
        if (zab.config.snapshotAlways()) {
            sendImage(learner, epoch);
            return;
        }
        long upTo = end.getAsLong();
        switch (LearnerSync.decide(learner.lastZxid, history, upTo, learner.banyan)) {
            case LearnerSync.SendDiff diff -> {
                zab.out.send(learner.link, new Diff(upTo));
                sendHistory(learner, epoch, List.of(), diff.after());
            }
            case LearnerSync.SendTrunc trunc -> {
                if (mayReplaceHistory(learner)) {
                    zab.out.send(learner.link, new Trunc(trunc.after()));
                    sendHistory(learner, epoch, List.of(), trunc.after());
                }
            }
            case LearnerSync.ReadFromDisk read -> {
                learner.phase = Phase.READING;
                learner.readUpTo = Math.min(upTo, zab.durableZxid());
                // The learner's last one is read too: if it is not there, it is not our history.
                zab.out.readHistory(learner.link, read.after() - 1, learner.readUpTo);
            }
            case LearnerSync.SendImage image -> sendImage(learner, epoch);
        }
    }

    void historyRead(LearnerLink learner, long epoch, @Nullable List<Entry> entries) {
        if (learner.phase != Phase.READING) {
            return;
        }
        if (entries != null
                && !entries.isEmpty()
                && entries.getFirst().zxid() == learner.lastZxid
                && entries.getLast().zxid() == learner.readUpTo
                && learner.readUpTo >= history.floor()) {
            zab.out.send(learner.link, new Diff(end.getAsLong()));
            sendHistory(learner, epoch, entries.subList(1, entries.size()), learner.readUpTo);
        } else {
            sendImage(learner, epoch);
        }
    }

    /// A server that nobody here knows may have come from another ensemble, by a wrong line in its
    /// file; what it has may be all there is of that one.
    private boolean mayReplaceHistory(LearnerLink learner) {
        if (!learner.guest || learner.lastZxid == 0) {
            return true;
        }
        links.refuse(
                learner,
                "is not in our configuration, and its history up to "
                        + Zxids.hex(learner.lastZxid)
                        + " is not ours: if it is to become a member, empty its version-2 first");
        return false;
    }

    private void sendImage(LearnerLink learner, long epoch) {
        if (!mayReplaceHistory(learner)) {
            return;
        }
        long upTo = end.getAsLong();
        List<Entry> undelivered =
                upTo > history.delivered() ? history.between(history.delivered(), upTo) : List.of();
        zab.out.sendImage(learner.link, upTo, undelivered);
        sendHistory(learner, epoch, List.of(), upTo);
    }

    /// Sends what the learner does not have, what is proposed and not committed, and NEWLEADER
    /// behind it (ZOOKEEPER-3104).
    ///
    /// @param read the first part of it, if it had to be read
    /// @param after where the rest begins
    private void sendHistory(LearnerLink learner, long epoch, List<Entry> read, long after) {
        long upTo = end.getAsLong();
        for (Entry each : read) {
            sendCommitted(learner, each);
        }
        if (after < upTo) {
            for (Entry each : history.between(after, upTo)) {
                sendCommitted(learner, each);
            }
        }
        if (!learner.observer && history.last() > upTo) {
            for (Entry each : history.between(upTo, history.last())) {
                zab.out.send(learner.link, new Proposal(each.zxid(), each.payload()));
            }
            learner.owingSinceMillis = zab.nowMillis;
        }
        zab.out.send(learner.link, newLeader(learner, epoch));
        learner.phase = Phase.SENT;
    }

    private NewLeader newLeader(LearnerLink learner, long epoch) {
        Quorums quorums = zab.quorums();
        byte[] newest = quorums.lastSeen().text();
        return zab.config.reconfig() && learner.banyan
                ? new NewLeader(epoch, newest, quorums.lastSeen(), quorums.current())
                : new NewLeader(epoch, newest);
    }

    private void sendCommitted(LearnerLink learner, Entry entry) {
        zab.out.send(learner.link, new Proposal(entry.zxid(), entry.payload()));
        zab.out.send(learner.link, new Commit(entry.zxid()));
    }
}

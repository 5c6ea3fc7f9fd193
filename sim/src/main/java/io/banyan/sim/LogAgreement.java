package io.banyan.sim;

import io.banyan.replica.Members;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.zab.Electorate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Promise 1: there is one committed history. What a server logs is always a path of proposals
/// without a gap; what is durable stays; and a transaction is committed only on top of all that was
/// committed before, once it is durable on a quorum.
final class LogAgreement {
    private static final String PROMISE = "LogAgreement";

    /// One server's log, as it told about it.
    private static final class Member {
        long loggedZxid;
        long durableZxid;
        long deliveredZxid;

        /// Where a truncation or an installation that is under way leads; -1 if none is.
        long cuttingTo = -1;

        /// Its disk was emptied or damaged on purpose: nothing it had counts until it serves again.
        boolean damaged;

        Member(long startZxid) {
            loggedZxid = startZxid;
            durableZxid = startZxid;
            deliveredZxid = startZxid;
        }
    }

    private final History history;

    /// Of the last change that is committed, or what the ensemble began with.
    private Electorate electorate;

    /// Those of all who were ever to decide, committed or not.
    private final List<Electorate> everybody = new ArrayList<>();

    private final long startZxid;
    private final Map<Integer, Member> members = new TreeMap<>();

    LogAgreement(History history, Electorate electorate) {
        this.history = history;
        this.electorate = electorate;
        everybody.add(electorate);
        this.startZxid = history.committedZxid();
    }

    private Member member(int server) {
        return members.computeIfAbsent(server, id -> new Member(startZxid));
    }

    long loggedZxid(int server) {
        return member(server).loggedZxid;
    }

    long durableZxid(int server) {
        return member(server).durableZxid;
    }

    long deliveredZxid(int server) {
        return member(server).deliveredZxid;
    }

    // ---- what a server does with its log

    /// @return whether it is a new proposal, of this server
    boolean appended(int server, long zxid, byte[] payload) {
        Member member = member(server);
        boolean isNew = !history.isKnown(zxid);
        if (isNew) {
            history.propose(server, member.loggedZxid, zxid, payload);
            Electorate next = electorateOf(payload);
            if (next != null) {
                everybody.add(next);
            }
        } else {
            Violation.unless(
                    history.isProposed(zxid, payload),
                    PROMISE,
                    "server " + server + " logs something else as " + History.hex(zxid));
            long before = history.before(zxid);
            Violation.unless(
                    before == member.loggedZxid,
                    PROMISE,
                    "server "
                            + server
                            + " logs "
                            + History.hex(zxid)
                            + " behind "
                            + History.hex(member.loggedZxid)
                            + ", but it follows "
                            + History.hex(before));
        }
        member.loggedZxid = zxid;
        return isNew;
    }

    /// Its log thread says so.
    void synced(int server, long zxid) {
        Member member = member(server);
        member.durableZxid = zxid;
    }

    /// Everything after this is about to be removed.
    void cutting(int server, long zxid) {
        Member member = member(server);
        member.cuttingTo = zxid;
        member.loggedZxid = zxid;
    }

    /// The history ends here now, durably.
    void cut(int server, long zxid) {
        Member member = member(server);
        member.cuttingTo = -1;
        member.durableZxid = zxid;
    }

    /// The history of a server that starts, in order.
    ///
    /// @param path zxids found behind the snapshot, the snapshot's first
    void recovered(int server, List<Long> path) {
        Member member = member(server);
        for (int i = 0; i < path.size(); i++) {
            long zxid = path.get(i);
            Violation.unless(
                    history.isKnown(zxid),
                    PROMISE,
                    "server " + server + " recovered " + History.hex(zxid) + ", a stranger");
            Violation.unless(
                    i == 0 || history.before(zxid) == path.get(i - 1),
                    PROMISE,
                    "server "
                            + server
                            + " recovered "
                            + History.hex(zxid)
                            + " behind "
                            + History.hex(path.get(Math.max(0, i - 1)))
                            + ", but it follows "
                            + History.hex(history.before(zxid)));
        }
        long last = path.getLast();
        boolean whole = history.leadsTo(member.durableZxid, last);
        boolean cut = member.cuttingTo >= 0 && history.leadsTo(member.cuttingTo, last);
        Violation.unless(
                whole || cut || member.damaged,
                "AcknowledgedMeansKept",
                "server "
                        + server
                        + " recovered up to "
                        + History.hex(last)
                        + ", but "
                        + History.hex(member.durableZxid)
                        + " was durable");
        member.loggedZxid = last;
        member.durableZxid = last;
        member.deliveredZxid = last;
        member.cuttingTo = -1;
    }

    // ---- damage on purpose

    /// Whether every quorum keeps a server that has all of this one's durable history if this one
    /// loses it.
    boolean canLose(int server) {
        return everybody.stream().allMatch(each -> canLose(server, each));
    }

    private boolean canLose(int server, Electorate electorate) {
        Member loser = member(server);
        if (!electorate.contains(server)) {
            return true;
        }
        var others = new TreeSet<Long>();
        for (long each : electorate.voters()) {
            Member other = member((int) each);
            if (each != server
                    && !other.damaged
                    && other.cuttingTo < 0
                    && history.leadsTo(loser.durableZxid, other.durableZxid)) {
                others.add(each);
            }
        }
        return members.values().stream().noneMatch(each -> each.damaged)
                && electorate.isQuorum(others);
    }

    /// Whether the servers that have lost their disks keep the others from deciding: where members
    /// change, one can be made needed in the moment in which it is emptied.
    boolean lacksQuorum() {
        return everybody.size() > 1
                && everybody.stream()
                        .anyMatch(each ->
                                !each.isQuorum(
                                        each.voters().stream()
                                                .filter(id -> !isDamaged(id.intValue()))
                                                .toList()));
    }

    void damaged(int server) {
        member(server).damaged = true;
    }

    /// Its operator has emptied it.
    void emptied(int server) {
        Member member = member(server);
        member.damaged = true;
        member.loggedZxid = -1;
        member.durableZxid = -1;
        member.deliveredZxid = -1;
        member.cuttingTo = -1;
    }

    boolean isDamaged(int server) {
        return member(server).damaged;
    }

    // ---- what it shows

    /// It serves clients from a state at this zxid: all of that is committed.
    void serves(int server, long zxid) {
        Member member = member(server);
        member.damaged = false;
        commitUpTo(server, zxid);
        member.deliveredZxid = zxid;
    }

    /// It tells its gateways of the next transaction.
    void delivered(int server, long zxid, byte[] payload) {
        Member member = member(server);
        Violation.unless(
                history.isProposed(zxid, payload),
                PROMISE,
                "server " + server + " delivered something else as " + History.hex(zxid));
        Violation.unless(
                history.before(zxid) == member.deliveredZxid,
                PROMISE,
                "server "
                        + server
                        + " delivered "
                        + History.hex(zxid)
                        + " behind "
                        + History.hex(member.deliveredZxid));
        commitUpTo(server, zxid);
        member.deliveredZxid = zxid;
    }

    private void commitUpTo(int server, long zxid) {
        if (history.isCommitted(zxid)) {
            return;
        }
        var path = new ArrayList<History.Txn>();
        History.Txn txn = history.proposal(zxid);
        while (txn != null && !history.isCommitted(txn.zxid())) {
            path.add(txn);
            txn = history.proposal(txn.parent());
        }
        Violation.unless(
                !path.isEmpty() && path.getLast().parent() == history.committedZxid(),
                PROMISE,
                "server "
                        + server
                        + " takes "
                        + History.hex(zxid)
                        + " for committed, which does not follow "
                        + History.hex(history.committedZxid()));
        for (History.Txn each : path.reversed()) {
            Electorate next = electorateOf(each.payload());
            if (next != null) {
                // Who is to decide from now on has to have it, and who decided until now.
                requireQuorum(server, each.zxid(), electorate);
                requireQuorum(server, each.zxid(), next);
                electorate = next;
            }
            history.commit(each);
        }
        requireQuorum(server, zxid, electorate);
    }

    private void requireQuorum(int server, long zxid, Electorate of) {
        var holders = new TreeSet<Long>();
        members.forEach((id, member) -> {
            if (history.isKnown(member.durableZxid) && history.leadsTo(zxid, member.durableZxid)) {
                holders.add((long) id);
            }
        });
        Violation.unless(
                of.isQuorum(holders),
                PROMISE,
                "server "
                        + server
                        + " takes "
                        + History.hex(zxid)
                        + " for committed, which only "
                        + holders
                        + " of "
                        + of.voters()
                        + " have on disk");
    }

    /// Whom a transaction makes decide; null for all but changes of the members.
    private static @Nullable Electorate electorateOf(byte[] payload) {
        if (!QuorumsOnDisk.isChange(payload)) {
            return null;
        }
        Members next = QuorumsOnDisk.membersOf(payload);
        return next == null ? null : next.configuration().electorate();
    }
}

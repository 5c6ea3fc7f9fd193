package io.banyan.zab;

import io.banyan.zab.Message.Carried;
import io.banyan.zab.Message.Inform;
import io.banyan.zab.Message.InformAndActivate;
import io.banyan.zab.Message.LearnerInfo;
import io.banyan.zab.Message.Ping;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The connections of those who learn from this server: who they are, and whether they are alive.
/// The same whether this server leads or is an {@link ObserverMaster}.
final class LearnerLinks {
    /// More than any ensemble has, and little enough for those who connect and say nothing.
    private static final int LINKS_MAX = 1_000;

    private final Zab zab;
    private final String article;
    private final String kind;
    private final Map<Long, LearnerLink> links = new LinkedHashMap<>();
    private final Collection<LearnerLink> all = Collections.unmodifiableCollection(links.values());
    private long nextHeartbeatMillis;
    private long nextPingMillis;

    /// @param article of the kind: of who has not said yet which one it is, a report knows no more
    /// @param kind what one of them is called in reports
    LearnerLinks(Zab zab, String article, String kind) {
        this.zab = zab;
        this.article = article;
        this.kind = kind;
    }

    /// Those that are there, who came first first; shows every change.
    Collection<LearnerLink> all() {
        return all;
    }

    boolean isEmpty() {
        return links.isEmpty();
    }

    @Nullable LearnerLink find(long link) {
        return links.get(link);
    }

    /// Who speaks there, and so is alive; null if it was dropped meanwhile.
    @Nullable LearnerLink heard(long link) {
        LearnerLink learner = links.get(link);
        if (learner != null) {
            learner.heardMillis = zab.nowMillis;
        }
        return learner;
    }

    List<Zab.Learner> introduced() {
        var result = new ArrayList<Zab.Learner>();
        for (LearnerLink each : all) {
            if (each.isIntroduced()) {
                result.add(
                        new Zab.Learner(
                                each.link,
                                each.serverId,
                                each.observer,
                                each.phase == LearnerLink.Phase.SERVING,
                                each.ackedZxid));
            }
        }
        return result;
    }

    // ---- time

    /// @return when {@link #heartbeat} has something to do
    long nextHeartbeatMillis() {
        return Math.min(nextPingMillis, nextHeartbeatMillis);
    }

    /// Pings those whose turn it is: each twice a tick, and Banyan servers more often.
    ///
    /// @param zxid for the ping; it comes back in its answer and means nothing to anybody else
    void heartbeat(long zxid) {
        boolean everybody = zab.nowMillis >= nextPingMillis;
        if (!everybody && zab.nowMillis < nextHeartbeatMillis) {
            return;
        }
        if (everybody) {
            nextPingMillis = zab.nowMillis + zab.config.tickMillis() / 2;
        }
        nextHeartbeatMillis = zab.nowMillis + zab.config.heartbeatMillis();
        ping(zxid, everybody);
    }

    /// @param everybody and not only those who understand frequent pings
    void ping(long zxid, boolean everybody) {
        var ping = new Ping(zxid, null);
        for (LearnerLink each : all) {
            if (each.isForwarding() && (everybody || each.banyan)) {
                zab.out.send(each.link, ping);
            }
        }
    }

    /// Drops whom nothing was heard of for too long, or who owes an acknowledgement for too long.
    void dropSilent() {
        List<LearnerLink> silent = new ArrayList<>();
        for (LearnerLink each : all) {
            boolean settled = each.phase.compareTo(LearnerLink.Phase.SETTLED) >= 0;
            int patience = settled ? zab.syncMillis() : zab.initMillis();
            boolean owes =
                    each.owingSinceMillis >= 0
                            && each.counts()
                            && zab.nowMillis - each.owingSinceMillis > zab.syncMillis();
            if (zab.nowMillis - each.heardMillis > patience || owes) {
                silent.add(each);
            }
        }
        for (LearnerLink each : silent) {
            drop(each, "silent for too long while " + each.phase);
        }
    }

    /// See {@link Role#forgive}.
    void forgive(long millis) {
        for (LearnerLink each : all) {
            each.heardMillis += millis;
            if (each.owingSinceMillis >= 0) {
                each.owingSinceMillis += millis;
            }
        }
    }

    // ---- coming and going

    void opened(long link) {
        if (links.size() >= LINKS_MAX) {
            zab.out.hangUp(
                    link, "there are " + LINKS_MAX + " connections of " + kind + "s already");
            return;
        }
        links.put(link, new LearnerLink(link, zab.nowMillis));
    }

    /// It said who it is. Who had a connection under that name before is dropped.
    void introduce(LearnerLink learner, LearnerInfo info) {
        for (LearnerLink each : List.copyOf(all)) {
            if (each.isIntroduced() && each.serverId == info.serverId()) {
                drop(each, "connected anew (or two servers have the same myid)");
            }
        }
        learner.serverId = info.serverId();
        learner.observer = info.observer();
        learner.guest = !zab.config.reconfig() && !zab.quorums().isMember(info.serverId());
        learner.banyan = info.banyan();
        learner.acceptedEpoch = info.acceptedEpoch();
    }

    void lost(long link, String why) {
        LearnerLink learner = links.remove(link);
        if (learner != null) {
            reportLost(learner, why);
        }
    }

    private void drop(LearnerLink learner, String why) {
        links.remove(learner.link);
        zab.out.hangUp(learner.link, null);
        reportLost(learner, why);
    }

    private void reportLost(LearnerLink learner, String why) {
        if (learner.isIntroduced()) {
            zab.out.report(kind + ' ' + learner.serverId + " is gone: " + why);
        }
    }

    /// It sent what nobody sends who is where it is.
    void refuse(LearnerLink learner, Message message) {
        refuse(learner, "sent " + message.getClass().getSimpleName() + " while " + learner.phase);
    }

    /// @param why begins with a verb
    void refuse(LearnerLink learner, String why) {
        links.remove(learner.link);
        String who = learner.isIntroduced() ? kind + ' ' + learner.serverId : article + ' ' + kind;
        zab.out.hangUp(learner.link, who + ' ' + why);
    }

    /// This server has nothing more to tell them.
    void hangUpAll() {
        for (LearnerLink each : all) {
            zab.out.hangUp(each.link, null);
        }
        links.clear();
    }

    // ---- telling them

    void carry(long link, Object load) {
        if (links.containsKey(link)) {
            zab.out.send(link, new Carried(load));
        }
    }

    /// Tells an observer what was committed.
    void inform(LearnerLink observer, List<Entry> entries) {
        for (Entry entry : entries) {
            zab.out.send(
                    observer.link,
                    zab.isChange(entry)
                            ? new InformAndActivate(entry.zxid(), zab.leaderId(), entry.payload())
                            : new Inform(entry.zxid(), entry.payload()));
        }
    }
}

package io.banyan.zab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server's part in the ensemble. Confined to one thread.
///
/// ```
/// Looking ── elected ──> Leading  ──┐
///    ^  └─── elected ──> Learning ──┤
///    └───────── look ───────────────┘
/// ```
///
/// Leaving a role is a barrier: the next election begins when the disk has done everything that was
/// asked of it, so that a vote speaks of what is durable (ZOOKEEPER-2845, 4541, 4712).
public final class Zab {
    /// A learner that dials before we know that we lead waits so long.
    private static final int PARKED_MILLIS_MAX = 1_000;

    /// Two ticks that are farther apart than this are a stall of our own.
    private static final int STALL_MILLIS = 250;

    private static final int PARKED_LINKS_MAX = 1_000;
    private static final int PARKED_MESSAGES_MAX = 4;

    /// A learner's connection that came before its leader was one.
    private static final class Parked {
        final long sinceMillis;
        final List<Message> messages = new ArrayList<>(1);

        Parked(long sinceMillis) {
            this.sinceMillis = sinceMillis;
        }
    }

    final ZabConfig config;
    final Surroundings out;
    final History history;
    long nowMillis;

    /// The round of elections that this server is in.
    long round;

    /// As it is on disk.
    long acceptedEpoch;

    /// As it is on disk.
    long currentEpoch;

    private Quorums quorums;

    /// The newest one that {@link Surroundings#activated} was told.
    private Configuration announced;

    /// Changes of the members in the log that are not delivered yet.
    private final ArrayDeque<Configuration> undelivered = new ArrayDeque<>();

    /// Whether the next leader learnt from is followed, whatever this server is by its own
    /// knowledge.
    private boolean invited;

    private final RandomGenerator random;
    private final Map<Long, Parked> parked = new LinkedHashMap<>();
    private final SortedSet<Long> reachable = new TreeSet<>();

    /// Of an observer: whom it may learn from instead of the leader, in an order of its own.
    private final List<Long> masters = new ArrayList<>();

    private int nextMaster;
    private Role role;

    /// What we answer to those who look while we do not.
    private @Nullable Notification finalVote;

    private boolean timePassed;
    private long lastDialled = 0;
    private long durableZxid;
    private long syncAskedZxid;

    /// Epoch files, cuts and installations that the disk has not finished.
    private int diskWorks;

    /// What was logged when the last epoch file was asked for: durable when it is.
    private long loggedAtSave;

    /// @param nowMillis monotonic, as in {@link #tick}
    public Zab(
            ZabConfig config,
            Past past,
            Surroundings surroundings,
            RandomGenerator random,
            long nowMillis) {
        this.config = config;
        this.out = surroundings;
        this.random = random;
        this.nowMillis = nowMillis;
        this.acceptedEpoch = past.acceptedEpoch();
        this.currentEpoch = past.currentEpoch();
        this.history = new History(past, config.historyTxns(), config.historyBytes());
        this.durableZxid = past.lastZxid();
        this.syncAskedZxid = past.lastZxid();
        this.loggedAtSave = past.lastZxid();
        this.quorums = config.quorums();
        this.announced = quorums.current();
        this.role = new Looking(this, -1);
        listMasters();
    }

    private void listMasters() {
        masters.clear();
        if (config.observerMasters() && !votes()) {
            masters.addAll(quorums.current().electorate().voters());
            Collections.shuffle(masters, random);
        }
    }

    /// Begins to look for a leader. To be called once.
    public void start() {
        look("it has just started");
    }

    // ---- time and rounds

    /// Time has come to this. What follows from it is done at the end of the round.
    public void tick(long now) {
        long step = now - nowMillis;
        nowMillis = now;
        timePassed = true;
        // While we stood still (garbage collection, SIGSTOP), nobody could be heard.
        if (step > STALL_MILLIS) {
            role.forgive(step);
        }
    }

    /// When {@link #tick} is wanted at the latest, on the same clock.
    public long wakeAtMillis() {
        return parked.isEmpty()
                ? role.wakeAtMillis()
                : Math.min(role.wakeAtMillis(), nowMillis + PARKED_MILLIS_MAX);
    }

    /// The end of a round of inputs: what several of them share is asked for now.
    public void endRound() {
        // Nobody is judged silent before what waited in our own inbox has been heard.
        if (timePassed) {
            timePassed = false;
            role.timePassed();
            expireParked();
        }
        role.endRound();
    }

    // ---- the election port

    /// A vote came in.
    public void notified(long serverId, Notification notification) {
        if (role instanceof Looking looking) {
            if (!adopt(notification.configuration())) {
                looking.notified(serverId, notification);
            }
        } else if (notification.state() == PeerState.LOOKING && finalVote != null) {
            tell(serverId, finalVote);
        }
    }

    /// Whether there is a connection to this server's election port.
    public void electionLink(long serverId, boolean up) {
        if (up) {
            reachable.add(serverId);
        } else {
            reachable.remove(serverId);
        }
        if (role instanceof Looking looking) {
            looking.electionLink(serverId, up);
        }
    }

    // ---- the quorum port

    /// A connection on the quorum port is there: one we dialled, or one from outside.
    ///
    /// @param link positive and never used before if it comes from outside
    public void linkOpened(long link) {
        if (!(role instanceof Looking)) {
            role.linkOpened(link);
        } else if (link < 0 || parked.size() >= PARKED_LINKS_MAX) {
            out.hangUp(link, null);
        } else {
            parked.put(link, new Parked(nowMillis));
        }
    }

    /// An observer has connected to the port where a follower serves observers.
    ///
    /// @param link positive and never used before
    public void observerLinkOpened(long link) {
        if (role instanceof Learning learning) {
            learning.observerLinkOpened(link);
        } else {
            out.hangUp(link, null);
        }
    }

    /// A connection is gone, or could not be made.
    public void linkLost(long link, String why) {
        if (parked.remove(link) == null) {
            role.linkLost(link, why);
        }
    }

    public void received(long link, Message message) {
        Parked waiting = parked.get(link);
        if (waiting == null) {
            role.received(link, message);
        } else if (waiting.messages.size() < PARKED_MESSAGES_MAX) {
            waiting.messages.add(message);
        } else {
            parked.remove(link);
            out.hangUp(link, "a learner goes on talking before its turn");
        }
    }

    private void expireParked() {
        if (parked.isEmpty()) {
            return;
        }
        // It had better join the election, or find out who leads.
        for (var each : List.copyOf(parked.entrySet())) {
            if (nowMillis - each.getValue().sinceMillis >= PARKED_MILLIS_MAX) {
                parked.remove(each.getKey());
                out.hangUp(each.getKey(), null);
            }
        }
    }

    // ---- the disk

    /// Everything appended up to and including this zxid is durable.
    public void synced(long zxid) {
        Check.that(zxid <= history.last(), "only what is logged is synced", zxid, history.last());
        if (zxid > durableZxid) {
            durableZxid = zxid;
            role.diskAdvanced();
        }
    }

    public void acceptedEpochSaved(long epoch) {
        Check.that(epoch > acceptedEpoch, "accepted epochs rise", epoch, acceptedEpoch);
        acceptedEpoch = epoch;
        diskWorkDone(loggedAtSave);
    }

    public void currentEpochSaved(long epoch) {
        Check.that(epoch <= acceptedEpoch, "no epoch before its promise", epoch, acceptedEpoch);
        currentEpoch = epoch;
        diskWorkDone(loggedAtSave);
    }

    public void truncated(long zxid) {
        diskWorkDone(zxid);
    }

    public void installed(long zxid) {
        diskWorkDone(zxid);
    }

    private void diskWorkDone(long zxid) {
        Check.that(diskWorks > 0, "the disk does what it was asked to");
        diskWorks--;
        durableZxid = Math.max(durableZxid, zxid);
        role.diskAdvanced();
    }

    /// @param entries contiguous, all that was asked for; null if the disk cannot show that nothing
    ///   is missing, or it would be too much
    public void historyRead(long link, @Nullable List<Entry> entries) {
        switch (role) {
            case Leading leading -> leading.historyRead(link, entries);
            case Learning learning -> learning.historyRead(link, entries);
            case Looking looking -> {
                // Nobody learns from us any more.
            }
        }
    }

    // ---- the state machine above

    /// Proposes the next transaction. Only while leading; zxids of an epoch are contiguous.
    public void propose(long zxid, byte[] payload) {
        if (role instanceof Leading leading) {
            leading.propose(zxid, payload);
        } else {
            throw new IllegalStateException("proposed while " + role.state());
        }
    }

    /// Sends to a learner, or an observer of this follower; to one that is gone, nothing happens.
    public void carry(long link, Object load) {
        switch (role) {
            case Leading leading -> leading.carry(link, load);
            case Learning learning -> learning.carryToObserver(link, load);
            case Looking looking -> {
                // All of them are gone.
            }
        }
    }

    /// Asks the voters whether they still follow this leader: {@link Surroundings#confirmed} with
    /// this number, or a later one, follows when a quorum has answered; never, if another leader
    /// was established before this call.
    public long confirm() {
        return role instanceof Leading leading ? leading.confirm() : Long.MAX_VALUE;
    }

    /// Sends to the leader (while following).
    public void carryToLeader(Object load) {
        if (role instanceof Learning learning) {
            learning.carry(load);
        }
    }

    /// Gives up leading, so that a new epoch begins.
    public void abdicate(String why) {
        if (role instanceof Leading) {
            look(why);
        }
    }

    /// Whether enough members of this configuration are with this leader to decide.
    public boolean isSynced(Configuration members) {
        return role instanceof Leading leading && leading.isSynced(members);
    }

    // ---- facts

    /// Who decides at this moment.
    public Quorums quorums() {
        return quorums;
    }

    /// Zxid of the last transaction delivered.
    public long deliveredZxid() {
        return history.delivered();
    }

    /// Zxid of the last transaction in the log, delivered or not.
    public long loggedZxid() {
        return history.last();
    }

    /// What this server is in the ensemble now, for operators.
    public PeerState state() {
        return role.state();
    }

    /// Id of the leader, or -1 while there is none.
    public long leaderId() {
        return switch (role) {
            case Looking looking -> -1;
            case Learning learning -> learning.leaderId();
            case Leading leading -> config.serverId();
        };
    }

    /// The epoch led or followed; the current one while there is none.
    public long epoch() {
        return switch (role) {
            case Looking looking -> currentEpoch;
            case Learning learning -> learning.epoch();
            case Leading leading -> leading.epoch();
        };
    }

    public long acceptedEpoch() {
        return acceptedEpoch;
    }

    public long currentEpoch() {
        return currentEpoch;
    }

    /// For operators: those who learn from this server, which leads or is an observer master.
    public List<Learner> learners() {
        return switch (role) {
            case Leading leading -> leading.learners();
            case Learning learning -> learning.observers();
            case Looking looking -> List.of();
        };
    }

    /// For operators: whom this observer learns from, the leader or an observer master; -1 if this
    /// server does not observe.
    public long observerMasterId() {
        return role instanceof Learning learning ? learning.observerMasterId() : -1;
    }

    /// One of those who learn from this server.
    ///
    /// @param synced whether it is up to date and takes part
    /// @param ackedZxid the last proposal it acknowledged on this connection, 0 for none
    public record Learner(
            long link, long serverId, boolean observer, boolean synced, long ackedZxid) {}

    // ---- for the roles

    /// The one place where a role ends: looks for a leader again.
    void look(String why) {
        lookFor(-1, why);
    }

    /// As {@link #look}, where it is known who is to lead: without an election.
    ///
    /// @param designated -1 if it is not known
    void lookFor(long designated, String why) {
        lookFor(designated, why, false);
    }

    /// As {@link #lookFor(long, String)}, of an observer that the leader's newest configuration
    /// gives a vote: without it there may be no quorum of those, so it comes back as a follower.
    void returnAsFollower(long leaderId) {
        lookFor(leaderId, "this server is to have a vote", true);
    }

    private void lookFor(long designated, String why, boolean asFollower) {
        invited = asFollower;
        role.leave(why);
        out.looking(why);
        syncAppended();
        forgetUnusedName();
        announce();
        var looking = new Looking(this, designated);
        role = looking;
        looking.begin();
    }

    /// The one place where an election ends.
    void elected(Notification vote) {
        if (vote.leader() == config.serverId()) {
            finalVote = settledAs(PeerState.LEADING, vote.leader(), vote.zxid(), vote.peerEpoch());
            var leading = new Leading(this);
            role = leading;
            admitParked(leading);
            if (isRole(leading)) {
                leading.begin();
            }
            return;
        }
        var learning = new Learning(this, vote.leader());
        role = learning;
        finalVote = settledAs(learning.state(), vote.leader(), vote.zxid(), vote.peerEpoch());
        for (long link : List.copyOf(parked.keySet())) {
            parked.remove(link);
            out.hangUp(link, null);
        }
        learning.begin();
    }

    private void admitParked(Leading leading) {
        for (var each : List.copyOf(parked.entrySet())) {
            parked.remove(each.getKey());
            leading.linkOpened(each.getKey());
            for (Message message : each.getValue().messages) {
                leading.received(each.getKey(), message);
            }
        }
    }

    private Notification settledAs(PeerState state, long leader, long zxid, long peerEpoch) {
        return new Notification(state, leader, zxid, round, peerEpoch);
    }

    /// From now on our vote names the epoch it led to, so that those who come later count it with
    /// the votes of others (ZOOKEEPER-1732, 1818).
    void settleVote(long leader, long epoch) {
        Notification vote = finalVote;
        Check.that(vote != null && vote.leader() == leader, "the vote was for the leader");
        if (vote != null) {
            finalVote = settledAs(vote.state(), leader, vote.zxid(), epoch);
        }
    }

    // ---- who decides

    boolean votes() {
        return quorums.isVoter(config.serverId());
    }

    /// Whether this server is one that observes. Who is no member follows without a vote, and may
    /// become one.
    boolean observes() {
        return !votes()
                && !invited
                && (!config.reconfig()
                        || quorums.current().observers().contains(config.serverId()));
    }

    /// Tells a server a vote, with the configuration that holds here.
    void tell(long serverId, Notification vote) {
        out.notify(serverId, config.reconfig() ? vote.with(quorums.current()) : vote);
    }

    /// Takes over a configuration that another server knows to be committed.
    ///
    /// @return whether a new election has begun, with other members
    private boolean adopt(@Nullable Configuration known) {
        if (!config.reconfig() || known == null || known.version() <= quorums.current().version()) {
            return false;
        }
        boolean same = hasMembersOf(known);
        quorums =
                new Quorums(
                        known,
                        quorums.lastSeen().version() > known.version()
                                ? quorums.lastSeen()
                                : known);
        out.saveQuorums(quorums);
        if (same) {
            announce();
            return false;
        }
        look("the members have changed: " + known);
        return true;
    }

    private boolean hasMembersOf(Configuration other) {
        Configuration mine = quorums.current();
        return !quorums.isPending()
                && mine.electorate().equals(other.electorate())
                && mine.observers().equals(other.observers())
                && mine.addresses().equals(other.addresses());
    }

    /// Who decides, as the leader knows it whose history this server takes over.
    ///
    /// @param newest that stands in that history, committed or not; null if it comes by itself
    /// @param committed the newest that is committed; null if that is not known
    void learnQuorums(@Nullable Configuration newest, @Nullable Configuration committed) {
        Configuration current = newer(quorums.current(), committed);
        Configuration lastSeen = newer(newer(quorums.lastSeen(), newest), current);
        if (current.version() != quorums.current().version()
                || lastSeen.version() != quorums.lastSeen().version()) {
            quorums = new Quorums(current, lastSeen);
            out.saveQuorums(quorums);
        }
    }

    private static Configuration newer(Configuration one, @Nullable Configuration other) {
        return other != null && other.version() > one.version() ? other : one;
    }

    /// The members that stood in files only get their first number, that of this epoch.
    void nameConfiguration(long epoch) {
        if (config.reconfig() && quorums.lastSeen().version() == 0) {
            quorums =
                    new Quorums(
                            quorums.current(), quorums.current().withVersion(Zxids.first(epoch)));
        }
    }

    boolean isChange(Entry entry) {
        return config.reconfig() && out.configurationOf(entry.zxid(), entry.payload()) != null;
    }

    /// A change of the members comes into the log: from before it is durable there, decisions need
    /// both quorums. That it was proposed says that the one before it is committed.
    private void noteChange(Entry entry) {
        Configuration next = out.configurationOf(entry.zxid(), entry.payload());
        if (next == null) {
            return;
        }
        undelivered.add(next);
        if (next.version() > quorums.lastSeen().version()) {
            quorums = new Quorums(quorums.lastSeen(), next);
            out.saveQuorums(quorums);
        }
    }

    /// Everything up to here is committed, and delivered.
    void activateUpTo(long zxid) {
        if (quorums.isPending() && quorums.lastSeen().version() <= zxid) {
            quorums = Quorums.of(quorums.lastSeen());
            out.saveQuorums(quorums);
        }
        announce();
    }

    private void announce() {
        if (quorums.current().version() > announced.version()) {
            announced = quorums.current();
            listMasters();
            out.activated(announced);
        }
    }

    /// The history is about to be replaced, and with it the change that waited in it. What the disk
    /// knows of it stays until then.
    void forgetChanges() {
        undelivered.clear();
        quorums = Quorums.of(quorums.current());
    }

    /// A first number that no epoch was established with is none.
    private void forgetUnusedName() {
        if (quorums.isPending() && Zxids.isFirst(quorums.lastSeen().version())) {
            quorums = Quorums.of(quorums.current());
        }
    }

    /// What was cut off is no change any more.
    private void forgetChangesAfter(long zxid) {
        undelivered.removeIf(each -> each.version() > zxid);
        if (quorums.isPending() && quorums.lastSeen().version() > zxid) {
            quorums = Quorums.of(quorums.current());
            out.saveQuorums(quorums);
        }
    }

    boolean isRole(Role which) {
        return role == which;
    }

    /// What this server proposes at first: itself, or, without a vote among the present members,
    /// nobody. Who is to have one soon supports others: some of those who decide may not know of
    /// it.
    Notification ownVote() {
        return quorums.current().electorate().contains(config.serverId())
                ? new Notification(
                        PeerState.LOOKING, config.serverId(), history.last(), round, currentEpoch)
                : new Notification(
                        PeerState.LOOKING, Long.MIN_VALUE, Long.MIN_VALUE, round, Long.MIN_VALUE);
    }

    /// The next server for an observer to learn from.
    ///
    /// @return the leader if there are to be no observer masters, or it is the only voter
    long nextObserverMaster(long leaderId) {
        for (int tries = 0; tries < masters.size(); tries++) {
            nextMaster = (nextMaster + 1) % masters.size();
            if (masters.get(nextMaster) != leaderId) {
                return masters.get(nextMaster);
            }
        }
        return leaderId;
    }

    boolean isReachable(long serverId) {
        return reachable.contains(serverId);
    }

    /// Keeps servers from doing the same thing at the same moment again and again.
    int jitter(int millisMax) {
        return random.nextInt(millisMax + 1);
    }

    int initMillis() {
        return config.initLimit() * config.tickMillis();
    }

    int syncMillis() {
        return config.syncLimit() * config.tickMillis();
    }

    long newLink() {
        return --lastDialled;
    }

    long durableZxid() {
        return durableZxid;
    }

    /// Whether everything asked of the disk is done.
    boolean isDiskSettled() {
        return diskWorks == 0 && durableZxid >= history.last();
    }

    void append(Entry entry) {
        if (config.reconfig()) {
            noteChange(entry);
        }
        history.append(entry);
        out.append(entry.zxid(), entry.payload());
    }

    void syncAppended() {
        if (history.last() > syncAskedZxid) {
            syncAskedZxid = history.last();
            out.sync(syncAskedZxid);
        }
    }

    void saveAcceptedEpoch(long epoch) {
        diskWorks++;
        loggedAtSave = history.last();
        out.saveAcceptedEpoch(epoch);
    }

    void saveCurrentEpoch(long epoch) {
        syncAppended();
        diskWorks++;
        loggedAtSave = history.last();
        out.saveCurrentEpoch(epoch);
    }

    void truncate(long zxid) {
        Check.that(isDiskSettled(), "a cut finds a quiet disk");
        history.truncate(zxid);
        forgetChangesAfter(zxid);
        forgetDurableAfter(zxid);
        diskWorks++;
        out.truncate(zxid);
    }

    void install(long zxid, Object image) {
        Check.that(isDiskSettled(), "an image finds a quiet disk");
        history.reset(zxid);
        forgetDurableAfter(zxid);
        diskWorks++;
        out.install(zxid, image);
    }

    private void forgetDurableAfter(long zxid) {
        durableZxid = Math.min(durableZxid, zxid);
        syncAskedZxid = zxid;
        loggedAtSave = zxid;
    }

    void deliverUpTo(long zxid) {
        while (!history.isAllDelivered() && history.nextUndelivered() <= zxid) {
            Entry entry = history.deliverNext();
            out.deliver(entry.zxid(), entry.payload());
            Configuration change = undelivered.peek();
            if (change != null && change.version() <= entry.zxid()) {
                undelivered.remove();
                activateUpTo(entry.zxid());
            }
        }
    }
}

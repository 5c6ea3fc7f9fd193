package io.banyan.zab;

/// What a learner needs so that its history becomes the leader's.
///
/// When in doubt it is an image: a wrong DIFF or TRUNC is lost data (ZOOKEEPER-2099, 3701, 4352).
sealed interface LearnerSync {
    /// What it has is right; the rest follows.
    ///
    /// @param after everything up to here it has
    record SendDiff(long after) implements LearnerSync {}

    /// It has to forget what comes after; the rest follows.
    record SendTrunc(long after) implements LearnerSync {}

    /// As {@link SendDiff}, but what it misses is no longer in memory.
    record ReadFromDisk(long after) implements LearnerSync {}

    record SendImage() implements LearnerSync {}

    /// @param lastZxid the end of the learner's log
    /// @param history the leader's
    /// @param end of what the learner is to begin with: the last committed, or, before the epoch is
    ///   established, the last logged
    /// @param banyan whether the learner can be trusted to cut its log across an epoch
    static LearnerSync decide(long lastZxid, History history, long end, boolean banyan) {
        // Nothing was ever logged under the zxid that begins an epoch; who has it as its last one
        // has everything before it.
        boolean atBeginning = Zxids.isFirst(lastZxid);
        if (lastZxid == end) {
            return new SendDiff(end);
        }
        if (lastZxid > end) {
            if (atBeginning) {
                return new SendDiff(end);
            }
            // Only in the same epoch is it certain that our last one is in its log at all.
            return Zxids.epoch(lastZxid) == Zxids.epoch(end) ? new SendTrunc(end) : new SendImage();
        }
        if (lastZxid < history.floor()) {
            return !atBeginning && lastZxid > history.gaplessFrom()
                    ? new ReadFromDisk(lastZxid)
                    : new SendImage();
        }
        if (history.contains(lastZxid) || atBeginning) {
            return new SendDiff(lastZxid);
        }
        long before = history.before(lastZxid);
        if (Zxids.epoch(before) != Zxids.epoch(lastZxid)) {
            return new SendImage();
        }
        // ZooKeeper's learners are not asked to cut across an epoch: its leaders never do that.
        boolean nextIsSameEpoch = Zxids.epoch(history.after(lastZxid)) == Zxids.epoch(lastZxid);
        return nextIsSameEpoch || banyan ? new SendTrunc(before) : new SendImage();
    }
}

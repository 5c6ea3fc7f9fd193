package io.banyan.replica;

/// A learner of this leader, or an observer of this follower, as long as its connection lasts.
record LearnerLink(long link) implements Owner {}

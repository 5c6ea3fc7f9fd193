package io.banyan.replica;

/// A learner of this leader, as long as its connection lasts.
record LearnerLink(long link) implements Owner {}

package io.banyan.replica;

/// Where the client of a session is: who may write under it.
sealed interface Owner permits Connection, LearnerLink {}

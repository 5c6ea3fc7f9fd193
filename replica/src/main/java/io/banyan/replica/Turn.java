package io.banyan.replica;

/// One place in the order in which a connection's requests are answered.
sealed interface Turn permits Ticket, WaitingRead, Refusal {}

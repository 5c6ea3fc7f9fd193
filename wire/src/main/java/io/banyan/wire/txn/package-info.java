/// Transactions: what the log keeps, what a leader proposes, what a tree applies.
///
/// In and out as in {@link io.banyan.wire}. One payload of the log is a {@link TxnHeader}, a {@link
/// io.banyan.wire.txn.Txn} and, where the writer knew it, a {@link io.banyan.wire.txn.TxnDigest};
/// {@link io.banyan.wire.txn.TxnPayload} is the three together.
///
/// Invariant: the header's type decides. The same record serves create and create2, delete and
/// deleteContainer, setData and reconfig; a {@link io.banyan.wire.txn.Txn} alone does not say which
/// it was.
@NullMarked
package io.banyan.wire.txn;

import io.banyan.wire.TxnHeader;
import org.jspecify.annotations.NullMarked;

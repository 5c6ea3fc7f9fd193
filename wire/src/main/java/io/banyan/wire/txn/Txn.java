package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;

/// The record of one transaction, behind its header.
public sealed interface Txn
        permits CreateTxn,
                CreateContainerTxn,
                CreateTtlTxn,
                DeleteTxn,
                SetDataTxn,
                SetAclTxn,
                CheckVersionTxn,
                MultiTxn,
                CreateSessionTxn,
                CloseSessionTxn,
                ErrorTxn {
    /// Reads the record that belongs to a header.
    ///
    /// @param type the type in the header
    /// @throws MalformedRecord also for types that no log contains; such a log must not be passed
    ///   over, since what follows it builds on it
    static Txn decode(int type, JuteReader in) {
        return switch (type) {
            case OpCode.CREATE, OpCode.CREATE2 -> CreateTxn.decode(in);
            case OpCode.CREATE_CONTAINER -> CreateContainerTxn.decode(in);
            case OpCode.CREATE_TTL -> CreateTtlTxn.decode(in);
            case OpCode.DELETE, OpCode.DELETE_CONTAINER -> DeleteTxn.decode(in);
            case OpCode.SET_DATA, OpCode.RECONFIG -> SetDataTxn.decode(in);
            case OpCode.SET_ACL -> SetAclTxn.decode(in);
            case OpCode.MULTI -> MultiTxn.decode(in);
            case OpCode.CREATE_SESSION -> CreateSessionTxn.decode(in);
            case OpCode.CLOSE_SESSION -> CloseSessionTxn.decode(in);
            case OpCode.ERROR -> ErrorTxn.decode(in);
            default -> throw new MalformedRecord("transaction of type " + OpCode.name(type));
        };
    }

    void encode(JuteWriter out);
}

package io.banyan.replica;

import io.banyan.tree.WriteRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.ReconfigRequest;
import io.banyan.zab.Quorums;
import java.nio.charset.StandardCharsets;

/// Whether a client's wish for other members can be proposed, and what they are then. The checks
/// come in ZooKeeper's order, since the first that fails is what the client sees.
sealed interface Reconfiguration {
    /// @param error for the client
    record No(int error) implements Reconfiguration {}

    /// @param text of the next configuration, its number included
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Yes(byte[] text) implements Reconfiguration {}

    /// @param zxid of the transaction it would be
    static Reconfiguration decide(
            ReplicaConfig config, Broadcast broadcast, WriteRequest request, long zxid) {
        ReconfigRequest asked;
        try {
            var body = new JuteReader(request.body(), request.from(), request.end());
            asked = ReconfigRequest.decode(body);
        } catch (MalformedRecord e) {
            // Even what is switched off has to be well formed to be called so.
            return new No(ErrorCode.MARSHALLING_ERROR);
        }
        if (!config.reconfigEnabled()) {
            return new No(ErrorCode.RECONFIG_DISABLED);
        }
        Quorums quorums = broadcast.quorums();
        if (quorums == null) {
            return new No(ErrorCode.UNIMPLEMENTED);
        }
        if (quorums.isPending()) {
            return new No(ErrorCode.RECONFIG_IN_PROGRESS);
        }
        if (asked.curConfigId() != -1 && asked.curConfigId() != quorums.lastSeen().version()) {
            return new No(ErrorCode.BAD_VERSION);
        }
        Members next;
        try {
            next = members(quorums, asked).withVersion(zxid);
        } catch (Members.Wrong e) {
            return new No(ErrorCode.BAD_ARGUMENTS);
        }
        if (next.voters().size() < config.votersMin()) {
            return new No(ErrorCode.BAD_ARGUMENTS);
        }
        if (!broadcast.isSynced(next.configuration())) {
            return new No(ErrorCode.NEW_CONFIG_NO_QUORUM);
        }
        return new Yes(next.text().getBytes(StandardCharsets.UTF_8));
    }

    private static Members members(Quorums quorums, ReconfigRequest asked) throws Members.Wrong {
        String all = asked.newMembers();
        if (all != null) {
            return Members.parse(all.replace(',', '\n'));
        }
        String text = new String(quorums.lastSeen().text(), StandardCharsets.UTF_8);
        return Members.parse(text).with(asked.joiningServers(), asked.leavingServers());
    }
}

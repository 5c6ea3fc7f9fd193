package io.banyan.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.audit.AuditEvent.Operation;
import io.banyan.server.audit.AuditEvent.Result;
import org.junit.jupiter.api.Test;

class AuditEventTest {
    @Test
    void aClientsEventShowsSessionUserAddressAndZnode() {
        var event =
                new AuditEvent(
                        Operation.CREATE,
                        Result.SUCCESS,
                        0x1000016099b0000L,
                        "127.0.0.1",
                        "127.0.0.1",
                        "/eph",
                        "ephemeral",
                        null);

        assertThat(event.line())
                .isEqualTo(
                        "session=0x1000016099b0000\tuser=127.0.0.1\tip=127.0.0.1\toperation=create"
                                + "\tznode=/eph\tznode_type=ephemeral\tresult=success");
    }

    @Test
    void aServersEventShowsOnlyItsUser() {
        assertThat(AuditEvent.ofServer(Operation.SERVER_STOP, Result.INVOKED, "root").line())
                .isEqualTo("user=root\toperation=serverStop\tresult=invoked");
    }

    @Test
    void aClientCannotForgeALineOrAColumn() {
        var event =
                new AuditEvent(
                        Operation.DELETE,
                        Result.FAILURE,
                        1L,
                        "bob\nuser=root",
                        null,
                        "/a\tresult=success",
                        null,
                        null);

        assertThat(event.line())
                .isEqualTo(
                        "session=0x1\tuser=bobuser=root\toperation=delete"
                                + "\tznode=/aresult=success\tresult=failure");
    }
}

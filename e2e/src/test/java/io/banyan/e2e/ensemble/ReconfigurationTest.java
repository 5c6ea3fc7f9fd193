package io.banyan.e2e.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Members that come and go, with real servers: the short part of `bin/e2e ensemble --reconfig`.
@Tag("fast")
final class ReconfigurationTest {
    private static final int BAD_VERSION = -103;
    private static final int BAD_ARGUMENTS = -8;
    private static final int NEW_CONFIG_NO_QUORUM = -13;

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @Test
    void anEnsembleGrowsLosesItsLeaderAndShrinksToOneThatStartsAgain() throws IOException {
        try (var story = new MembersStory(EnsembleCommand.kinds("BBB"), System.out)) {
            story.everything();
        }
    }

    @Test
    void serversOfBothKindsBecomeMembersOfOneEnsemble() throws IOException {
        try (var story = new MembersStory(EnsembleCommand.kinds("9B"), System.out)) {
            story.grow(2);
        }
    }

    /// The other way round: `bin/e2e ensemble --reconfig --sasl --tls 9B`.
    @Test
    void whoBecomesAMemberProvesWhoItIsAndEncrypts() throws Exception {
        ServerConfig secured = PeerSecurity.sasl(PeerSecurity.tls(ServerConfig.standard()));
        try (var story = new MembersStory(EnsembleCommand.kinds("B9"), secured, System.out)) {
            story.grow(2);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatCannotBeIsRefusedAndAClientPortMoves(ServerKind kind) throws IOException {
        try (var members = new ChangingMembers(List.of(kind, kind), ServerConfig.standard())) {
            members.start(1, 1);
            String first = members.membership(1);
            assertThat(first).endsWith("version=100000000");

            // Nobody is there to be a quorum of two with.
            assertThat(members.ask(1, members.line(2, "participant"), null, null, -1).error())
                    .isEqualTo(NEW_CONFIG_NO_QUORUM);
            assertThat(members.ask(1, null, null, members.lines(1), 7).error())
                    .isEqualTo(BAD_VERSION);
            assertThat(members.ask(1, "server.2=nonsense", null, null, -1).error())
                    .isEqualTo(BAD_ARGUMENTS);
            assertThat(members.ask(1, null, "1", null, -1).error()).isEqualTo(BAD_ARGUMENTS);
            assertThat(members.membership(1)).isEqualTo(first);

            int former = members.clientPort(1);
            int port = Ports.free();
            members.moveClientPort(1, port);
            String joining = members.line(1, "participant");
            members.moveClientPort(1, former);
            assertThat(members.ask(1, joining, null, null, 0x100000000L).error())
                    .isEqualTo(ChangingMembers.OK);
            members.moveClientPort(1, port);
            members.awaitServing(1);
            members.write(1, "/at-the-new-port");
            assertThat(members.membership(1)).contains(":" + port + "\n");
        }
    }

    /// Addresses, groups and weights, and what is wrong with either. Who joins only observes, so
    /// that nobody is missed. What is answered otherwise on purpose is not asked here.
    @Test
    void addressesGroupsAndWeightsAreAnsweredAsByZooKeeper() throws IOException {
        List<ServerKind> both = List.of(ServerKind.of("apache"), ServerKind.BANYAN);
        List<List<String>> answers = new ArrayList<>();
        for (ServerKind kind : both) {
            try (var members = new ChangingMembers(List.of(kind), ServerConfig.standard())) {
                members.start(1, 1);
                answers.add(answersOf(members));
            }
        }

        assertThat(answers.get(1)).isEqualTo(answers.get(0));
        assertThat(answers.get(0)).anyMatch(each -> each.contains("weight.1=1"));
    }

    private static List<String> answersOf(ChangingMembers members) {
        String one = members.line(1, "participant");
        List<String> answers = new ArrayList<>();
        for (String host : List.of("0x7f.1", "localhost", "::1")) {
            String line = "server.2=" + host + ":11:12:observer;" + host + ":13";
            answers.add(answer(host, members.ask(1, line, null, null, -1)));
        }
        for (String leaving : List.of("2", "9", "2,2", "")) {
            answers.add(answer("-" + leaving, members.ask(1, null, leaving, null, -1)));
        }
        for (String groups :
                List.of(
                        "group.1=1",
                        "group.1=1,weight.1=1",
                        "group.1=1,weight.1=0",
                        "weight.1=1",
                        "group.1=1,group.2=1",
                        "group.1=1,weight.1=1,nonsense=1")) {
            answers.add(answer(groups, members.ask(1, null, null, one + "," + groups, -1)));
        }
        String joining = "server.2=127.0.0.1:11:12:observer;127.0.0.1:13";
        answers.add(answer("joins groups", members.ask(1, joining, null, null, -1)));
        answers.add(answer("leaves groups", members.ask(1, null, "1", null, -1)));
        answers.add(answer("no groups", members.ask(1, null, null, one, -1)));
        return answers;
    }

    /// Without what differs between two ensembles: ports, and the numbers of transactions.
    private static String answer(String asked, ChangingMembers.Answer answer) {
        String text =
                answer.text()
                        .lines()
                        .filter(line ->
                                !line.startsWith("server.1=") && !line.startsWith("version="))
                        .collect(Collectors.joining(" "));
        return asked + ": " + answer.error() + " " + text;
    }

    /// ZooKeeper closes it, and serves nobody any more.
    @Test
    void aClientPortThatIsTakenLeavesTheFormerOneOpen() throws IOException {
        List<ServerKind> one = List.of(ServerKind.BANYAN);
        try (var members = new ChangingMembers(one, ServerConfig.standard());
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            members.start(1, 1);
            int former = members.clientPort(1);
            members.moveClientPort(1, taken.getLocalPort());
            String joining = members.line(1, "participant");
            members.moveClientPort(1, former);

            assertThat(members.ask(1, joining, null, null, -1).error())
                    .isEqualTo(ChangingMembers.OK);

            members.awaitLogged(1, "already in use");
            members.write(1, "/at-the-former-port");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientPortMovesToAllAddressesAndKeepsItsNumber(ServerKind kind) throws IOException {
        try (var members = new ChangingMembers(List.of(kind), ServerConfig.standard())) {
            members.start(1, 1);
            int port = members.clientPort(1);
            String everywhere = members.line(1, "participant").replace(";127.0.0.1:", ";");

            assertThat(members.ask(1, everywhere, null, null, -1).error())
                    .isEqualTo(ChangingMembers.OK);

            InetAddress other = InetAddress.getByName("127.0.0.2");
            Waiting.until(
                    () -> "the port to be open on all addresses: " + members.server(1).output(),
                    Ensemble.SETTLE_LIMIT,
                    () -> {
                        try (var reached = new Socket(other, port)) {
                            return reached.isConnected();
                        }
                    });
            members.write(1, "/on-all-addresses");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientPortThatStoodApartStaysWhenItsLineNamesIt(ServerKind kind) throws IOException {
        try (var members = new ChangingMembers(List.of(kind), ServerConfig.standard())) {
            members.startWithClientPortApart(1, 1);
            String everywhere = members.line(1, "participant").replace(";127.0.0.1:", ";");
            members.ask(1, everywhere, null, null, -1);

            ChangingMembers.Answer again = members.ask(1, everywhere, null, null, -1);

            assertThat(again.error()).isEqualTo(ChangingMembers.OK);
            members.awaitFile(1, again);
            members.write(1, "/still-there");
        }
    }

    /// So does ZooKeeper 3.9.5, which takes half a minute for it.
    @Test
    void membersAreFoundAtTheirNewPortsWithoutARestart() throws IOException {
        List<ServerKind> two = List.of(ServerKind.BANYAN, ServerKind.BANYAN);
        try (var members = new ChangingMembers(two, ServerConfig.standard())) {
            members.start(1, 1);
            members.start(2, 1, 2);
            members.change(1, members.line(2, "participant"), null, null);
            for (int id = 1; id <= 2; id++) {
                members.movePeerPorts(id);
                members.change(id, members.line(id, "participant"), null, null);
                members.write(1, "/since-" + id + "-moved");
                members.write(2, "/as-well-" + id);
            }

            // Both are needed, so they have to find each other anew.
            int leader = members.awaitLeader(0);
            members.server(leader).kill();
            members.startAgain(leader);
            members.awaitServing(leader);
            members.write(leader, "/after-the-leaders-restart");
            members.server(3 - leader).kill();
            members.startAgain(3 - leader);
            members.awaitServing(3 - leader);
            members.write(3 - leader, "/after-the-others-restart");

            members.check(1, 2);
        }
    }
}

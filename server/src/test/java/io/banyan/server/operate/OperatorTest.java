package io.banyan.server.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ZooCfg;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.Summary;
import io.banyan.server.operate.FourLetterWords.Word;
import io.banyan.server.operate.ServerFacts.Serving;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The texts are those of a running ZooKeeper 3.9.5, captured word for word.
class OperatorTest {
    private static final String VERSION = "Zookeeper version: " + Version.text() + "\n";

    @TempDir private Path directory;
    private final FixedFacts facts = new FixedFacts();
    private final Metrics metrics = new Metrics();

    private Operator operator(String lines) throws Exception {
        ServerConfig config =
                ZooCfg.parse(
                        new StringReader(
                                "clientPort=22181\ntickTime=2000\ndataDir="
                                        + directory
                                        + "\n"
                                        + lines),
                        "zoo.cfg",
                        Map.of("java.version", "25"));
        return new Operator(config, facts, metrics);
    }

    private String answer(Word word) throws Exception {
        return operator("4lw.commands.whitelist=*\n").answer(word, 0);
    }

    @Test
    void ruokIsAnsweredWithoutANewlineWhateverTheServerDoes() throws Exception {
        facts.serving = Serving.NOTHING;

        assertThat(answer(Word.RUOK)).isEqualTo("imok");
    }

    @Test
    void srvrShowsTheStatistics() throws Exception {
        assertThat(answer(Word.SRVR))
                .isEqualTo(
                        VERSION
                                + """
                                Latency min/avg/max: 0/7.0/26
                                Received: 15
                                Sent: 14
                                Connections: 3
                                Outstanding: 0
                                Zxid: 0x6
                                Mode: standalone
                                Node count: 8
                                """);
    }

    @Test
    void monitoringOfAnObserverTellsWhomItLearnsFrom() throws Exception {
        facts.member = member(MemberFacts.Role.OBSERVING);

        assertThat(answer(Word.MNTR))
                .contains("\nzk_peer_state\tobserving - broadcast\nzk_observer_master_id\t3\n");
    }

    @Test
    void statShowsEachConnectionInShort() throws Exception {
        assertThat(answer(Word.STAT))
                .isEqualTo(
                        VERSION
                                + """
                                Clients:
                                 /127.0.0.1:40688[0](queued=0,recved=1,sent=0)
                                 /127.0.0.1:40646[1](queued=0,recved=9,sent=9)
                                 /127.0.0.1:40650[1](queued=0,recved=3,sent=3)

                                Latency min/avg/max: 0/7.0/26
                                Received: 15
                                Sent: 14
                                Connections: 3
                                Outstanding: 0
                                Zxid: 0x6
                                Mode: standalone
                                Node count: 8
                                """);
    }

    @Test
    void consShowsEachConnectionInFull() throws Exception {
        assertThat(answer(Word.CONS))
                .isEqualTo(
                        " /127.0.0.1:40688[0](queued=0,recved=1,sent=0)\n"
                                + " /127.0.0.1:40646[1](queued=0,recved=9,sent=9,sid=0x100002107220000,"
                                + "lop=ADDW,est=1795300547817,to=10000,lcxid=0x8,lzxid=0x4,"
                                + "lresp=2167254,llat=1,minlat=0,avglat=8,maxlat=26)\n"
                                + " /127.0.0.1:40650[1](queued=0,recved=3,sent=3,sid=0x100002107220001,"
                                + "lop=MULT,est=1795300548612,to=6000,lcxid=0x2,lzxid=0x6,"
                                + "lresp=2167780,llat=6,minlat=0,avglat=3,maxlat=6)\n\n");
    }

    @Test
    void confShowsPathsSizesAndLimits() throws Exception {
        Path data = Files.createDirectories(directory.resolve("version-2"));
        Files.writeString(data.resolve("snapshot.0"), "x".repeat(478));

        assertThat(answer(Word.CONF))
                .isEqualTo(
                        "clientPort=22181\nsecureClientPort=-1\ndataDir="
                                + data
                                + "\ndataDirSize=478\ndataLogDir="
                                + data
                                + "\ndataLogSize=478\n"
                                + """
                                tickTime=2000
                                maxClientCnxns=60
                                minSessionTimeout=4000
                                maxSessionTimeout=40000
                                clientPortListenBacklog=-1
                                serverId=0
                                """);
        assertThat(answer(Word.DIRS)).isEqualTo("datadir_size: 478\nlogdir_size: 478\n");
    }

    @Test
    void dumpShowsSessionsEphemeralsAndConnectionsByExpiry() throws Exception {
        String text = answer(Word.DUMP).replaceAll("at [A-Z].* \\d{4}:", "at DATE:");

        assertThat(text)
                .isEqualTo(
                        """
                        SessionTracker dump:
                        Session Sets (2)/(2):
                        1 expire at DATE:
                        \t0x100002107220001
                        1 expire at DATE:
                        \t0x100002107220000
                        ephemeral nodes dump:
                        Sessions with Ephemerals (1):
                        0x100002107220000:
                        \t/a/e2
                        \t/a/e
                        Connections dump:
                        Connections Sets (1)/(3):
                        3 expire at DATE:
                        \tip: /127.0.0.1:40688 sessionId: 0x0
                        \tip: /127.0.0.1:40646 sessionId: 0x100002107220000
                        \tip: /127.0.0.1:40650 sessionId: 0x100002107220001
                        """);
    }

    @Test
    void dumpShowsTheSessionsThatOnlyThisServerKnowsApart() throws Exception {
        String lines =
                "4lw.commands.whitelist=*\nlocalSessionsEnabled=true\ninitLimit=10\nsyncLimit=5\n"
                        + "server.1=a:2888:3888\nserver.2=b:2888:3888\n";
        Files.writeString(directory.resolve("myid"), "1");
        facts.local.put(2_176_000L, List.of(0x100002107220003L, 0x100002107220002L));
        facts.member = member(MemberFacts.Role.FOLLOWING);

        assertThat(withoutDates(operator(lines).answer(Word.DUMP, 0)))
                .startsWith(
                        """
                        SessionTracker dump:
                        Local Session Sets (1)/(2):
                        2 expire at DATE:
                        \t0x100002107220003
                        \t0x100002107220002
                        Global Sessions(2):
                        0x100002107220000\t10000ms
                        0x100002107220001\t6000ms
                        ephemeral nodes dump:
                        """);
        facts.member = member(MemberFacts.Role.LEADING);
        assertThat(withoutDates(operator(lines).answer(Word.DUMP, 0)))
                .startsWith(
                        """
                        SessionTracker dump:
                        Local Session Sets (1)/(2):
                        2 expire at DATE:
                        \t0x100002107220003
                        \t0x100002107220002
                        Global Session Sets (2)/(2):
                        1 expire at DATE:
                        \t0x100002107220001
                        """);
    }

    private static MemberFacts member(MemberFacts.Role role) {
        return new MemberFacts(
                role, true, 2, 1, 6, List.of(), 3, 0, MemberFacts.ProposalSizes.NONE);
    }

    private static String withoutDates(String dump) {
        return dump.replaceAll("at [A-Z].* \\d{4}:", "at DATE:");
    }

    @Test
    void dumpWritesDatesAsJavaDoes() throws Exception {
        assertThat(answer(Word.DUMP))
                .containsPattern(
                        "1 expire at (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \\d{2}"
                                + " \\d{2}:\\d{2}:\\d{2} \\S+ \\d{4}:\n");
    }

    @Test
    void watchesAreShownInThreeWays() throws Exception {
        assertThat(answer(Word.WCHS))
                .isEqualTo("2 connections watching 4 paths\nTotal watches:5\n");
        assertThat(answer(Word.WCHC))
                .isEqualTo(
                        """
                        0x100002107220000
                        \t/a
                        \t/rec
                        \t/per
                        \t/zz
                        0x100002107220001
                        \t/a

                        """);
        assertThat(answer(Word.WCHP))
                .isEqualTo(
                        """
                        /a
                        \t0x100002107220000
                        \t0x100002107220001
                        /per
                        \t0x100002107220000
                        /rec
                        \t0x100002107220000
                        /zz
                        \t0x100002107220000

                        """);
    }

    @Test
    void enviShowsWhereTheServerRunsAndNaForWhatIsMissing() throws Exception {
        assertThat(answer(Word.ENVI))
                .startsWith("Environment:\nzookeeper.version=" + Version.text() + "\nhost.name=")
                .contains("\njava.version=25\njava.vendor=<NA>\n")
                .containsPattern(
                        "os.memory.free=\\d+MB\nos.memory.max=\\d+MB\nos.memory.total=\\d+MB\n$");
    }

    @Test
    void isroTellsReadWriteReadOnlyAndNull() throws Exception {
        assertThat(answer(Word.ISRO)).isEqualTo("rw");
        facts.serving = Serving.READ_ONLY;
        assertThat(answer(Word.ISRO)).isEqualTo("ro");
        assertThat(answer(Word.SRVR))
                .startsWith(VERSION + "READ-ONLY mode; serving only read-only clients\nLatency");
        facts.serving = Serving.NOTHING;
        assertThat(answer(Word.ISRO)).isEqualTo("null");
    }

    @Test
    void aServerThatDoesNotServeSaysSo() throws Exception {
        facts.serving = Serving.NOTHING;
        String text = "This ZooKeeper instance is not currently serving requests";

        for (Word word : new Word[] {Word.SRVR, Word.STAT, Word.CONF, Word.CONS, Word.CRST}) {
            assertThat(answer(word)).as(word.name()).isEqualTo(text + "\n");
        }
        assertThat(answer(Word.HASH)).isEqualTo(text);
        assertThat(facts.connectionResets).isZero();
    }

    @Test
    void aWordOutsideTheWhiteListIsNotExecuted() throws Exception {
        var operator = operator("4lw.commands.whitelist=ruok, Stat\n");

        assertThat(operator.answer(Word.RUOK, 0)).isEqualTo("imok");
        assertThat(operator.answer(Word.STAT, 0))
                .isEqualTo("stat is not executed because it is not in the whitelist.\n");
        assertThat(operator.answer(Word.SRVR, 0)).startsWith(VERSION);
        assertThat(operator.answer(Word.CRST, 0)).startsWith("crst is not executed");
        assertThat(facts.connectionResets).isZero();
    }

    @Test
    void onlySrvrIsAnsweredByDefault() throws Exception {
        var operator = operator("");

        assertThat(operator.answer(Word.SRVR, 0)).startsWith(VERSION);
        assertThat(operator.answer(Word.RUOK, 0))
                .isEqualTo("ruok is not executed because it is not in the whitelist.\n");
    }

    @Test
    void resetsStartTheNumbersAgain() throws Exception {
        var operator = operator("4lw.commands.whitelist=*\n");
        var latency = metrics.summary(Summary.READLATENCY);
        latency.add(5);

        assertThat(operator.answer(Word.CRST, 0)).isEqualTo("Connection stats reset.\n");
        assertThat(operator.answer(Word.SRST, 0)).isEqualTo("Server stats reset.\n");

        assertThat(facts.connectionResets).isOne();
        assertThat(operator.answer(Word.SRVR, 0))
                .contains("Latency min/avg/max: 0/0.0/0\nReceived: 0\nSent: 0\n");
        assertThat(operator.answer(Word.MNTR, 0)).contains("zk_cnt_readlatency\t0\n");
    }

    @Test
    void theTraceMaskIsKeptAndShown() throws Exception {
        var operator = operator("4lw.commands.whitelist=*\n");

        assertThat(operator.answer(Word.GTMK, 0)).isEqualTo("306");
        assertThat(operator.answer(Word.STMK, 7)).isEqualTo("7");
        assertThat(operator.answer(Word.GTMK, 0)).isEqualTo("7");
    }

    @Test
    void hashShowsTheDigestsOfEarlierTransactions() throws Exception {
        assertThat(answer(Word.HASH)).isEqualTo("80: 1371985504\n100: 77\n");
    }

    @Test
    void mntrBeginsWithVersionAndStateAndHasNumbersInZooKeepersForm() throws Exception {
        assertThat(answer(Word.MNTR))
                .startsWith("zk_version\t" + Version.text() + "\nzk_server_state\tstandalone\n")
                .contains(
                        "\nzk_avg_latency\t7.0\n",
                        "\nzk_max_latency\t26\n",
                        "\nzk_znode_count\t8\n",
                        "\nzk_watch_count\t7\n",
                        "\nzk_uptime\t4683\n",
                        "\nzk_last_client_response_size\t34\n",
                        "\nzk_max_client_response_size\t89\n",
                        "\nzk_min_client_response_size\t16\n",
                        "\nzk_connection_drop_probability\t0.0\n",
                        "\nzk_avg_fsynctime\t0.0\n")
                .doesNotContain("quorum_size");
    }

    @Test
    void theVersionHasTheShapeThatToolsCutApart() {
        assertThat(Version.text())
                .matches(
                        "3\\.9\\.5-[^, ]+, built on \\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2} UTC,"
                                + " Banyan \\S+");
    }

    @Test
    void everyWordIsFoundByItsBytesAndNothingElseIs() {
        for (Word word : Word.values()) {
            if (word == Word.TELNET_CLOSE) {
                continue;
            }
            byte[] ascii =
                    word.name()
                            .toLowerCase(java.util.Locale.ROOT)
                            .getBytes(StandardCharsets.US_ASCII);
            int number = java.nio.ByteBuffer.wrap(ascii).getInt();
            assertThat(FourLetterWords.find(number)).isEqualTo(word);
            assertThat(FourLetterWords.find(number ^ 0x20000000)).isNull();
        }
        assertThat(FourLetterWords.find(0xfff4fffd)).isEqualTo(Word.TELNET_CLOSE);
        assertThat(FourLetterWords.find(45)).isNull();
        assertThat(Word.STMK.argumentBytes()).isEqualTo(8);
    }
}

package io.banyan.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.banyan.server.config.Notice.Level;
import io.banyan.server.config.ServerConfig.AuthProvider;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooCfgTest {
    private static final String DATA = "dataDir=/nowhere/banyan\nclientPort=2181\n";

    @TempDir private Path directory;

    private static ServerConfig parse(String text) throws ConfigException {
        return ZooCfg.parse(text, "zoo.cfg", Map.of());
    }

    private static ServerConfig parse(String text, Map<String, String> system)
            throws ConfigException {
        return ZooCfg.parse(text, "zoo.cfg", system);
    }

    private static ConfigException refused(String text) {
        return catchThrowableOfType(ConfigException.class, () -> parse(text));
    }

    private static List<Notice> noticesOf(ServerConfig config, String key) {
        return config.notices().stream().filter(n -> n.key().equals(key)).toList();
    }

    @Test
    void theSampleFileOfZooKeeperIsReadWithoutANotice() throws Exception {
        var config =
                parse(
                        """
                        # The number of milliseconds of each tick
                        tickTime=2000
                        initLimit=10
                        syncLimit=5
                        dataDir=/tmp/zookeeper
                        clientPort=2181
                        """);

        assertThat(config.timing().tickMillis()).isEqualTo(2000);
        assertThat(config.timing().sessionTimeoutMillisMin()).isEqualTo(4000);
        assertThat(config.timing().sessionTimeoutMillisMax()).isEqualTo(40000);
        assertThat(config.clientPorts().plain()).isEqualTo(new Endpoint("", 2181));
        assertThat(config.peers().initLimitTicks()).isEqualTo(10);
        assertThat(config.ensemble().isEnsemble()).isFalse();
        assertThat(config.notices()).isEmpty();
    }

    @Test
    void everythingHasItsDefaultWhenOnlyTheDataDirectoryIsGiven() throws Exception {
        var config = parse(DATA);

        assertThat(config.timing().tickMillis()).isEqualTo(3000);
        assertThat(config.storage().dataLogDir()).isEqualTo(config.storage().dataDir());
        assertThat(config.storage().snapshotEveryTxns()).isEqualTo(100_000);
        assertThat(config.storage().forceSync()).isTrue();
        assertThat(config.connectionLimits().perIpMax()).isEqualTo(60);
        assertThat(config.requestLimits().frameBytesMax()).isEqualTo(1_048_575);
        assertThat(config.requestLimits().extraBytes()).isEqualTo(1_048_575);
        assertThat(config.requestLimits().outstandingMax()).isEqualTo(1000);
        assertThat(config.operate().fourLetterWords()).containsExactly("srvr");
        assertThat(config.admin().listen()).isEqualTo(new Endpoint("", 8080));
        assertThat(config.admin().commandUrl()).isEqualTo("/commands");
        assertThat(config.metrics().prometheus()).isNull();
        assertThat(config.security().digestAlgorithm()).isEqualTo("SHA1");
        assertThat(config.notices()).isEmpty();
    }

    @Test
    void withoutAFileTheServerStandsAloneOnPort2181() {
        var config = ServerConfig.standaloneDefaults(Path.of("/nowhere/a\\b"));

        assertThat(config.clientPorts().plain()).isEqualTo(new Endpoint("", 2181));
        assertThat(config.timing().tickMillis()).isEqualTo(2000);
        assertThat(config.purge().on()).isTrue();
        assertThat(config.purge().snapshotsKept()).isEqualTo(3);
        assertThat(config.storage().dataDir()).isEqualTo(Path.of("/nowhere/a\\b"));
        assertThat(config.notices()).isEmpty();
    }

    @Test
    void purgeIsOnUnlessTheFileSwitchesItOff() throws Exception {
        assertThat(parse(DATA).purge().on()).isTrue();
        assertThat(parse(DATA + "autopurge.purgeInterval=0").purge().on()).isFalse();
        assertThat(parse(DATA + "autopurge.purgeInterval=24").purge().intervalHours())
                .isEqualTo(24);
        assertThat(parse(DATA + "autopurge.snapRetainCount=1").purge().snapshotsKept())
                .isEqualTo(3);
    }

    @Test
    void theFileWinsOverASystemPropertyAsInZooKeeper() throws Exception {
        var system = Map.of("zookeeper.snapCount", "7000", "zookeeper.maxCnxns", "9");

        var config = parse(DATA + "snapCount=5000\n", system);

        assertThat(config.storage().snapshotEveryTxns()).isEqualTo(5000);
        assertThat(config.connectionLimits().totalMax()).isEqualTo(9);
    }

    @Test
    void everyKeyThatIsNotParsedShowsAsASystemProperty() throws Exception {
        var config = parse(DATA + "snapCount=5000\nmy.own=1\n", Map.of("java.home", "/j"));

        assertThat(config.properties())
                .containsEntry("zookeeper.snapCount", "5000")
                .containsEntry("zookeeper.my.own", "1")
                .containsEntry("java.home", "/j")
                .doesNotContainKey("zookeeper.dataDir");
    }

    @Test
    void anUnknownKeyIsWarnedAboutWithTheNearestKnownOne() throws Exception {
        var config = parse(DATA + "maxClientCnxn=5\n");

        assertThat(config.notices())
                .containsExactly(
                        new Notice(
                                Level.WARN,
                                "maxClientCnxn",
                                "is not known and has no effect. Is maxClientCnxns meant?"));
    }

    @Test
    void aKeyNearToNothingGetsNoHint() throws Exception {
        var config = parse(DATA + "qqqqqqqqqqqqq=5\n");

        assertThat(config.notices().getFirst().message())
                .isEqualTo("is not known and has no effect.");
    }

    @Test
    void aPropertyWithoutPrefixInTheFileIsPointedToItsOwnDoor() throws Exception {
        var config = parse(DATA + "jute.maxbuffer=5000000\nreadonlymode.enabled=true\n");

        assertThat(config.requestLimits().frameBytesMax()).isEqualTo(1_048_575);
        assertThat(config.operate().readOnlyMode()).isFalse();
        assertThat(noticesOf(config, "jute.maxbuffer").getFirst().message())
                .contains("-Djute.maxbuffer");
        assertThat(noticesOf(config, "readonlymode.enabled")).hasSize(1);
    }

    @Test
    void aNameThatOnlyTheGuideUsesIsPointedToTheOneThatWorks() throws Exception {
        var config = parse(DATA + "requestThrottleLimit=500\nzookeeper.snapCount=10\n");

        assertThat(noticesOf(config, "requestThrottleLimit").getFirst().message())
                .endsWith("write request_throttle_max_requests.");
        assertThat(noticesOf(config, "zookeeper.snapCount").getFirst().message())
                .endsWith("as snapCount.");
        assertThat(config.requestLimits().inWorkMax()).isZero();
        assertThat(config.storage().snapshotEveryTxns()).isEqualTo(100_000);
    }

    @Test
    void anUnknownZooKeeperSystemPropertyIsWarnedAboutButNotTheClientsOnes() throws Exception {
        var config =
                parse(
                        DATA,
                        Map.of(
                                "zookeeper.snapcount", "5",
                                "zookeeper.log.dir", "/l",
                                "zookeeper.sasl.client", "false"));

        assertThat(config.notices())
                .containsExactly(
                        new Notice(
                                Level.WARN,
                                "-Dzookeeper.snapcount",
                                "is not known and has no effect. Is snapCount meant?"));
    }

    @Test
    void nonsenseIsAnsweredWithFileLineKeyValueAndWhatIsExpected() {
        var wrong = refused("# comment\n" + DATA + "tickTime=soon\n");

        assertThat(wrong)
                .hasMessage(
                        "zoo.cfg:4: tickTime=soon: expected a whole number (milliseconds) from 1 to"
                                + " 107374182");
        assertThat(wrong.line()).isEqualTo(4);
        assertThat(wrong.key()).isEqualTo("tickTime");
        assertThat(wrong.value()).isEqualTo("soon");
    }

    @Test
    void nonsenseInASystemPropertyNamesThePropertyAndNoFile() {
        var wrong =
                catchThrowableOfType(
                        ConfigException.class,
                        () -> parse(DATA, Map.of("zookeeper.snapCount", "many")));

        assertThat(wrong)
                .hasMessage("-Dzookeeper.snapCount=many: expected a whole number (transactions)");
        assertThat(wrong.file()).isNull();
    }

    @Test
    void aMissingFileIsNamedAndToldAsSuch(@TempDir Path folder) {
        Path file = folder.resolve("zoo.cfg");

        assertThatThrownBy(() -> ZooCfg.fromArguments(List.of(file.toString()), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "ZOO.CFG=" + file + ": expected a file that can be read (there is none)");
        assertThatThrownBy(() -> ZooCfg.fromArguments(List.of(folder.toString()), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("ZOO.CFG=" + folder + ": expected a file that can be read");
    }

    @Test
    void aMissingDataDirectoryIsRefused() {
        assertThat(refused("clientPort=2181\n"))
                .hasMessageStartingWith("zoo.cfg: dataDir=: expected the directory for snapshots");
    }

    @Test
    void valuesThatContradictEachOtherAreRefused() {
        assertThat(refused("dataDir=/d\nclientPortAddress=127.0.0.1\n"))
                .hasMessageContaining("clientPort to be set as well");
        assertThat(refused("dataDir=/d\nsecureClientPortAddress=127.0.0.1\n"))
                .hasMessageContaining("secureClientPort to be set as well");
        assertThat(refused(DATA + "minSessionTimeout=9000\nmaxSessionTimeout=8000\n"))
                .hasMessageContaining("maxSessionTimeout (8000 ms)");
        assertThat(refused(DATA + "electionAlg=1\n")).hasMessageContaining("3, the only");
        assertThat(refused(DATA + "syncEnabled=yes\n")).hasMessageContaining("true or false");
        assertThat(refused(DATA + "enforce.auth.enabled=true\n"))
                .hasMessageContaining("enforce.auth.schemes");
        assertThat(refused(DATA + "metricsProvider.className=com.acme.Metrics\n"))
                .hasMessageContaining("DefaultMetricsProvider or ");
    }

    @Test
    void aKeyWrittenTwiceIsWarnedAboutAndTheLastOneHolds() throws Exception {
        var config = parse(DATA + "tickTime=1000\ntickTime=1500\n");

        assertThat(config.timing().tickMillis()).isEqualTo(1500);
        assertThat(noticesOf(config, "tickTime").getFirst().message())
                .isEqualTo("is written twice, in line 3 and in line 4; the last one holds.");
    }

    @Test
    void javasPropertiesGrammarIsReadWithTheRightLines() {
        var wrong =
                refused(
                        """
                        ! also a comment \\
                        dataDir : /a\\
                            b/c
                          clientPort 2181

                        4lw.commands.whitelist = stat, \\
                            ruok
                        maxClientCnxns=x
                        """);

        assertThat(wrong.line()).isEqualTo(8);
        assertThat(wrong.key()).isEqualTo("maxClientCnxns");
    }

    @Test
    void continuedLinesAndEscapesAreOneValue() throws Exception {
        var config =
                parse(
                        "dataDir=/a\\\n   b\nclientPort=2181\r\n"
                                + "4lw.commands.whitelist=stat, \\\n  ruok\ninitLimit=\\u0035\n");

        assertThat(config.storage().dataDir()).isEqualTo(Path.of("/ab"));
        assertThat(config.operate().fourLetterWords()).containsExactly("stat", "ruok", "srvr");
        assertThat(config.peers().initLimitTicks()).isEqualTo(5);
    }

    @Test
    void aBooleanPropertyIsTrueOnlyIfItSaysTrueAndAnythingOddIsToldSo() throws Exception {
        var config = parse(DATA + "digest.enabled=no\nskipACL=yes\nforceSync=no\n");

        assertThat(config.storage().treeDigest()).isFalse();
        assertThat(config.security().skipAcl()).isTrue();
        assertThat(config.storage().forceSync()).isFalse();
        assertThat(noticesOf(config, "digest.enabled").getFirst().message())
                .contains("counts as false");
        assertThat(noticesOf(config, "forceSync").getFirst().message()).contains("can be lost");
    }

    @Test
    void bufferSizeIsReadInHexAsTheGuideWritesIt() throws Exception {
        var config = parse(DATA, Map.of("jute.maxbuffer", "0x4fffff"));

        assertThat(config.requestLimits().frameBytesMax()).isEqualTo(0x4fffff);
    }

    @Test
    void valuesThatZooKeeperRaisesToALeastOneAreRaisedWithANotice() throws Exception {
        var config = parse(DATA + "snapCount=1\ncommitLogCount=10\nsnapshotSizeFactor=2\n");

        assertThat(config.storage().snapshotEveryTxns()).isEqualTo(2);
        assertThat(config.storage().commitsKeptInMemory()).isEqualTo(500);
        assertThat(config.storage().snapshotSizeFactor()).isEqualTo(0.33);
        assertThat(config.notices()).hasSize(3);
    }

    @Test
    void threeServersAreAnEnsemble() throws Exception {
        Files.writeString(directory.resolve("myid"), "2\n");

        var config =
                parse(
                        "dataDir="
                                + directory
                                + """

                                initLimit=5
                                syncLimit=2
                                server.1=a:2888:3888;2181
                                server.2=b:2888:3888:participant;10.0.0.2:2182
                                server.3=[::1]:2888:3888
                                server.4=c:2888:3888:observer
                                """);

        var ensemble = config.ensemble();
        assertThat(ensemble.isEnsemble()).isTrue();
        assertThat(ensemble.myId()).isEqualTo(2);
        assertThat(ensemble.servers()).hasSize(4);
        assertThat(ensemble.servers().get(3L).addresses())
                .containsExactly(new PeerAddress("::1", 2888, 3888));
        assertThat(ensemble.servers().get(4L).role()).isEqualTo(Role.OBSERVER);
        assertThat(config.clientPorts().plain()).isEqualTo(new Endpoint("10.0.0.2", 2182));
        assertThat(noticesOf(config, "server.N")).isEmpty();
        assertThat(ensemble.text())
                .isEqualTo(
                        """
                        server.1=a:2888:3888:participant;0.0.0.0:2181
                        server.2=b:2888:3888:participant;10.0.0.2:2182
                        server.3=[0:0:0:0:0:0:0:1]:2888:3888:participant
                        server.4=c:2888:3888:observer
                        version=0\
                        """);
    }

    @Test
    void aMemberWithoutALineOfItsOwnIsRefused(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("myid"), "7\n");
        String lines = "initLimit=5\nsyncLimit=2\nserver.1=a:1:2\nserver.2=b:1:2\n";

        var config = parse("clientPort=2181\ndataDir=" + directory + "\n" + lines);

        assertThat(noticesOf(config, "server.N").getLast().level()).isEqualTo(Level.REFUSE);
    }

    @Test
    void anEnsembleNeedsLimitsAndItsOwnNumber() throws Exception {
        String servers = "server.1=a:1:2\nserver.2=b:1:2\nserver.3=c:1:2\n";
        String here = "dataDir=" + directory + "\nclientPort=2181\n" + servers;

        assertThat(refused(here)).hasMessageContaining("initLimit");
        assertThat(refused(here + "initLimit=1\n")).hasMessageContaining("syncLimit");
        assertThat(refused(here + "initLimit=1\nsyncLimit=1\n")).hasMessageContaining("myid");
        Files.writeString(directory.resolve("myid"), "one");
        assertThat(refused(here)).hasMessageContaining("myid=one");
    }

    @Test
    void aNegativeNumberIsNobodysAndMattersToNobodyWhoStandsAlone() throws Exception {
        String here = "dataDir=" + directory + "\nclientPort=2181\n";
        Files.writeString(directory.resolve("myid"), "-1\n");

        assertThat(parse(here).ensemble().isEnsemble()).isFalse();
        assertThat(refused(here + "initLimit=1\nsyncLimit=1\nserver.1=a:1:2\nserver.2=b:1:2\n"))
                .hasMessageContaining("myid");
    }

    @Test
    void oneServerLineStartsStandaloneAndGivesItsClientPort() throws Exception {
        Files.writeString(directory.resolve("myid"), "1");

        var config = parse("dataDir=" + directory + "\nserver.1=localhost:1:2;127.0.0.1:2199\n");

        assertThat(config.ensemble().isEnsemble()).isFalse();
        assertThat(config.clientPorts().plain()).isEqualTo(new Endpoint("127.0.0.1", 2199));
        assertThat(config.notices()).allMatch(n -> n.level() == Level.INFO);
    }

    @Test
    void malformedServerLinesAreRefused() {
        for (String value :
                List.of(
                        "a",
                        "a:1",
                        "a:1:2:king",
                        "a:1:x",
                        "a:1:70000",
                        "a:1:2;",
                        "a:1:2;x:y:3",
                        "[::1:1:2",
                        ":1:2",
                        "a:1:2|b",
                        "")) {
            assertThat(refused(DATA + "server.1=" + value + "\n"))
                    .as(value)
                    .hasMessageContaining("zoo.cfg:3: server.1=");
        }
        assertThat(refused(DATA + "server.x=a:1:2\n")).hasMessageContaining("after server.");
        assertThat(refused(DATA + "server.1=a:1:2\nserver.01=b:1:2\n"))
                .hasMessageContaining("stands twice");
        assertThat(refused(DATA + "server.1=a:1:2\nserver.2=a:1:3\n"))
                .hasMessageContaining("belongs to server 1 too");
        assertThat(refused(DATA + "server.1=a:1:2:observer\n"))
                .hasMessageContaining("at least one participant");
    }

    @Test
    void groupsAndWeightsAreReadAndMustFitTheServers() throws Exception {
        Files.writeString(directory.resolve("myid"), "1");
        String base =
                "dataDir="
                        + directory
                        + "\nclientPort=2181\ninitLimit=1\nsyncLimit=1\n"
                        + "server.1=a:1:2\nserver.2=b:1:2\nserver.3=c:1:2\n";

        var config = parse(base + "group.1=1:2\ngroup.2=3\nweight.3=0\n");

        assertThat(config.ensemble().groups())
                .containsEntry(1L, List.of(1L, 2L))
                .containsEntry(2L, List.of(3L));
        assertThat(config.ensemble().weights()).containsEntry(3L, 0L);
        assertThat(refused(base + "group.1=1:2\n")).hasMessageContaining("server 3 is in none");
        assertThat(refused(base + "group.1=1:2:3\ngroup.2=3\n")).hasMessageContaining("one group");
        assertThat(refused(base + "weight.9=1\n")).hasMessageContaining("server.9");
        assertThat(refused(base + "weight.1=2\n")).hasMessageContaining("group.G");
    }

    @Test
    void severalAddressesOfAServerAreRead() throws Exception {
        Files.writeString(directory.resolve("myid"), "1");

        var config =
                parse(
                        "dataDir="
                                + directory
                                + "\nmultiAddress.enabled=true\n"
                                + "server.1=a:1:2|b:3:4:participant;2181\n");

        assertThat(config.ensemble().servers().get(1L).addresses())
                .containsExactly(new PeerAddress("a", 1, 2), new PeerAddress("b", 3, 4));
        assertThat(config.peers().multiAddress()).isTrue();
    }

    @Test
    void aMembershipFileIsReadAndItsErrorsNameIt() throws Exception {
        Path members = directory.resolve("zoo.cfg.dynamic.100000000");
        Files.writeString(members, "server.1=a:1:2:participant;2181\n");
        Files.writeString(directory.resolve("myid"), "1");
        String main = "dataDir=" + directory + "\ndynamicConfigFile=" + members + "\n";

        var config = parse(main);

        assertThat(config.ensemble().servers()).containsKey(1L);
        assertThat(config.ensemble().version()).isEqualTo(0x100000000L);
        assertThat(refused(main + "server.2=b:1:2\n")).hasMessageContaining("to stand in");
        Files.writeString(members, "server.1=a:1:2;2181\nversion=100000000\n");
        assertThat(refused(main)).hasMessageContaining("no version");
        Files.writeString(members, "\nserver.1=a:1\n");
        assertThat(refused(main)).hasMessageStartingWith(members + ":2: server.1=a:1");
        Files.delete(members);
        assertThat(refused(main)).hasMessageContaining("a readable membership file");
    }

    @Test
    void apachesClassNamesChooseBanyansOwnParts() throws Exception {
        var config =
                parse(
                        DATA
                                + """
                                metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
                                metricsProvider.httpPort=7070
                                metricsProvider.exportJvmInfo=false
                                serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                                authProvider.1=org.apache.zookeeper.server.auth.DigestAuthenticationProvider
                                authProvider.2=com.acme.Provider
                                audit.enable=true
                                audit.impl.class=com.acme.Audit
                                """);

        assertThat(config.metrics().prometheus()).isEqualTo(new Endpoint("", 7070));
        assertThat(config.metrics().jvm()).isFalse();
        assertThat(config.security().authProviders())
                .containsEntry("1", AuthProvider.DIGEST)
                .containsEntry("2", AuthProvider.FOREIGN);
        assertThat(config.audit().enabled()).isTrue();
        assertThat(noticesOf(config, "authProvider.2").getFirst().level()).isEqualTo(Level.REFUSE);
        assertThat(noticesOf(config, "audit.impl.class").getFirst().level()).isEqualTo(Level.WARN);
        assertThat(noticesOf(config, "serverCnxnFactory")).isEmpty();
    }

    @Test
    void anOracleIsNotObeyedAndTheOperatorIsTold() throws Exception {
        var config =
                parse(
                        DATA
                                + "oraclePath=/o\n"
                                + "localSessionsEnabled=true\nsecureClientPort=2281\n");

        assertThat(config.notices())
                .singleElement()
                .satisfies(notice -> {
                    assertThat(notice.level()).isEqualTo(Level.WARN);
                    assertThat(notice.key()).isEqualTo("oraclePath");
                    assertThat(notice.message()).contains("is not obeyed").contains("a third one");
                });
    }

    @Test
    void whoAsksOthersForAProofMustGiveOne() throws Exception {
        String enabled = DATA + "quorum.auth.enableSasl=true\n";
        String asked = enabled + "quorum.auth.learnerRequireSasl=true\n";

        assertThat(refused(DATA + "quorum.auth.learnerRequireSasl=true\n"))
                .hasMessageContaining("expected quorum.auth.enableSasl=true beside it");
        assertThat(refused(enabled + "quorum.auth.serverRequireSasl=true\n"))
                .hasMessageContaining("expected quorum.auth.learnerRequireSasl=true beside it");
        assertThat(parse(asked + "quorum.auth.serverRequireSasl=true\n").notices()).isEmpty();
    }

    @Test
    void dialsOfZooKeepersOwnThreadsAreUnderstoodAndAnswered() throws Exception {
        var config = parse(DATA + "nio.numWorkerThreads=8\nmaxResponseCacheSize=0\n");

        assertThat(config.tuning().values()).containsEntry("nio.numWorkerThreads", "8");
        assertThat(config.notices())
                .hasSize(2)
                .allMatch(n -> n.level() == Level.INFO)
                .allMatch(n -> n.message().startsWith("changes nothing here: "));
        assertThat(refused(DATA + "nio.numWorkerThreads=eight\n"))
                .hasMessageContaining("nio.numWorkerThreads");
    }

    @Test
    void passwordsDoNotShowInErrors() {
        var wrong = new ConfigException("zoo.cfg", 1, "ssl.keyStore.password", "hunter2", "x");

        assertThat(wrong.getMessage()).doesNotContain("hunter2").contains("***");
        assertThat(Secrets.isSecret("zookeeper.ssl.keyStore.passwordPath")).isFalse();
        assertThat(Secrets.isSecret("zookeeper.DigestAuthenticationProvider.superDigest")).isTrue();
    }

    @Test
    void theCommandLineOfZooKeepersMainIsRead() throws Exception {
        var config = ZooCfg.fromArguments(List.of("2182", "/d", "1000"), Map.of());

        assertThat(config.clientPorts().plain()).isEqualTo(new Endpoint("", 2182));
        assertThat(config.timing().tickMillis()).isEqualTo(1000);
        assertThat(config.connectionLimits().perIpMax()).isZero();
        assertThatThrownBy(() -> ZooCfg.fromArguments(List.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("port dataDir");
    }

    @Test
    void whateverTheTextOnlyAConfigExceptionComesOut() {
        String[] keys = {
            "dataDir",
            "clientPort",
            "tickTime",
            "server.1",
            "server.2",
            "group.1",
            "weight.1",
            "minSessionTimeout",
            "snapCount",
            "dynamicConfigFile",
            "metricsProvider.httpPort",
            "metricsProvider.className",
            "ssl.quorum.clientAuth",
            "authProvider.1",
            "peerType",
            "admin.commandURL",
            "admin.serverPort",
            "clientPortAddress",
            "server.",
            "group.",
            "\\u00",
            "snapshotSizeFactor",
            "4lw.commands.whitelist",
            "version",
            "connection_throttle_tokens"
        };
        String[] values = {
            "/d",
            "2181",
            "-1",
            "0",
            "99999999999999999999",
            "a:1:2",
            "a:1:2|b:1:2;[::]:3",
            "true",
            "",
            " ",
            "\\",
            "\\uzzzz",
            "1:2:3",
            "[",
            "]",
            ";",
            "NaN",
            "1e999",
            "\u0000",
            "é",
            "0x",
            "0x7fffffff",
            "-0x8",
            "gz",
            "observer",
            "::::",
            "/",
            "0.0.0.0"
        };
        for (long seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder(random.nextInt(4) == 0 ? "" : "dataDir=/nowhere\n");
            int lines = random.nextInt(12);
            for (int i = 0; i < lines; i++) {
                if (random.nextInt(8) == 0) {
                    int length = random.nextInt(40);
                    for (int j = 0; j < length; j++) {
                        text.append((char) random.nextInt(random.nextBoolean() ? 128 : 0x3000));
                    }
                } else {
                    text.append(keys[random.nextInt(keys.length)])
                            .append(random.nextInt(5) == 0 ? ":" : "=")
                            .append(values[random.nextInt(values.length)]);
                }
                text.append(random.nextInt(6) == 0 ? "\r" : "\n");
            }
            try {
                parse(text.toString());
            } catch (ConfigException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            } catch (RuntimeException escaped) {
                throw new AssertionError("seed " + seed + ":\n" + text, escaped);
            }
        }
    }
}

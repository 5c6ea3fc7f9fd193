package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AclRulesTest {
    private static final Id BOB = new Id("digest", DigestScheme.idOf("bob:pw", "SHA1"));
    private static final Id LOOPBACK = new Id("ip", "127.0.0.1");

    private final World world = new World();

    private int create(Acl... acl) {
        return world.create("/a", "", List.of(acl), 0);
    }

    @Test
    void digestIsZooKeepers() {
        var scheme = new DigestScheme("super:xQJmxLMiHGwaqBvst5y6rkB6HQs=", "SHA1");
        assertThat(DigestScheme.idOf("bob:pw", "SHA1"))
                .isEqualTo("bob:ikIaKsbtGweaHnb/jKn7OHqbunM=");
        assertThat(scheme.authenticate(World.utf8("bob:pw"))).containsExactly(BOB);
        assertThat(scheme.authenticate(World.utf8("super:test"))).isNotNull();
        assertThat(scheme.userName("bob:x")).isEqualTo("bob");
    }

    @Test
    void theSuperUsersPasswordAlsoMakesSuper() {
        String superDigest = DigestScheme.idOf("root:secret", "SHA1");
        var scheme = new DigestScheme(superDigest, "SHA1");

        List<Id> ids = scheme.authenticate(World.utf8("root:secret"));

        assertThat(ids).contains(new Id("super", ""), new Id("digest", superDigest));
        assertThat(Caller.of(ids).isSuper()).isTrue();
        assertThat(Caller.of(scheme.authenticate(World.utf8("root:wrong"))).isSuper()).isFalse();
    }

    @Test
    void worldKnowsOnlyAnyone() {
        assertThat(create(new Acl(31, new Id("world", "foo")))).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, Id.ANYONE))).isZero();
    }

    @Test
    void schemesNobodyKnowsAreInvalid() {
        assertThat(create(new Acl(31, new Id("nosuch", "x")))).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, new Id(null, "x")))).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, new Id("digest", null)))).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, new Id("digest", "nocolon"))))
                .isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, new Id("digest", "a:b:c")))).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, new Id("super", "")))).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(create(new Acl(31, new Id("ip", "1.2.3")))).isEqualTo(ErrorCode.INVALID_ACL);
    }

    @Test
    void repetitionsAreDroppedAndOrderStays() {
        var read = new Acl(Acl.READ, Id.ANYONE);
        var ip = new Acl(Acl.ALL, LOOPBACK);
        assertThat(create(read, ip, read, ip)).isZero();

        assertThat(world.as(LOOPBACK).acl("/a")).containsExactly(read, ip);
    }

    @Test
    void authStandsForTheIdsThatTheConnectionProved() {
        var auth = new Acl(Acl.ALL, new Id("auth", "whatever"));
        assertThat(create(auth)).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(world.as(LOOPBACK).create("/a", "", List.of(auth), 0))
                .isEqualTo(ErrorCode.INVALID_ACL);

        assertThat(world.as(LOOPBACK, BOB).create("/a", "", List.of(auth), 0)).isZero();

        assertThat(world.acl("/a")).containsExactly(new Acl(Acl.ALL, BOB));
        assertThat(world.as().setData("/a", "", -1)).isEqualTo(ErrorCode.NO_AUTH);
    }

    @Test
    void superAndSkipAclPassEverywhere() {
        assertThat(create(new Acl(0, Id.ANYONE))).isZero();
        assertThat(world.exists("/a")).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.as(new Id("super", "")).setData("/a", "x", -1)).isZero();
        assertThat(world.setData("/zookeeper/config", "x", -1)).isZero();

        var open =
                new World(new TreeConfig(true, false, false, false, true, true, World.schemes()));
        open.create("/a", "", List.of(new Acl(0, Id.ANYONE)), 0);
        assertThat(open.exists("/a")).isZero();
    }

    @Test
    void mayReadAsksTheListAndAnEmptyListHoldsNobodyBack() {
        var acl = List.of(new Acl(Acl.READ, BOB));
        assertThat(world.tree.mayRead(acl, World.NOBODY)).isFalse();
        assertThat(world.tree.mayRead(acl, Caller.of(List.of(BOB)))).isTrue();
        assertThat(world.tree.mayRead(List.of(), World.NOBODY)).isTrue();
        assertThat(world.tree.mayRead(List.of(new Acl(Acl.WRITE, BOB)), Caller.of(List.of(BOB))))
                .isFalse();
    }

    @Test
    void addressesMatchUpToTheirMask() {
        var ip = new IpScheme();
        assertThat(ip.matches("10.1.2.3", "10.1.2.3")).isTrue();
        assertThat(ip.matches("10.1.2.4", "10.1.2.3")).isFalse();
        assertThat(ip.matches("10.1.2.4", "10.1.2.3/24")).isTrue();
        assertThat(ip.matches("10.1.3.4", "10.1.2.3/23")).isTrue();
        assertThat(ip.matches("10.1.4.4", "10.1.2.3/23")).isFalse();
        assertThat(ip.matches("9.9.9.9", "10.1.2.3/0")).isTrue();
        assertThat(ip.matches("::1", "0.0.0.0/0")).isFalse();
        assertThat(ip.matches("2001:db8::7", "2001:db8::/32")).isTrue();
        assertThat(ip.matches("2001:db9::7", "2001:db8::/32")).isFalse();
        assertThat(ip.matches("0:0:0:0:0:0:0:1", "::1")).isTrue();
    }

    @Test
    void addressesAreCheckedByForm() {
        var ip = new IpScheme();
        for (String good : List.of("1.2.3.4", "1.2.3.4/0", "1.2.3.4/32", "::", "::1/128", "1::")) {
            assertThat(ip.isValid(good)).as(good).isTrue();
        }
        for (String bad :
                List.of(
                        "",
                        "1.2.3",
                        "1.2.3.256",
                        "1.2.3.4.5",
                        "1.2.3.4/33",
                        "1.2.3.4/",
                        "1.2.3.4/-1",
                        "host",
                        ":::",
                        "1::2::3",
                        "12345::",
                        "::1/129",
                        "1:2:3:4:5:6:7:8:9")) {
            assertThat(ip.isValid(bad)).as(bad).isFalse();
        }
    }

    @Test
    void certificateAndSaslNamesHaveTheirOwnRules() {
        var x509 = new X509Scheme("CN=root");
        assertThat(x509.isValid("CN=bob,O=org")).isTrue();
        assertThat(x509.isValid("bob")).isFalse();
        assertThat(x509.matches("CN=bob", "CN=bob")).isTrue();
        assertThat(x509.matches("CN=root", "CN=bob")).isTrue();
        assertThat(x509.matches("CN=eve", "CN=bob")).isFalse();
        assertThat(x509.authenticate(new byte[0])).isNull();

        var sasl = new SaslScheme("everyone");
        assertThat(sasl.isValid("bob/host@REALM")).isTrue();
        assertThat(sasl.isValid("")).isFalse();
        assertThat(sasl.matches("bob", "bob")).isTrue();
        assertThat(sasl.matches("eve", "bob")).isFalse();
        assertThat(sasl.matches("eve", "everyone")).isTrue();
        assertThat(sasl.matches("super", "bob")).isTrue();
        assertThat(sasl.authenticate(new byte[0])).isNull();
    }

    @Test
    void callersWithTheSameIdsAreEqual() {
        Caller caller = Caller.of(List.of(LOOPBACK));
        assertThat(caller.with(LOOPBACK)).isSameAs(caller);
        assertThat(caller.with(BOB)).isEqualTo(Caller.of(List.of(LOOPBACK, BOB)));
        assertThat(caller.with(BOB).ids()).containsExactly(LOOPBACK, BOB);
    }
}

package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.ErrorCode;
import org.junit.jupiter.api.Test;

final class QuotaTest {
    private final World world =
            new World(new TreeConfig(true, false, false, true, false, true, World.schemes()));

    private void quota(World on, String path, String limits) {
        String at = "/zookeeper/quota";
        for (String component : path.substring(1).split("/")) {
            at += "/" + component;
            on.create(at);
        }
        assertThat(on.create(at + "/zookeeper_limits", limits)).isZero();
        assertThat(on.create(at + "/zookeeper_stats", "count=0,bytes=0")).isZero();
    }

    private String usage(String path) {
        return world.data("/zookeeper/quota" + path + "/zookeeper_stats");
    }

    @Test
    void usageIsCountedWhenItsZnodeIsMadeAndThenKeptUpToDate() {
        world.create("/q", "12345");
        world.create("/q/a", "678");
        quota(world, "/q", "count=100,bytes=100");
        assertThat(usage("/q")).isEqualTo("count=2,bytes=8");

        world.create("/q/a/b", "x");
        assertThat(usage("/q")).isEqualTo("count=3,bytes=9");
        world.setData("/q", "", -1);
        assertThat(usage("/q")).isEqualTo("count=3,bytes=4");
        world.delete("/q/a/b", -1);
        assertThat(usage("/q")).isEqualTo("count=2,bytes=3");
        world.create("/qq", "not below it");
        assertThat(usage("/q")).isEqualTo("count=2,bytes=3");
    }

    @Test
    void usageChangesWithoutATraceInStatOrDigest() {
        world.create("/q");
        quota(world, "/q", "count=100,bytes=100");
        var before = world.stat("/zookeeper/quota/q/zookeeper_stats");

        world.create("/q/a", "data");

        var after = world.stat("/zookeeper/quota/q/zookeeper_stats");
        assertThat(after.mzxid()).isEqualTo(before.mzxid());
        assertThat(after.version()).isEqualTo(before.version());
        assertThat(world.changes()).containsExactly("CREATED /q/a");
        assertThat(World.dump(world.follower)).isEqualTo(World.dump(world.state));
    }

    @Test
    void theLongestQuotaAboveAZnodeCounts() {
        world.create("/q");
        world.create("/q/deep");
        quota(world, "/q", "count=100,bytes=100");
        quota(world, "/q/deep", "count=100,bytes=100");

        world.create("/q/deep/a", "xx");
        world.create("/q/b", "y");

        assertThat(usage("/q/deep")).isEqualTo("count=2,bytes=2");
        assertThat(usage("/q")).isEqualTo("count=3,bytes=1");
    }

    @Test
    void hardLimitsRefuseAndSoftOnesDoNot() {
        world.create("/q");
        quota(world, "/q", "count=1,bytes=1=;byteHardLimit=5;countHardLimit=3");
        assertThat(usage("/q")).isEqualTo("count=1,bytes=0");

        assertThat(world.create("/q/a", "123")).isZero();
        assertThat(world.setData("/q/a", "12345", -1)).isZero();
        assertThat(world.setData("/q/a", "123456", -1)).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
        assertThat(world.create("/q/b", "1")).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
        assertThat(world.create("/q/b", "")).isZero();
        assertThat(world.create("/q/c", "")).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
        assertThat(world.setData("/q/a", "54321", -1)).isZero();
        assertThat(world.delete("/q/b", -1)).isZero();
        assertThat(world.create("/q/c", "")).isZero();
    }

    @Test
    void quotaComesAfterPermissionAndBeforeVersion() {
        world.create("/q");
        quota(world, "/q", "count=-1,bytes=-1=;byteHardLimit=1");

        assertThat(world.setData("/q", "12", 99)).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
        assertThat(world.setData("/q", "1", 99)).isEqualTo(ErrorCode.BAD_VERSION);
    }

    @Test
    void limitsOnlyAdviseUnlessTheyAreEnforced() {
        var lenient = new World();
        lenient.create("/q");
        quota(lenient, "/q", "count=-1,bytes=-1=;countHardLimit=1");

        assertThat(lenient.create("/q/a")).isZero();
    }

    @Test
    void aQuotaEndsWithItsLimits() {
        world.create("/q");
        quota(world, "/q", "count=-1,bytes=-1=;countHardLimit=1");
        assertThat(world.create("/q/a")).isEqualTo(ErrorCode.QUOTA_EXCEEDED);

        world.delete("/zookeeper/quota/q/zookeeper_limits", -1);

        assertThat(world.create("/q/a")).isZero();
        assertThat(usage("/q")).isEqualTo("count=1,bytes=0");
    }

    @Test
    void stepsOfAMultiAddUp() {
        world.create("/q");
        quota(world, "/q", "count=-1,bytes=-1=;countHardLimit=2");

        var applied = world.multi(new World.Ops().create("/q/a", "").create("/q/b", ""));

        assertThat(applied.changes()).isEmpty();
        assertThat(usage("/q")).isEqualTo("count=1,bytes=0");
    }

    @Test
    void loadingFindsTheQuotasAndCountsAnew() {
        world.create("/q");
        quota(world, "/q", "count=-1,bytes=-1=;countHardLimit=3");
        world.create("/q/a", "abc");
        world.setData("/zookeeper/quota/q/zookeeper_stats", "count=77,bytes=77", -1);

        world.state = world.reloaded();

        assertThat(usage("/q")).isEqualTo("count=2,bytes=3");
        assertThat(world.state.quotas.size()).isEqualTo(1);
    }

    @Test
    void usageThatIsNoUsageIsLeftAlone() {
        world.create("/q");
        quota(world, "/q", "nonsense");
        world.setData("/zookeeper/quota/q/zookeeper_stats", "nonsense=", -1);
        world.setData("/zookeeper/quota/q/zookeeper_stats", "count=x", -1);

        assertThat(world.create("/q/a")).isZero();
        assertThat(usage("/q")).isEqualTo("count=x");
    }

    @Test
    void textsAreReadAndWrittenAsZooKeeperDoes() {
        assertText("count=1,bytes=2", "count=1,bytes=2");
        assertText("", "count=-1,bytes=-1");
        assertText("count=,bytes=", "count=-1,bytes=-1");
        assertText(
                "count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=3",
                "count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=3");
        assertText(
                "countHardLimit=3;;,bytes=2,byteHardLimit=5",
                "count=-1,bytes=2=;byteHardLimit=5;countHardLimit=3");
        assertThat(QuotaText.parse(World.utf8("count"), 0, 5)).isNull();
    }

    private static void assertText(String text, String written) {
        byte[] bytes = World.utf8(text);
        QuotaText parsed = QuotaText.parse(bytes, 0, bytes.length);
        assertThat(parsed).isNotNull();
        assertThat(new String(parsed.toBytes())).isEqualTo(written);
    }
}

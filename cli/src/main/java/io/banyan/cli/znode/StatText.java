package io.banyan.cli.znode;

import io.banyan.cli.command.Run;
import io.banyan.wire.Stat;
import io.banyan.wire.Zxid;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/// A znode's stat for people and for programs.
public final class StatText {
    private StatText() {}

    /// As zkCli prints it.
    @SuppressWarnings("JavaUtilDate") // zkCli prints Date's text, and so do we
    public static List<String> lines(Stat stat) {
        return List.of(
                "cZxid = " + Zxid.hex(stat.czxid()),
                "ctime = " + new Date(stat.ctime()),
                "mZxid = " + Zxid.hex(stat.mzxid()),
                "mtime = " + new Date(stat.mtime()),
                "pZxid = " + Zxid.hex(stat.pzxid()),
                "cversion = " + stat.cversion(),
                "dataVersion = " + stat.version(),
                "aclVersion = " + stat.aversion(),
                "ephemeralOwner = " + Zxid.hex(stat.ephemeralOwner()),
                "dataLength = " + stat.dataLength(),
                "numChildren = " + stat.numChildren());
    }

    static void print(Run run, Stat stat) {
        lines(stat).forEach(run::line);
    }

    /// Zxids and sessions in hex, as everywhere; times in UTC.
    public static Object json(Stat stat) {
        return Run.fields(
                "czxid", Zxid.hex(stat.czxid()),
                "mzxid", Zxid.hex(stat.mzxid()),
                "pzxid", Zxid.hex(stat.pzxid()),
                "ctime", Instant.ofEpochMilli(stat.ctime()).toString(),
                "mtime", Instant.ofEpochMilli(stat.mtime()).toString(),
                "version", stat.version(),
                "cversion", stat.cversion(),
                "aversion", stat.aversion(),
                "ephemeralOwner", Zxid.hex(stat.ephemeralOwner()),
                "dataLength", stat.dataLength(),
                "numChildren", stat.numChildren());
    }
}

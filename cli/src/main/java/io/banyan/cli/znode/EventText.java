package io.banyan.cli.znode;

import io.banyan.cli.command.Json;
import io.banyan.cli.command.Run;
import io.banyan.client.WatchEvent;
import io.banyan.wire.Zxid;

/// One change on one line.
public final class EventText {
    private EventText() {}

    public static String of(WatchEvent event, boolean isJson) {
        String zxid = event.zxid() < 0 ? null : Zxid.hex(event.zxid());
        if (isJson) {
            return Json.compact(
                    Run.fields("event", event.type().name(), "path", event.path(), "zxid", zxid));
        }
        return event.type() + " " + event.path() + (zxid == null ? "" : " zxid=" + zxid);
    }
}
